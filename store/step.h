// One event's worth of work: the time, and the effects so far. The parts of a node write their wishes here,
// in the order in which they must happen.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/node.h"

namespace fracas::store {

class Step {
 public:
  Step(Instant now, std::vector<Effect>& effects) : now_(now), effects_(effects) {}

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
    if (effects_.empty() || !std::holds_alternative<Persist>(effects_.back()))
      effects_.emplace_back(std::in_place_type<Persist>);
    std::get<Persist>(effects_.back()).writes.emplace_back(std::move(key), std::move(record));
  }

 private:
  Instant now_;
  std::vector<Effect>& effects_;
};

}  // namespace fracas::store
