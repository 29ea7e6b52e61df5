#include "checker/staleness/delta.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace fracas::checker::staleness {
namespace {

constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min() / 4;

struct Zone {
  Rank began;  ///< the write
  Rank low_rank;
  std::int64_t low;
  std::int64_t last_read;  ///< the begin; kBeforeAll: nobody read it
};

std::vector<Zone> zones_by_low(const Trace& trace) {
  const auto at = [&](Rank rank) { return rank == 0 ? kBeforeAll : trace.ns(rank); };
  std::vector<Zone> zones;
  zones.reserve(trace.writes.size());
  const auto add = [&](const Write& write) {
    zones.push_back({write.began, write.low, at(write.low), at(write.last_read)});
  };
  add(trace.writes[0]);
  for (Rank rank = 1; rank < trace.events.size(); ++rank) {
    const Event event = trace.events[rank];
    if (event.kind != Event::write_ends && event.kind != Event::read_ends) continue;
    const std::uint32_t number =
        event.kind == Event::write_ends ? event.number : trace.reads[event.number].writer;
    if (trace.writes[number].low == rank) add(trace.writes[number]);
  }
  return zones;
}

}  // namespace

/// For each zone b, the worst of those before it by low. Where b was begun after low(a), only the reads of a
/// can move, and the one that was read last decides. The others, which came up while b was being written, are
/// few; they are looked at one by one, if they can make a difference at all.
Delta smallest_delta(const Trace& trace, std::uint64_t most_steps) {
  const std::vector<Zone> zones = zones_by_low(trace);
  std::vector<std::int64_t> last_read(zones.size() + 1, kBeforeAll);  // of the first so many zones
  for (std::size_t i = 0; i < zones.size(); ++i)
    last_read[i + 1] = std::max(last_read[i], zones[i].last_read);
  Delta delta;
  std::uint64_t steps = 0;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    const Zone& b = zones[i];
    const std::int64_t all_moved = last_read[i] - b.low;
    if (all_moved <= delta.at_least_ns) continue;
    const auto begun = static_cast<std::size_t>(
        std::lower_bound(zones.begin(), zones.begin() + static_cast<std::ptrdiff_t>(i), b.began,
                         [](const Zone& a, Rank began) { return a.low_rank < began; }) -
        zones.begin());
    delta.at_least_ns = std::max(delta.at_least_ns, last_read[begun] - b.low);
    for (std::size_t j = begun; j < i && b.last_read - zones[j].low > delta.at_least_ns; ++j) {
      if (++steps > most_steps) {
        delta.at_most_ns = std::max(delta.at_most_ns, all_moved);
        break;
      }
      delta.at_least_ns =
          std::max(delta.at_least_ns, std::min(zones[j].last_read - b.low, b.last_read - zones[j].low));
    }
  }
  delta.at_most_ns = std::max(delta.at_most_ns, delta.at_least_ns);
  return delta;
}

}  // namespace fracas::checker::staleness
