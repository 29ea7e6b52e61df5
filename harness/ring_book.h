// What a world knows of the cluster's ring: what operators asked for, and the rings that nodes told of. How a
// node is asked is the world's business.
//
// A node may tell of a ring before that is on its disk, and be back at the one before when the disk fails or
// the process ends. So what counts is what nodes told last, and a number may come again with another ring.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/target.h"
#include "nemesis/surroundings.h"

namespace fracas::harness {

class RingBook : public nemesis::Rings {
 public:
  /// Called once, or never if nothing comes back.
  using Done = std::function<void(nemesis::RingAnswer)>;
  using Ask = std::function<void(const std::string& via, const nemesis::RingChange&, Done)>;

  RingBook(ClusterRing first, Ask ask);

  std::uint64_t ask(const std::string& via, const nemesis::RingChange&) override;
  nemesis::RingAnswer answer(std::uint64_t handle) const override;
  const std::vector<nemesis::RingView>& seen() const override { return seen_; }

  /// A node has told the number of its ring (0: its system has none). True: ask it for the ring, for it is
  /// another one than it told of last, or that was a while ago.
  bool heard(const std::string& node, std::uint64_t epoch, nemesis::Nanoseconds now);
  void saw(const std::string& node, const ClusterRing&, nemesis::Nanoseconds now);
  /// The one with the highest number of those that nodes told of last.
  const ClusterRing& latest() const { return rings_.rbegin()->second; }

 private:
  struct Told {
    std::uint64_t epoch = 1;
    nemesis::Nanoseconds asked = 0;
  };
  void forget_what_nobody_follows();

  Ask ask_;
  std::map<std::uint64_t, ClusterRing> rings_;
  std::vector<nemesis::RingView> seen_;  ///< the same, by number
  std::map<std::string, Told> told_;
  std::map<std::uint64_t, nemesis::RingAnswer> answers_;
};

}  // namespace fracas::harness
