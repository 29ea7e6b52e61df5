// How long the messages of quorum operations took in a simulation: what `fracas predict` predicts from
// (results/pbs.h). W is a write request's way to a replica, A the time from there until the coordinator has
// the acknowledgement (the replica's disk included), R and S the same of a read. What was lost on the way is
// not among them, nor what a node does for itself: that takes no message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "store/message.h"

namespace fracas::harness {

class WarsLog {
 public:
  /// Of each way and of open requests; what comes later is left out.
  static constexpr std::size_t kMost = 1'000'000;

  void sent(std::int64_t now_ns, store::NodeIndex to, const store::Message&);
  void arrived(std::int64_t now_ns, store::NodeIndex from, store::NodeIndex to, const store::Message&);
  /// A disk has synced: what a coordinator that is a replica waits for of its own copy.
  void synced(std::int64_t took_ns) { add(syncs_ms_, took_ns); }

  // In milliseconds.
  const std::vector<double>& writes_ms() const { return writes_ms_; }
  const std::vector<double>& acknowledgements_ms() const { return acknowledgements_ms_; }
  const std::vector<double>& reads_ms() const { return reads_ms_; }
  const std::vector<double>& answers_ms() const { return answers_ms_; }
  const std::vector<double>& syncs_ms() const { return syncs_ms_; }

 private:
  /// Of a question: the operation, and the replica that it goes to.
  using Question = std::pair<store::OperationId, store::NodeIndex>;
  using Moments = std::map<Question, std::int64_t>;

  static void add(std::vector<double>& ms, std::int64_t ns) {
    if (ms.size() < kMost) ms.push_back(static_cast<double>(ns) / 1e6);
  }
  static void begin(Moments&, const Question&, std::int64_t now_ns);
  static void end(Moments&, const Question&, std::int64_t now_ns, std::vector<double>& ms);

  Moments sent_;      ///< questions on their way
  Moments answered_;  ///< that have arrived, and whose answers have not
  std::vector<double> writes_ms_, acknowledgements_ms_, reads_ms_, answers_ms_, syncs_ms_;
};

}  // namespace fracas::harness
