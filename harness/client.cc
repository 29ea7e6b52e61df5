#include "harness/client.h"

#include <algorithm>
#include <utility>

namespace fracas::harness {
namespace {

/// A client that was turned away waits a little, as real ones do: a closed loop would spin on a dead node.
constexpr std::int64_t kPauseAfterRejection = 10'000'000;
/// An open loop that fell behind catches up at most this much; the rest of its operations are not issued.
constexpr std::int64_t kLargestBacklog = 1'000'000'000;

}  // namespace

Client::Client(World& world, Recorder& recorder, SessionOptions options, TaskSource next,
               std::int64_t interval_ns, const store::Config& store)
    : world_(world),
      recorder_(recorder),
      options_(options),
      session_(std::move(options)),
      next_(std::move(next)),
      interval_ns_(interval_ns),
      pace_(options_.seed, options_.client, "pace") {
  if (options_.coordinates)
    coordinator_ = std::make_unique<CoordinatingClient>(world, store, options_.client, options_.seed);
}

void Client::start() {
  began_ns_ = due_ns_ = world_.now();
  schedule_next(began_ns_);
}

void Client::schedule_next(std::int64_t earliest_ns) {
  task_ = next_();
  if (!task_) return;
  const std::int64_t now = world_.now();
  std::int64_t when = now;
  if (task_->at_ns) {
    when = std::max(began_ns_ + *task_->at_ns, now);
  } else {
    due_ns_ = std::max(due_ns_ + draw_gap(), now - kLargestBacklog);
    when = std::max(due_ns_, earliest_ns);
  }
  // Also when it is due at once: a call that answers at once must not recurse.
  world_.after(when - now, [this] { begin(); });
}

void Client::begin() {
  if (!stopped_) perform(session_.begin(task_->intent, task_->node, wall_us()));
}

void Client::perform(SessionStep step) {
  if (step.event) recorder_.record(std::move(*step.event), world_.now());
  if (!step.request) return;
  auto answered = [this](TargetResponse response) {
    const bool rejected = response.status == TargetResponse::Status::rejected;
    perform(session_.answer(response, wall_us()));
    if (session_.open()) return;
    schedule_next(world_.now() + (rejected ? kPauseAfterRejection : 0));
  };
  const auto& [node, request] = *step.request;
  if (coordinator_) return coordinator_->call(node, request, std::move(answered));
  world_.call(options_.client, node, request, std::move(answered));
}

/// The clients' clocks lie between right and `clock_skew` ahead, in the order of their numbers.
std::int64_t Client::wall_us() const {
  const std::int64_t last = std::max(options_.clients - 1, 1);
  return world_.wall_us() +
         options_.behaviour.clock_skew / 1000 * std::min<std::int64_t>(options_.client, last) / last;
}

/// Uniform in [0, 2 intervals), so that clients do not move in step.
std::int64_t Client::draw_gap() {
  if (interval_ns_ <= 0) return 0;
  return static_cast<std::int64_t>(pace_.below(2 * static_cast<std::uint64_t>(interval_ns_)));
}

}  // namespace fracas::harness
