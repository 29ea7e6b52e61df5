#include "store/machine.h"

#include <cassert>
#include <utility>
#include <variant>

namespace fracas::store {
namespace {

/// A node's own timers count from 1 in each life.
constexpr unsigned life_shift = 40;
constexpr std::uint64_t own_timer = (std::uint64_t{1} << life_shift) - 1;

}  // namespace

Machine::Machine(Outlets& outlets, NodeOptions options, std::unique_ptr<Node> node)
    : outlets_(outlets), options_(std::move(options)), node_(std::move(node)) {
  queue_.emplace(static_cast<Outlets&>(*this), options_.config.fsync, options_.config.bugs);
}

Machine::Opened Machine::open(Outlets& outlets, NodeOptions options, const Records& records) {
  auto node = Node::open(options, records);
  if (!node) return node.error();
  return std::unique_ptr<Machine>(new Machine(outlets, std::move(options), *std::move(node)));
}

void Machine::start(Instant now) {
  node_->start(now, effects_);
  queue_->carry_out(effects_);
}

void Machine::feed(Instant now, const Event& event) {
  if (const auto* request = std::get_if<ClientRequest>(&event)) open_.emplace(request->id, request->verb);
  // What becomes of a change that is answered for nobody knows, as of a write.
  if (const auto* change = std::get_if<ChangeRing>(&event)) open_.emplace(change->id, Verb::put);
  if (is_for_former(event) || halted_) return;
  if (const auto* fired = std::get_if<TimerFired>(&event)) {
    if (fired->timer >> life_shift != life_) return;
    node_->step(now, TimerFired{fired->timer & own_timer}, effects_);
  } else {
    node_->step(now, event, effects_);
  }
  queue_->carry_out(effects_);
}

bool Machine::is_for_former(const Event& event) {
  const auto* message = std::get_if<FromPeer>(&event);
  const auto* forward = message == nullptr ? nullptr : std::get_if<ForwardRequest>(&message->message);
  if (forward == nullptr) return false;
  forwards_.first_time(message->from, forward->operation);
  return forwards_to_former_.has(message->from, forward->operation);
}

MarkSet Machine::marks() const {
  MarkSet all = marks_of_former_;
  return all |= node_->marks();
}

void Machine::synced(std::uint64_t life) {
  if (!halted_ && life == life_) queue_->synced();
}

void Machine::sync_now(std::uint64_t life) {
  if (!halted_ && life == life_) queue_->sync_now();
}

Machine::Verdict Machine::disk_failed(DiskFailure failure, const std::string& why) {
  if (queue_->ignores(failure)) return Verdict::go_on;
  queue_->abandon();
  halted_ = true;
  why_ = why;
  return failure == DiskFailure::write ? Verdict::reopen : Verdict::end;
}

boost::system::result<void, std::string> Machine::reopen(Instant now,
                                                         const std::array<std::uint8_t, 16>& actor,
                                                         const Records& records, bool read_only) {
  assert(halted_ || node_->read_only());
  options_.actor = actor;
  options_.read_only = read_only;
  auto node = Node::open(options_, records);
  if (!node) return node.error();
  marks_of_former_ = marks();
  forwards_to_former_.add(std::exchange(forwards_, {}));
  node_ = *std::move(node);
  queue_.emplace(static_cast<Outlets&>(*this), options_.config.fsync, options_.config.bugs);
  ++life_;
  halted_ = false;
  answer_open();
  start(now);
  return {};
}

void Machine::answer_open() {
  for (const auto& [id, verb] : std::exchange(open_, {})) {
    ReplyToClient lost;
    lost.id = id;
    lost.error =
        verb == Verb::get
            ? ClientError{ErrorKind::unavailable, "", "the node was opened again: " + why_ + "; read again"}
            : ClientError{ErrorKind::unknown_outcome, "", why_ + "; the write may have happened"};
    outlets_.reply(std::move(lost));
  }
}

void Machine::reply(ReplyToClient answer) {
  open_.erase(answer.id);
  outlets_.reply(std::move(answer));
}

void Machine::set_timer(const SetTimer& timer) {
  assert(timer.timer <= own_timer);
  outlets_.set_timer({life_ << life_shift | timer.timer, timer.delay_ns});
}

}  // namespace fracas::store
