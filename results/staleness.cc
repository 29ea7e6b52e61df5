// Per key: when values had ended, and which acknowledged writes began after that; both by binary search.
#include "results/staleness.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "results/quantile.h"

namespace fracas::results {

using checker::Function;
using checker::History;
using checker::kNever;
using checker::Operation;
using checker::Outcome;

namespace {

/// An event index, or kBeforeAll.
using Moment = std::int64_t;
constexpr Moment kBeforeAll = -1;

/// One key's operations, in order of invocation.
struct Register {
  std::vector<const Operation*> writes;  ///< and deletes
  std::vector<const Operation*> reads;
  bool only_register_functions = true;
};

std::map<checker::TextId, Register> registers_of(const History& history) {
  std::map<checker::TextId, Register> by_key;
  for (const Operation& operation : history.operations()) {
    Register& reg = by_key[operation.key];
    switch (operation.f) {
      case Function::read:
        if (operation.outcome == Outcome::ok && !operation.final) reg.reads.push_back(&operation);
        break;
      case Function::write:
      case Function::remove_key:
        if (operation.outcome != Outcome::fail) reg.writes.push_back(&operation);
        break;
      default:
        reg.only_register_functions = false;
    }
  }
  return by_key;
}

/// The acknowledged writes and deletes of a key, to ask which of them superseded a value before a read.
class Acknowledged {
 public:
  Acknowledged(const History& history, const std::vector<const Operation*>& writes) {
    for (const Operation* write : writes)
      if (write->completed != kNever) by_invocation_.push_back(write);
    earliest_.resize(by_invocation_.size() + 1, std::numeric_limits<std::uint32_t>::max());
    earliest_ns_.resize(by_invocation_.size() + 1, 0);
    for (std::size_t i = by_invocation_.size(); i-- > 0;) {
      const bool earlier = by_invocation_[i]->completed < earliest_[i + 1];
      earliest_[i] = earlier ? by_invocation_[i]->completed : earliest_[i + 1];
      earliest_ns_[i] = earlier ? history.completed_ns(*by_invocation_[i]) : earliest_ns_[i + 1];
    }
  }

  /// When a write that ended at event `ended` was first superseded; nothing if not before event `before`.
  std::optional<std::int64_t> superseded_ns(Moment ended, Moment before) const {
    const std::size_t first = first_after(ended);
    if (earliest_[first] >= before) return std::nullopt;
    return earliest_ns_[first];
  }

  /// The one that began last of those acknowledged before the event; null: none was.
  const Operation* last_before(Moment before) const {
    for (std::size_t i = first_after(before); i-- > 0;)
      if (by_invocation_[i]->completed < before) return by_invocation_[i];
    return nullptr;
  }

  /// How many began after event `ended` and were acknowledged before event `before`.
  std::uint64_t newer(Moment ended, Moment before) const {
    std::uint64_t count = 0;
    for (std::size_t i = first_after(ended); i < by_invocation_.size(); ++i) {
      if (by_invocation_[i]->invoked > before) break;
      count += by_invocation_[i]->completed < before;
    }
    return count;
  }

 private:
  std::size_t first_after(Moment event) const {
    const auto first = std::upper_bound(by_invocation_.begin(), by_invocation_.end(), event,
                                        [](Moment e, const Operation* w) { return e < Moment{w->invoked}; });
    return static_cast<std::size_t>(first - by_invocation_.begin());
  }

  std::vector<const Operation*> by_invocation_;
  std::vector<std::uint32_t> earliest_;    ///< event of the first acknowledgement from here on
  std::vector<std::int64_t> earliest_ns_;  ///< its time
};

/// At which event the writes of returned values had ended.
class Endings {
 public:
  Endings(const History& history, const std::vector<const Operation*>& writes) {
    for (const Operation* write : writes) {
      if (write->f == Function::remove_key) {
        const Moment ended = std::max<Moment>(write->completed, deletes_.empty() ? 0 : deletes_.back().ended);
        deletes_.push_back({.invoked = write->invoked, .ended = ended});
      } else {
        const auto [entry, fresh] = values_.emplace(history.text(write->value), Moment{write->completed});
        if (!fresh) entry->second = std::nullopt;
      }
    }
  }

