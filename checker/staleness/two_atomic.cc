#include "checker/staleness/two_atomic.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>
#include <vector>

namespace fracas::checker::staleness {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// Numbers in a fixed order, from which any can be taken out, and put back in the reverse order.
class List {
 public:
  /// Of all numbers below `bound`, those in `order`.
  List(const std::vector<std::uint32_t>& order, std::size_t bound) : before_(bound, kNone), after_(before_) {
    for (const std::uint32_t number : order) {
      before_[number] = last_;
      if (last_ != kNone) after_[last_] = number;
      last_ = number;
    }
  }
  std::uint32_t last() const { return last_; }
  std::uint32_t before(std::uint32_t number) const { return before_[number]; }
  void take(std::uint32_t number) {
    if (before_[number] != kNone) after_[before_[number]] = after_[number];
    if (after_[number] != kNone) {
      before_[after_[number]] = before_[number];
    } else {
      last_ = before_[number];
    }
  }
  void put_back(std::uint32_t number) {
    if (before_[number] != kNone) after_[before_[number]] = number;
    if (after_[number] != kNone) {
      before_[after_[number]] = number;
    } else {
      last_ = number;
    }
  }

 private:
  std::vector<std::uint32_t> before_;
  std::vector<std::uint32_t> after_;
  std::uint32_t last_ = kNone;
};

std::vector<std::uint32_t> in_order(std::size_t count) {
  std::vector<std::uint32_t> order(count);
  for (std::uint32_t i = 0; i < count; ++i) order[i] = i;
  return order;
}

/// Those that happened, by begin.
std::vector<std::uint32_t> by_begin(const Trace& trace) {
  std::vector<std::uint32_t> order = in_order(trace.writes.size());
  std::erase_if(order, [&](std::uint32_t w) { return trace.writes[w].low == kNever; });
  return order;
}

/// A write that some read proves had happened by the time that read ended: its end is its low.
std::vector<std::uint32_t> by_end(const Trace& trace) {
  std::vector<std::uint32_t> order = by_begin(trace);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return trace.writes[a].low < trace.writes[b].low; });
  return order;
}

class Backwards {
 public:
  Backwards(const Trace& trace, std::uint64_t most_steps)
      : trace_(trace),
        most_steps_(most_steps),
        begun_(by_begin(trace), trace.writes.size()),
        ended_(by_end(trace), trace.writes.size()),
        reads_(in_order(trace.reads.size()), trace.reads.size()),
        write_left_(trace.writes.size(), true),
        read_left_(trace.reads.size(), true),
        first_read_(trace.writes.size() + 1, 0),
        read_of_(trace.reads.size()) {
    for (const Read& read : trace.reads) ++first_read_[read.writer + 1];
    for (std::size_t i = 1; i < first_read_.size(); ++i) first_read_[i] += first_read_[i - 1];
    std::vector<std::uint32_t> next(first_read_.begin(), first_read_.end() - 1);
    for (std::uint32_t i = 0; i < trace.reads.size(); ++i) read_of_[next[trace.reads[i].writer]++] = i;
  }

  TwoAtomic run() {
    while (begun_.last() != kNone) {
      switch (epoch()) {
        case Outcome::done:
          break;
        case Outcome::impossible:
          return TwoAtomic::no;
        case Outcome::stopped:
          return TwoAtomic::undecided;
      }
    }
    return TwoAtomic::yes;
  }

 private:
  enum class Outcome : std::uint8_t { done, impossible, stopped };

  /// Tries every write that can be the last, each with a budget that doubles until one of them succeeds: so
  /// an epoch costs about what the cheapest of them does.
  Outcome epoch() {
    std::vector<std::uint32_t> candidates = last_ones();
    for (std::uint64_t budget = 64; !candidates.empty(); budget *= 2) {
      for (std::uint32_t& candidate : candidates) {
        const Outcome outcome = choose(candidate, budget);
        if (outcome == Outcome::done) return outcome;
        if (steps_ > most_steps_) return Outcome::stopped;
        if (outcome == Outcome::impossible) candidate = kNone;
      }
      std::erase(candidates, kNone);
    }
    return Outcome::impossible;
  }

  /// Writes that no other one comes after.
  std::vector<std::uint32_t> last_ones() const {
    const std::uint32_t latest = begun_.last();
    std::vector<std::uint32_t> found{latest};
    for (std::uint32_t w = ended_.last(); w != kNone && trace_.writes[w].low > trace_.writes[latest].began;
         w = ended_.before(w)) {
      if (w != latest) found.push_back(w);
    }
    return found;
  }

  bool precedes_another(std::uint32_t write) const {
    std::uint32_t latest = begun_.last();
    if (latest == write) latest = begun_.before(latest);
    return latest != kNone && trace_.writes[write].low < trace_.writes[latest].began;
  }

  /// Takes out the write, and those that it forces to come before it, until nothing is forced. All is put
  /// back unless that succeeds.
  Outcome choose(std::uint32_t write, std::uint64_t budget) {
    taken_.clear();
    while (true) {
      take_write(write);
      std::uint32_t forced = kNone;
      const Rank ended = trace_.writes[write].low;
      bool two = false;
      for (std::uint32_t read = reads_.last(); read != kNone && trace_.reads[read].began > ended && !two;
           read = reads_.last()) {
        const std::uint32_t writer = trace_.reads[read].writer;
        two = writer != write && forced != kNone && writer != forced;
        if (writer != write) forced = writer;
        take_read(read);
      }
      for (std::uint32_t i = first_read_[write]; i < first_read_[write + 1]; ++i)
        if (read_left_[read_of_[i]]) take_read(read_of_[i]);
      if (forced == kNone) return Outcome::done;
      if (two || !write_left_[forced] || precedes_another(forced)) return give_up(Outcome::impossible);
      if (taken_.size() > budget) return give_up(Outcome::stopped);
      write = forced;
    }
  }

  Outcome give_up(Outcome why) {
    for (; !taken_.empty(); taken_.pop_back()) {
      const auto [number, is_read] = taken_.back();
      if (is_read) {
        reads_.put_back(number);
        read_left_[number] = true;
      } else {
        ended_.put_back(number);
        begun_.put_back(number);
        write_left_[number] = true;
      }
    }
    return why;
  }

  void take_write(std::uint32_t number) {
    ++steps_;
    begun_.take(number);
    ended_.take(number);
    write_left_[number] = false;
    taken_.push_back({number, false});
  }
  void take_read(std::uint32_t number) {
    ++steps_;
    reads_.take(number);
    read_left_[number] = false;
    taken_.push_back({number, true});
  }

  struct Taken {
    std::uint32_t number;
    bool is_read;
  };

  const Trace& trace_;
  const std::uint64_t most_steps_;
  std::uint64_t steps_ = 0;
  List begun_;  ///< writes
  List ended_;
  List reads_;  ///< by begin
  std::vector<bool> write_left_;
  std::vector<bool> read_left_;
  std::vector<std::uint32_t> first_read_;  ///< of each write, in read_of_
  std::vector<std::uint32_t> read_of_;     ///< grouped by writer
  std::vector<Taken> taken_;               ///< by the present candidate, in this order
};

}  // namespace

TwoAtomic is_two_atomic(const Trace& trace, std::uint64_t most_steps) {
  return Backwards(trace, most_steps).run();
}

}  // namespace fracas::checker::staleness
