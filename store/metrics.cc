#include "store/metrics.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <string>
#include <string_view>

#include "store/health.h"

namespace fracas::store {
namespace {

constexpr std::array<std::string_view, Counters::verbs> verbs{"get", "put", "delete"};
constexpr std::array<std::string_view, 4> read_causes{"none", "read-async", "read-blocking", "read-abd"};

double seconds(std::int64_t ns) { return static_cast<double>(ns) / 1e9; }

/// Writes into one family after another.
class Sheet {
 public:
  explicit Sheet(Metrics& metrics) : metrics_(metrics) {}
  void set(std::string_view name, auto value) { metrics_[std::string(name)] = static_cast<double>(value); }
  void set(std::string_view name, std::string_view label, std::string_view of, auto value) {
    metrics_[fmt::format(R"({}{{{}="{}"}})", name, label, of)] = static_cast<double>(value);
  }

 private:
  Metrics& metrics_;
};

void put_requests(Metrics& metrics, const Counters& counters) {
  for (std::size_t verb = 0; verb < Counters::verbs; ++verb) {
    for (std::size_t outcome = 0; outcome < Counters::outcomes; ++outcome) {
      const auto label =
          outcome == 0 ? std::string_view("ok") : to_string(static_cast<ErrorKind>(outcome - 1));
      metrics[fmt::format(R"(fracas_requests_total{{verb="{}",outcome="{}"}})", verbs[verb], label)] =
          static_cast<double>(counters.requests[verb][outcome]);
    }
  }
}

/// Per peer with which there is something to exchange; divergences of any home.
void put_staleness(Sheet& sheet, const Shared& shared, const AntiEntropy& anti_entropy, Instant now) {
  const Monitor& monitor = shared.monitor;
  for (NodeIndex peer = 0; peer < shared.options.names.size(); ++peer) {
    if (!anti_entropy.has_partitions_in_common(peer)) continue;
    const std::string& name = shared.name(peer);
    sheet.set("fracas_divergent_keys", "peer", name, monitor.divergent(peer));
    sheet.set("fracas_divergence_oldest_age_seconds", "peer", name,
              seconds(monitor.divergence_age_ns(peer, now.steady_ns)));
    if (shared.config().anti_entropy_ns == 0) continue;
    sheet.set("fracas_exchange_divergent_keys", "peer", name, monitor.found_by_exchange(peer));
    sheet.set("fracas_exchange_age_seconds", "peer", name,
              seconds(monitor.exchange_age_ns(peer, now.steady_ns)));
  }
}

void put_repairs(Sheet& sheet, const Counters& counters) {
  for (std::size_t how = 1; how < read_causes.size(); ++how)
    sheet.set("fracas_repairs_total", "cause", read_causes[how], counters.read_repairs_by[how]);
  sheet.set("fracas_repairs_total", "cause", "anti-entropy", counters.exchange_keys_sent);
  sheet.set("fracas_repairs_total", "cause", "hint", counters.hints_delivered);
}

void put_copies(Sheet& sheet, const Replica& replica) {
  sheet.set("fracas_keys", replica.size());
  sheet.set("fracas_tombstones", replica.tombstones());
  sheet.set("fracas_values", replica.values());
  sheet.set("fracas_siblings_max", replica.siblings_max());
  for (std::size_t i = 1; i < Replica::sibling_classes.size(); ++i)
    sheet.set("fracas_keys_by_siblings", "siblings", Replica::sibling_classes[i],
              replica.keys_by_siblings()[i]);
}

}  // namespace

Metrics metrics_of(const Shared& shared, const HintedHandoff& hints, const AntiEntropy& anti_entropy,
                   const Rejoin& rejoin, std::size_t open_requests, Instant now) {
  const Counters& counters = shared.counters;
  Metrics metrics;
  put_requests(metrics, counters);
  Sheet sheet(metrics);
  put_staleness(sheet, shared, anti_entropy, now);
  put_repairs(sheet, counters);
  put_copies(sheet, shared.replica);
  sheet.set("fracas_health_degraded", health_of(shared, hints, anti_entropy, now).empty() ? 0 : 1);
  sheet.set("fracas_read_replies_total", counters.read_replies);
  sheet.set("fracas_read_repairs_total", counters.read_repairs);
  sheet.set("fracas_stale_replies_total", counters.stale_replies);
  sheet.set("fracas_hints_stored_total", counters.hints_stored);
  sheet.set("fracas_hints_delivered_total", counters.hints_delivered);
  sheet.set("fracas_hints_dropped_total", "reason", "window", counters.hints_over_window);
  sheet.set("fracas_hints_dropped_total", "reason", "quota", counters.hints_over_quota);
  sheet.set("fracas_hints_dropped_total", "reason", "read-only", counters.hints_not_written);
  sheet.set("fracas_ring_epoch", shared.ring.epoch());
  sheet.set("fracas_ring_changing", shared.ring.next() ? 1 : 0);
  sheet.set("fracas_partitions_joining", std::popcount(shared.joining));
  sheet.set("fracas_hints_pending", hints.pending());
  sheet.set("fracas_hints_oldest_age_seconds", seconds(hints.oldest_age_ns(now)));
  sheet.set("fracas_fallback_acks_total", counters.fallback_acks);
  sheet.set("fracas_fallback_replies_total", counters.fallback_replies);
  sheet.set("fracas_exchanges_begun_total", counters.exchanges_begun);
  sheet.set("fracas_exchanges_completed_total", counters.exchanges_completed);
  sheet.set("fracas_exchange_keys_repaired_total", counters.exchange_keys_repaired);
  sheet.set("fracas_exchange_keys_sent_total", counters.exchange_keys_sent);
  sheet.set("fracas_copies_changed_total", shared.replica.changes());
  sheet.set("fracas_clocks_refused_total", counters.clocks_refused);
  sheet.set("fracas_messages_refused_total", counters.messages_refused);
  sheet.set("fracas_tombstones_dropped_total", counters.tombstones_dropped);
  sheet.set("fracas_tombstones_kept_total", counters.tombstones_kept);
  sheet.set("fracas_late_messages_total", counters.late_messages);
  sheet.set("fracas_storage_sequence", shared.sequence.now);
  sheet.set("fracas_lost_state", rejoin.lost_state() ? 1 : 0);
  sheet.set("fracas_partitions_not_voting", std::popcount(shared.catching_up));
  sheet.set("fracas_read_only", shared.read_only() ? 1 : 0);
  sheet.set("fracas_requests_in_flight", open_requests);
  for (const MarkInfo& info : marks())
    sheet.set("fracas_mark_reached", "name", info.name, shared.marks.has(info.mark) ? 1 : 0);
  return metrics;
}

}  // namespace fracas::store
