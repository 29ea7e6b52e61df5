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

Client::Client(World& world, Recorder& recorder, SessionOptions options, IntentSource next,
               std::int64_t interval_ns)
    : world_(world),
      recorder_(recorder),
      options_(options),
      session_(std::move(options)),
      next_(std::move(next)),
      interval_ns_(interval_ns),
      pace_(options_.seed, options_.client, "pace") {}

void Client::start() {
  due_ns_ = world_.now() + draw_gap();
  world_.after(due_ns_ - world_.now(), [this] { begin_next(); });
}

void Client::begin_next() {
  if (stopped_ || exhausted_) return;
  const auto intent = next_();
  if (!intent) {
    exhausted_ = true;
    return;
  }
  perform(session_.begin(*intent));
}

void Client::perform(SessionStep step) {
  if (step.event) recorder_.record(std::move(*step.event), world_.now());
  if (!step.request) return;
  world_.call(options_.client, step.request->node, step.request->request, [this](TargetResponse response) {
    const bool rejected = response.status == TargetResponse::Status::rejected;
    perform(session_.answer(response));
    if (!session_.open()) completed(rejected);
  });
}

void Client::completed(bool rejected) {
  const std::int64_t now = world_.now();
  due_ns_ = std::max(due_ns_ + draw_gap(), now - kLargestBacklog);
  const std::int64_t earliest = rejected ? now + kPauseAfterRejection : now;
  // Also when it is due at once: a call that answers at once must not recurse.
  world_.after(std::max(due_ns_, earliest) - now, [this] { begin_next(); });
}

/// Uniform in [0, 2 intervals), so that clients do not move in step.
std::int64_t Client::draw_gap() {
  if (interval_ns_ <= 0) return 0;
  return static_cast<std::int64_t>(pace_.below(2 * static_cast<std::uint64_t>(interval_ns_)));
}

}  // namespace fracas::harness
