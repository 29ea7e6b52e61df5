#include "harness/explore/narration.h"

#include <fmt/format.h>

#include <map>

namespace fracas::harness::explore {
namespace {

std::string values_text(const std::vector<std::string>& values) {
  return values.empty() ? "nothing" : fmt::format("{}", fmt::join(values, " and "));
}

std::string state_text(const store::KeyState& state) {
  const auto values = store::live_values(state);
  if (!values.empty()) return values_text(values);
  return std::holds_alternative<std::monostate>(state) ? "nothing" : "a tombstone";
}

struct MessageText {
  std::string operator()(const store::ReadRequest&) const { return "ask"; }
  std::string operator()(const store::ReadReply& m) const { return "reply: " + state_text(m.state); }
  std::string operator()(const store::WriteRequest& m) const {
    return (m.operation == 0 ? "repair " : "write ") + state_text(m.state);
  }
  std::string operator()(const store::WriteReply&) const { return "ack"; }
  std::string operator()(const store::StampRequest&) const { return "ask for the stamp"; }
  std::string operator()(const store::StampReply&) const { return "reply: the stamp"; }
  std::string operator()(const store::ForwardRequest& m) const {
    return m.remove ? "forward removal" : "forward put " + m.value;
  }
  std::string operator()(const store::HintRequest& m) const {
    return "keep for " + node_name(m.target) + ": " + state_text(m.state);
  }
  std::string operator()(const store::HintReply& m) const { return m.kept ? "kept" : "not kept"; }
  std::string operator()(const store::ForwardReply& m) const {
    return m.error ? "forwarded: error" : "forwarded: ok";
  }
  std::string operator()(const store::ExchangeRoots&) const { return "exchange: roots"; }
  std::string operator()(const store::ExchangeBuckets& m) const {
    return m.partitions.empty() ? "exchange: equal" : "exchange: buckets";
  }
  std::string operator()(const store::ExchangeKeys&) const { return "exchange: keys"; }
  std::string operator()(const store::ExchangeStates& m) const {
    return m.states.empty() ? "exchange: states wanted" : "exchange: " + state_text(m.states.front().second);
  }
  std::string operator()(const store::ExchangePush& m) const {
    return "exchange: take " + (m.states.empty() ? "nothing" : state_text(m.states.front().second));
  }
  std::string operator()(const store::ExchangePushed&) const { return "exchange: taken"; }
  std::string operator()(const store::Refusal&) const { return "no reply: it is catching up"; }
  std::string operator()(const store::SequenceQuery&) const { return "have I lost state?"; }
  std::string operator()(const store::TombstoneQuery&) const { return "may these tombstones go?"; }
  std::string operator()(const store::TombstoneReply&) const { return "of these they may"; }
  std::string operator()(const store::TombstoneDrop&) const { return "drop these tombstones"; }
  std::string operator()(const store::RingNotice& m) const {
    return "this is ring " + std::to_string(m.epoch);
  }
  std::string operator()(const store::RingPrepare&) const { return "shall the ring change?"; }
  std::string operator()(const store::RingPromise&) const { return "say how"; }
  std::string operator()(const store::RingAccept&) const { return "so it shall"; }
  std::string operator()(const store::RingAccepted&) const { return "agreed"; }
  std::string operator()(const store::RingQuery&) const { return "what have you said about the ring?"; }
  std::string operator()(const store::RingState&) const { return "this I have said"; }
  std::string operator()(const store::RingProgress&) const { return "I have what I need"; }
  std::string operator()(const store::SequenceReply& m) const {
    return "you acknowledged with " + std::to_string(m.acknowledged);
  }
};

class Narrator {
 public:
  explicit Narrator(SmallWorld& world) : world_(world), at_(world.start()) {}

  void take(const Action& action) {
    Consequences come;
    const std::string what = what_text(action);
    at_ = world_.after(at_, action, &come);
    ++step_;
    if (action.kind == Action::Kind::begin) began_[action.operation] = step_;
    for (const std::size_t operation : come.ended) ended_[operation] = step_;
    narration_.steps.push_back({what, came_text(come)});
  }

