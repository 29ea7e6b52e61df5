#include "checker/staleness/zones.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace fracas::checker::staleness {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// Walks over the ends of the zones in the order of time. Writes that nothing shows have none.
template <typename AtLow, typename AtHigh, typename AtRead>
void walk(const Trace& trace, AtLow&& at_low, AtHigh&& at_high, AtRead&& at_read) {
  for (Rank rank = 1; rank < trace.events.size(); ++rank) {
    const Event event = trace.events[rank];
    const bool of_read = event.kind == Event::read_begins || event.kind == Event::read_ends;
    const std::uint32_t number = of_read ? trace.reads[event.number].writer : event.number;
    const Write& write = trace.writes[number];
    if (event.kind == Event::read_begins) at_read(event.number);
    if (write.low == rank) at_low(number);
    if (write.high == rank && write.low != kNever) at_high(number);
  }
}

bool forward(const Write& write) { return write.low < write.high; }

bool is_atomic(const Trace& trace) {
  std::uint32_t open = forward(trace.writes[0]) ? 0 : kNone;
  std::vector<std::uint32_t> around(trace.writes.size(), kNone);  // of backward zones: what was open at high
  bool atomic = true;
  walk(
      trace,
      [&](std::uint32_t number) {
        if (open == kNone) {
          if (forward(trace.writes[number])) open = number;
        } else if (forward(trace.writes[number]) || around[number] == open) {
          atomic = false;
        }
      },
      [&](std::uint32_t number) {
        if (!forward(trace.writes[number])) {
          around[number] = open;
        } else if (open == number) {
          open = kNone;
        }
      },
      [](std::uint32_t) {});
  return atomic;
}

/// An order of the writes: forward zones at their low, backward ones anywhere between high and low, outside
/// of forward zones where that is possible. That a precedes b means low(a) < high(b), so any such places are
/// in the order of real time.
std::vector<std::uint32_t> positions(const Trace& trace) {
  std::vector<std::uint32_t> position(trace.writes.size(), kNone);
  std::vector<std::uint32_t> waiting;  // backward, after their high
  std::uint32_t next = 0;
  std::uint32_t open = forward(trace.writes[0]) ? 1 : 0;
  const auto place = [&](std::uint32_t number) {
    if (position[number] == kNone) position[number] = next++;
  };
  place(0);
  walk(
      trace,
      [&](std::uint32_t number) {
        place(number);
        if (forward(trace.writes[number])) ++open;
      },
      [&](std::uint32_t number) {
        if (!forward(trace.writes[number])) {
          if (open == 0) {
            place(number);
          } else {
            waiting.push_back(number);
          }
        } else if (--open == 0) {
          for (const std::uint32_t other : waiting) place(other);
          waiting.clear();
        }
      },
      [](std::uint32_t) {});
  return position;
}

/// A read comes after the last write whose low is before the read's begin, and after its own.
std::uint32_t widest_gap(const Trace& trace, const std::vector<std::uint32_t>& position) {
  std::uint32_t reached = 0;
  std::uint32_t widest = 0;
  walk(
      trace, [&](std::uint32_t number) { reached = std::max(reached, position[number]); },
      [](std::uint32_t) {},
      [&](std::uint32_t read) {
        const std::uint32_t own = position[trace.reads[read].writer];
        if (own < reached) widest = std::max(widest, reached - own);
      });
  return widest;
}

}  // namespace

Zones look_at_zones(const Trace& trace) {
  if (is_atomic(trace)) return {};
  return {false, widest_gap(trace, positions(trace)) + 1};
}

}  // namespace fracas::checker::staleness
