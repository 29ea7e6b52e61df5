#include "store/health.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "store/describe.h"

namespace fracas::store {
namespace {

std::int64_t whole_seconds(std::int64_t ns) { return ns / 1'000'000'000; }

class Examination {
 public:
  explicit Examination(const Config& config) : config_(config) {}

  /// An age against the limit of a knob; 0 is no limit.
  void age(std::string_view knob, std::int64_t age_ns, std::int64_t limit_ns, const std::string& what) {
    if (limit_ns == 0 || age_ns <= limit_ns) return;
    complain(knob, fmt::format("{}: for {} s", what, whole_seconds(age_ns)));
  }
  void complain(std::string_view knob, const std::string& message) {
    complaints_.push_back(
        {std::string(knob), fmt::format("{}; over {} = {}", message, knob, get(config_, knob))});
  }
  /// What no knob limits.
  void fault(std::string_view name, std::string_view message) {
    complaints_.push_back({std::string(name), std::string(message)});
  }
  std::vector<Complaint> take() { return std::move(complaints_); }

 private:
  const Config& config_;
  std::vector<Complaint> complaints_;
};

}  // namespace

std::vector<Complaint> health_of(const Shared& shared, const HintedHandoff& hints,
                                 const AntiEntropy& anti_entropy, Instant now) {
  const Config& config = shared.config();
  const Monitor& monitor = shared.monitor;
  Examination examination(config);
  if (shared.read_only())
    examination.fault("read_only", "the disk takes no writes; this node refuses them until it does");
  for (NodeIndex peer = 0; peer < shared.options.names.size(); ++peer) {
    if (!anti_entropy.has_partitions_in_common(peer)) continue;
    examination.age(
        "alarm_divergence", monitor.divergence_age_ns(peer, now.steady_ns), config.alarm_divergence_ns,
        fmt::format("{} keys are known to differ between {} and {} (GET /divergences), the oldest",
                    monitor.divergent(peer), shared.name(shared.self()), shared.name(peer)));
    if (config.anti_entropy_ns == 0) continue;
    examination.age("alarm_exchange", monitor.exchange_age_ns(peer, now.steady_ns), config.alarm_exchange_ns,
                    fmt::format("anti-entropy has not compared everything with {}", shared.name(peer)));
  }
  examination.age("alarm_hint", hints.oldest_age_ns(now), config.alarm_hint_ns,
                  fmt::format("{} hints wait for their homes (GET /hints), the oldest", hints.pending()));
  const Monitor::Replies replies = monitor.recent_replies(now.steady_ns);
  const auto limit = static_cast<std::uint64_t>(config.alarm_stale_percent);
  if (limit != 0 && replies.all >= Monitor::enough_replies && replies.stale * 100 > replies.all * limit)
    examination.complain("alarm_stale_replies", fmt::format("{} of the last {} replies of homes were behind",
                                                            replies.stale, replies.all));
  return examination.take();
}

std::string health_json(const Shared& shared, const std::vector<Complaint>& complaints) {
  std::string reasons;
  for (const Complaint& complaint : complaints) {
    if (!reasons.empty()) reasons += ',';
    reasons += fmt::format(R"({{"alarm":{},"message":{}}})", json_quote(complaint.alarm),
                           json_quote(complaint.message));
  }
  return fmt::format(R"({{"node":{},"status":"{}","reasons":[{}]}})", json_quote(shared.name(shared.self())),
                     complaints.empty() ? "ok" : "degraded", reasons);
}

}  // namespace fracas::store