  Narration finish(Property shown) {
    const Story story = world_.story(at_, is_about_the_end(shown));
    for (std::size_t i = 0; i < story.operations.size(); ++i) {
      if (began_.contains(i)) narration_.operations.push_back(operation_text(i, story.operations[i]));
    }
    if (story.ending) narration_.ending = "all homes together hold " + values_text(story.ending->values);
    return std::move(narration_);
  }

 private:
  std::string flight_text(const Flight& flight) const {
    return fmt::format("{} -> {}: {}", node_name(flight.from & 7U), node_name(flight.to & 7U),
                       message_text(flight));
  }
  std::string message_text(const Flight& flight) const {
    return std::visit(MessageText{}, world_.table().message(flight.message));
  }

  std::string what_text(const Action& action) const {
    using Kind = Action::Kind;
    const std::string node = node_name(action.node);
    switch (action.kind) {
      case Kind::begin: {
        const Operation& operation = world_.scope().operations[action.operation];
        return fmt::format("c{} begins {} at {}", operation.client, describe(operation), node);
      }
      case Kind::deliver:
        return flight_text(at_.network[action.flight]);
      case Kind::repeat:
        return "first of two: " + flight_text(at_.network[action.flight]);
      case Kind::lose:
        return "lost: " + flight_text(at_.network[action.flight]);
      case Kind::refuse:
        return "cannot be sent: " + flight_text(at_.network[action.flight]);
      case Kind::fire:
        return fmt::format("a timer of {} fires", node);
      case Kind::sync:
        return fmt::format("what {} wrote is durable", node);
      case Kind::crash:
        return world_.scope().power_cuts ? fmt::format("{} loses power, and what it had not synced", node)
                                         : fmt::format("{} is killed", node);
      case Kind::crash_keeping:
        return fmt::format("{} is killed just after its write was durable", node);
      case Kind::restart:
        break;
    }
    return fmt::format("{} is started again", node);
  }

  std::string came_text(const Consequences& come) const {
    std::string text;
    std::map<std::string, std::vector<std::string>> to_whom;
    for (const Flight& flight : come.sent) to_whom[message_text(flight)].push_back(node_name(flight.to & 7U));
    for (const auto& [message, nodes] : to_whom) {
      text +=
          fmt::format("{}{} to {}", text.empty() ? node_name(come.sent.front().from & 7U) + " sends " : ", ",
                      message, fmt::join(nodes, ", "));
    }
    for (const std::size_t operation : come.ended) {
      const Story story = world_.story(at_, false);
      text += fmt::format("{}c{}'s {} ends: {}", text.empty() ? "" : "; ", story.operations[operation].client,
                          describe(world_.scope().operations[operation]),
                          result_text(story.operations[operation]));
    }
    return text;
  }

  static std::string result_text(const Told& told) {
    switch (told.status) {
      case Status::ok:
        return told.read ? values_text(told.values) : "ok";
      case Status::failed:
        return "failed";
      case Status::unknown:
        return "unknown";
      default:
        return "open";
    }
  }

  std::string operation_text(std::size_t i, const Told& told) const {
    const auto ended = ended_.find(i);
    const std::string until = ended == ended_.end() ? "on" : fmt::format("to {}", ended->second);
    return fmt::format("c{} {}, from step {} {}: {}", told.client, describe(world_.scope().operations[i]),
                       began_.at(i), until, result_text(told));
  }

  SmallWorld& world_;
  Situation at_;
  int step_ = 0;
  std::map<std::size_t, int> began_, ended_;
  Narration narration_;
};

}  // namespace

std::string describe(const Operation& operation) {
  switch (operation.deed) {
    case Deed::get:
      return "get";
    case Deed::put:
      return "put " + operation.value;
    case Deed::add:
      return "add " + operation.value;
    case Deed::remove:
      break;
  }
  return "remove";
}

Narration narrate(SmallWorld& world, const std::vector<Action>& schedule, Property shown) {
  Narrator narrator(world);
  for (const Action& action : schedule) narrator.take(action);
  return narrator.finish(shown);
}

}  // namespace fracas::harness::explore