  /// The latest end of a delete that the read can have seen.
  Moment of_absence(const Operation& read) const {
    const auto after = std::upper_bound(deletes_.begin(), deletes_.end(), Moment{read.completed},
                                        [](Moment e, const Delete& d) { return e < d.invoked; });
    return after == deletes_.begin() ? kBeforeAll : std::prev(after)->ended;
  }

  /// Of the newest of the values; nothing if one was written never or more than once.
  std::optional<Moment> of_values(const std::vector<std::string>& values) const {
    Moment newest = kBeforeAll;
    for (const std::string& value : values) {
      const auto found = values_.find(value);
      if (found == values_.end() || !found->second) return std::nullopt;
      newest = std::max(newest, *found->second);
    }
    return newest;
  }

 private:
  struct Delete {
    Moment invoked;
    Moment ended;  ///< the latest of this one and those invoked before it
  };
  std::vector<Delete> deletes_;  ///< in order of invocation
  std::map<std::string, std::optional<Moment>, std::less<>> values_;
};

/// The JSON texts of the values that a read returned; empty: the key was absent.
std::vector<std::string> returned(std::string_view value) {
  if (value.empty() || value == "null") return {};
  if (value.front() != '[') return {std::string(value)};
  std::vector<std::string> values;
  const auto siblings = nlohmann::json::parse(value, nullptr, false);
  for (std::size_t i = 0; siblings.is_array() && i < siblings.size(); ++i)
    values.push_back(siblings[i].dump());
  return values;
}

class Meter {
 public:
  Meter(const History& history, bool siblings) : history_(history), siblings_(siblings) {}

  void measure_visibility(const Register& reg, std::vector<ReadAfterWrite>& reads) {
    const Acknowledged acknowledged(history_, reg.writes);
    const Endings endings(history_, reg.writes);
    for (const Operation* read : reg.reads) {
      const auto ended = newest_ending(*read, endings);
      const Operation* last = acknowledged.last_before(read->invoked);
      if (!ended || last == nullptr) continue;
      reads.push_back({static_cast<double>(history_.invoked_ns(*read) - history_.completed_ns(*last)) / 1e6,
                       *ended >= Moment{last->invoked}});
    }
  }

  void measure(const Register& reg) {
    const Acknowledged acknowledged(history_, reg.writes);
    const Endings endings(history_, reg.writes);
    for (const Operation* read : reg.reads) {
      const auto ended = newest_ending(*read, endings);
      if (!ended) continue;
      ++staleness_.reads;
      const auto superseded = acknowledged.superseded_ns(*ended, read->invoked);
      if (!superseded) continue;
      ++staleness_.stale_reads;
      ages_us_.push_back(static_cast<std::uint32_t>(std::min<std::int64_t>(
          (history_.invoked_ns(*read) - *superseded) / 1000, std::numeric_limits<std::uint32_t>::max())));
      staleness_.max_versions = std::max(staleness_.max_versions, acknowledged.newer(*ended, read->invoked));
    }
  }

  Staleness finish() {
    if (!ages_us_.empty()) staleness_.p99_us = quantile(ages_us_, 990);
    return staleness_;
  }

 private:
  std::optional<Moment> newest_ending(const Operation& read, const Endings& endings) const {
    const auto values = returned(history_.text(read.value));
    if (values.empty()) return endings.of_absence(read);
    const auto ended = endings.of_values(values);
    if (ended && siblings_) return std::max(*ended, endings.of_absence(read));
    return ended;
  }

  const History& history_;
  const bool siblings_;
  Staleness staleness_;
  std::vector<std::uint32_t> ages_us_;
};

}  // namespace

Staleness measure_staleness(const History& history, bool siblings) {
  Meter meter(history, siblings);
  for (const auto& [key, reg] : registers_of(history))
    if (reg.only_register_functions && !reg.reads.empty()) meter.measure(reg);
  return meter.finish();
}

std::vector<ReadAfterWrite> measure_visibility(const History& history, bool siblings) {
  std::vector<ReadAfterWrite> reads;
  Meter meter(history, siblings);
  for (const auto& [key, reg] : registers_of(history))
    if (reg.only_register_functions) meter.measure_visibility(reg, reads);
  return reads;
}

}  // namespace fracas::results
