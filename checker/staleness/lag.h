// How far behind each read of a register was: one sweep over its events.
//
// A write supersedes a value when it began after the write of that value had ended. Of the writes that had
// ended before a read began, the last to begin decides: the read is stale if that one supersedes what it
// returned. How many supersede it is counted without looking at them: those that ended before the read began,
// less those that began before the returned value's write had ended, of which only the ones that are still
// open have to be looked at.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "checker/staleness/trace.h"

namespace fracas::checker::staleness {

/// When a write is taken to have ended.
enum class Ended : std::uint8_t {
  acknowledged,  ///< when its client was told
  seen           ///< when anybody was: its low. What follows from that is no observation but a conclusion
};

struct Lag {
  std::uint32_t read = 0;
  std::uint32_t last = 0;      ///< the write, of those that had ended, that began last; 0: none had
  std::uint32_t versions = 0;  ///< that had superseded what was returned; 0: the read was not stale
  std::uint32_t first = 0;     ///< if stale: the write that superseded it first
};

class LagSweep {
 public:
  LagSweep(const Trace& trace, Ended ended)
      : trace_(trace), seen_(ended == Ended::seen), begun_(trace.writes.size(), 0) {}

  /// Calls use(Lag) for every read, in the order in which they began.
  template <typename Use>
  void run(Use&& use) {
    for (Rank rank = 1; rank < trace_.events.size(); ++rank) {
      const Event event = trace_.events[rank];
      switch (event.kind) {
        case Event::write_begins:
          if (!counts(event.number)) break;
          ++begins_;
          open_.push_back(event.number);
          break;
        case Event::write_ends:
          if (end_of(event.number) == rank) end(event.number);
          break;
        case Event::read_begins:
          use(ask(event.number));
          break;
        default:
          if (const std::uint32_t writer = trace_.reads[event.number].writer;
              seen_ && writer != 0 && trace_.writes[writer].low == rank)
            end(writer);
      }
    }
  }

 private:
  bool counts(std::uint32_t write) const { return end_of(write) != kNever; }
  Rank end_of(std::uint32_t write) const {
    return seen_ ? trace_.writes[write].low : trace_.writes[write].ended;
  }

  void end(std::uint32_t write) {
    begun_[write] = begins_;
    ++ends_;
    open_.erase(std::find(open_.begin(), open_.end(), write));
    if (newest_.empty() || trace_.writes[newest_.back()].began < trace_.writes[write].began)
      newest_.push_back(write);
  }

  Lag ask(std::uint32_t number) const {
    Lag lag{.read = number};
    if (newest_.empty()) return lag;
    lag.last = newest_.back();
    const std::uint32_t writer = trace_.reads[number].writer;
    const Rank ended = end_of(writer);
    if (ended >= trace_.writes[lag.last].began) return lag;
    const auto first = std::upper_bound(newest_.begin(), newest_.end(), ended,
                                        [&](Rank r, std::uint32_t w) { return r < trace_.writes[w].began; });
    lag.first = *first;
    std::uint32_t still_open = 0;
    for (const std::uint32_t write : open_) still_open += trace_.writes[write].began < ended;
    lag.versions = ends_ + still_open - begun_[writer];
    return lag;
  }

  const Trace& trace_;
  const bool seen_;
  std::vector<std::uint32_t> begun_;   ///< of each write that has ended: how many had begun by then
  std::vector<std::uint32_t> open_;    ///< by begin
  std::vector<std::uint32_t> newest_;  ///< of those that have ended, in this order: each began last so far
  std::uint32_t begins_ = 0;
  std::uint32_t ends_ = 0;
};

}  // namespace fracas::checker::staleness
