#include "store/server/metrics_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace fracas::store {
namespace {

constexpr std::array families{
    // How stale replicas are.
    MetricInfo{"fracas_divergent_keys", "Keys that are known to differ between this node and a peer."},
    MetricInfo{"fracas_divergence_oldest_age_seconds", "For how long the oldest of them has; 0: none does."},
    MetricInfo{"fracas_exchange_divergent_keys",
               "Keys that the last exchange that the peer began found different, before it repaired them."},
    MetricInfo{"fracas_exchange_age_seconds",
               "Since anti-entropy last compared everything with the peer, or since the start."},
    MetricInfo{"fracas_read_replies_total", "Replies of homes to gets that this node coordinated."},
    MetricInfo{"fracas_stale_replies_total", "Of these, replies that lacked what another reply had."},
    MetricInfo{"fracas_repairs_total", "Copies given to others because they were behind, by cause."},
    MetricInfo{"fracas_read_repairs_total", "Of these, the ones that gets caused."},
    MetricInfo{"fracas_health_degraded", "1: a limit of alarm_* is passed; GET /health says which."},
    // Hints and stand-ins.
    MetricInfo{"fracas_ring_epoch", "The number of the ring's document."},
    MetricInfo{"fracas_ring_changing", "1 while the ring is on its way to another one."},
    MetricInfo{"fracas_partitions_joining",
               "Of which this node becomes a home, and has not merged what it needs."},
    MetricInfo{"fracas_hints_pending", "Hints that wait for their homes."},
    MetricInfo{"fracas_hints_oldest_age_seconds", "For how long the oldest of them has; 0: none does."},
    MetricInfo{"fracas_hints_stored_total", "Hints stored, or merged into one that was there."},
    MetricInfo{"fracas_hints_delivered_total", "Hints that their homes have acknowledged."},
    MetricInfo{
        "fracas_hints_dropped_total",
        "Hints that were over a limit, or that the disk did not take, and refused; nobody counted them."},
    MetricInfo{"fracas_fallback_acks_total", "Acknowledgements of stand-ins."},
    MetricInfo{"fracas_fallback_replies_total", "Replies of stand-ins to gets."},
    // Anti-entropy.
    MetricInfo{"fracas_exchanges_begun_total", "Exchanges that this node began."},
    MetricInfo{"fracas_exchanges_completed_total", "Of these, the ones that ended with both sides equal."},
    MetricInfo{"fracas_exchange_keys_sent_total", "Copies given to peers in exchanges."},
    MetricInfo{"fracas_exchange_keys_repaired_total", "Copies of this node that exchanges changed."},
    // What it holds.
    MetricInfo{"fracas_keys", "Keys of which this node has a copy, deleted ones included."},
    MetricInfo{"fracas_tombstones", "Of these, the deleted ones."},
    MetricInfo{"fracas_tombstones_dropped_total", "Tombstones that this node has dropped."},
    MetricInfo{"fracas_tombstones_kept_total",
               "gc = confirmed: tombstones that were old enough, and not everybody agreed to drop."},
    MetricInfo{"fracas_late_messages_total",
               "gc = confirmed: copies that came too late to be merged, and were not."},
    MetricInfo{"fracas_values", "Values of all keys together; over keys - tombstones it is their mean."},
    MetricInfo{"fracas_keys_by_siblings", "Keys that have so many values."},
    MetricInfo{"fracas_siblings_max", "The most siblings that a key has had since the start."},
    MetricInfo{"fracas_copies_changed_total", "Changes of copies."},
    // Requests.
    MetricInfo{"fracas_requests_total", "Requests that this node answered, by verb and outcome."},
    MetricInfo{"fracas_requests_in_flight", "Requests that it coordinates at the moment."},
    MetricInfo{"fracas_http_connections", "Connections of clients."},
    MetricInfo{"fracas_http_requests_total", "HTTP requests."},
    MetricInfo{"fracas_http_refused_connections_total", "Connections of clients over the limit."},
    // Peers, disk, loop.
    MetricInfo{"fracas_peer_links_up", "Peers to which there is a connection."},
    MetricInfo{"fracas_peer_messages_sent_total", "Messages handed to connections."},
    MetricInfo{"fracas_peer_messages_failed_total", "Messages that certainly did not go out."},
    MetricInfo{"fracas_peer_messages_received_total", "Messages received."},
    MetricInfo{"fracas_peer_writes_total", "Writes to peers' sockets; one carries several messages."},
    MetricInfo{"fracas_peer_queued_bytes", "Bytes that wait for peers' sockets."},
    MetricInfo{"fracas_peer_connections_refused_total", "Connections of peers that were not sound."},
    MetricInfo{"fracas_messages_refused_total",
               "Messages from nobody we know, or about another kind of state."},
    MetricInfo{"fracas_clocks_refused_total", "stamp = hlc: clocks of peers too far ahead to be followed."},
    MetricInfo{"fracas_storage_sequence",
               "Batches that the disk has had since it was empty; peers remember it."},
    MetricInfo{"fracas_lost_state", "1: this node has lost state, and has not caught up everywhere."},
    MetricInfo{"fracas_partitions_not_voting", "Partitions for which it does not vote meanwhile."},
    MetricInfo{"fracas_read_only", "1: the disk takes no writes, and this node refuses them."},
    MetricInfo{"fracas_storage_refusals_total", "Writes that the disk refused."},
    MetricInfo{"fracas_storage_writes_total", "Batches written to the disk."},
    MetricInfo{"fracas_storage_syncs_total", "Of these, synced ones."},
    MetricInfo{"fracas_events_total", "Events that the node was given."},
    MetricInfo{"fracas_mark_reached", "1: this run came by a place that good runs must reach."},
};

std::string_view help_of(std::string_view name) {
  const auto* const found = std::find_if(families.begin(), families.end(),
                                         [&](const MetricInfo& info) { return info.name == name; });
  return found == families.end() ? std::string_view{} : found->help;
}

}  // namespace

std::span<const MetricInfo> metric_families() { return families; }

void write_metrics(HttpAnswer& answer, const Metrics& metrics) {
  answer.content_type = "text/plain; version=0.0.4";
  const auto out = std::back_inserter(answer.body);
  std::string_view family;
  for (const auto& [series, value] : metrics) {
    const auto name = std::string_view(series).substr(0, series.find('{'));
    if (name != family)
      fmt::format_to(out, "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help_of(name),
                     name.ends_with("_total") ? "counter" : "gauge");
    family = name;
    fmt::format_to(out, "{} {}\n", series, value);
  }
}

}  // namespace fracas::store
