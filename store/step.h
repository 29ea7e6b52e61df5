// One event's worth of work: the time, and the effects so far. The parts of a node write their wishes here,
// in the order in which they must happen.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/bytes.h"
#include "store/node.h"

namespace fracas::store {

/// Counts the batches that this node has written, on its disk. A node whose peers remember more than its disk
/// says has lost state (rejoin.h).
struct StorageSequence {
  static constexpr char record_key = 's';
  std::uint64_t now = 0;
  /// Not while the node asks itself whether it has lost state: what was lost would be counted again.
  bool counts = false;
};

class Step {
 public:
  Step(Instant now, std::vector<Effect>& effects, StorageSequence& sequence)
      : now_(now), effects_(effects), sequence_(sequence) {}

  const Instant& now() const { return now_; }
  void send(NodeIndex to, Message message) {
    effects_.emplace_back(std::in_place_type<SendToPeer>, SendToPeer{to, std::move(message)});
  }
  void reply(ReplyToClient reply) {
    effects_.emplace_back(std::in_place_type<ReplyToClient>, std::move(reply));
  }
  void timer(std::uint64_t timer, std::int64_t delay_ns) {
    effects_.emplace_back(std::in_place_type<SetTimer>, SetTimer{timer, delay_ns});
  }
  /// Neighbouring writes become one batch.
  void persist(std::string key, std::optional<std::string> record) {
    const bool begins = effects_.empty() || !std::holds_alternative<Persist>(effects_.back());
    if (begins) effects_.emplace_back(std::in_place_type<Persist>);
    Batch& writes = std::get<Persist>(effects_.back()).writes;
    if (begins && sequence_.counts) {
      std::string count;
      ByteWriter(count).u64(++sequence_.now);
      writes.emplace_back(std::string(1, StorageSequence::record_key), std::move(count));
    }
    writes.emplace_back(std::move(key), std::move(record));
  }
  void persist_at_once(std::string key, std::optional<std::string> record) {
    persist(std::move(key), std::move(record));
    std::get<Persist>(effects_.back()).at_once = true;
  }

 private:
  Instant now_;
  std::vector<Effect>& effects_;
  StorageSequence& sequence_;
};

}  // namespace fracas::store
