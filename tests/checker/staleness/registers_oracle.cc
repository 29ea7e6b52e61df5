// Random histories of one register, and the definitions of staleness taken word by word.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "tests/checker/staleness/registers.h"

namespace fracas::checker::staleness {
namespace {

bool writes(const Operation& o) { return o.f != Function::read && o.outcome != Outcome::fail; }

bool wrote(const Operation& write, const Operation& read) {
  if (!writes(write) || write.invoked > read.completed) return false;
  return read.value == kNullText ? write.f == Function::remove_key
                                 : write.f == Function::write && write.value == read.value;
}

/// Somebody can have written what it returned.
bool measured(const History& history, const Operation& read) {
  if (read.f != Function::read || read.outcome != Outcome::ok || read.final) return false;
  const auto all = history.operations();
  return read.value == kNullText ||
         std::any_of(all.begin(), all.end(), [&](const Operation& o) { return wrote(o, read); });
}

std::vector<const Operation*> measured_operations(const History& history) {
  std::vector<const Operation*> found;
  for (const Operation& o : history.operations())
    if (writes(o) || measured(history, o)) found.push_back(&o);
  return found;
}

/// Tries all orders.
template <typename Precedes>
class Orders {
 public:
  Orders(std::vector<const Operation*> operations, Precedes precedes)
      : operations_(std::move(operations)), placed_(operations_.size()), precedes_(precedes) {}

  std::uint64_t smallest_k(std::uint64_t enough) {
    best_ = enough;
    values_ = {kNullText};
    go_on(0, 1);
    return best_;
  }

 private:
  /// `done` of those that must take place have one.
  void go_on(std::size_t done, std::uint64_t k) {
    if (k >= best_) return;
    if (done == certain()) best_ = k;
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if (placed_[i] || !may_be_next(i)) continue;
      const Operation& o = *operations_[i];
      placed_[i] = true;
      if (o.f == Function::read) {
        for (std::size_t back = 0; back < values_.size(); ++back) {
          if (values_[values_.size() - 1 - back] != o.value) continue;
          go_on(done + 1, std::max<std::uint64_t>(k, back + 1));
          break;
        }
      } else {
        values_.push_back(o.f == Function::write ? o.value : kNullText);
        go_on(done + (o.completed != kNever), k);
        values_.pop_back();
      }
      placed_[i] = false;
    }
  }
  bool may_be_next(std::size_t i) const {
    for (std::size_t j = 0; j < operations_.size(); ++j)
      if (!placed_[j] && j != i && precedes_(*operations_[j], *operations_[i])) return false;
    return true;
  }
  std::size_t certain() const {
    return static_cast<std::size_t>(std::count_if(operations_.begin(), operations_.end(),
                                                  [](const Operation* o) { return o->completed != kNever; }));
  }

  std::vector<const Operation*> operations_;
  std::vector<bool> placed_;
  Precedes precedes_;
  std::vector<TextId> values_;
  std::uint64_t best_ = 0;
};

}  // namespace

History random_register(const RegisterOptions& options) {
  std::mt19937_64 random(options.seed);
  const auto below = [&](int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); };
  HistoryBuilder builder;
  struct Open {
    Function f;
    std::string value;
  };
  std::map<int, Open> open;
  std::vector<int> free;
  for (int i = 0; i < options.processes; ++i) free.push_back(i);
  int next_process = options.processes;
  int written = 0;
  int begun = 0;
  std::string last = "null";
  std::uint64_t index = 0;
  std::int64_t ns = 1000;
  const auto event = [&](int process, EventType type, Function f, const std::string& value) {
    if (below(100) >= options.still) ns += 1 + below(20);
    Event e{.index = index++, .time_ns = ns, .type = type, .process = process, .session = process, .f = f};
    e.key = "k";
    e.value = value;
    const auto added = builder.add(e);
    EXPECT_TRUE(added) << added.error();
  };
  while (begun < options.operations || !open.empty()) {
    if (begun < options.operations && !free.empty() && (open.empty() || below(2) == 0)) {
      const auto at = static_cast<std::size_t>(below(static_cast<int>(free.size())));
      const int process = free[at];
      free.erase(free.begin() + static_cast<std::ptrdiff_t>(at));
      Open operation{Function::read, "null"};
      if (below(2) == 0) {
        operation.f = below(100) < options.deletes ? Function::remove_key : Function::write;
        if (operation.f == Function::write) operation.value = std::to_string(++written);
      }
      event(process, EventType::invoke, operation.f, operation.value);
      open[process] = operation;
      ++begun;
      continue;
    }
    auto ended = open.begin();
    std::advance(ended, below(static_cast<int>(open.size())));
    auto [process, operation] = *ended;
    open.erase(ended);
    const int luck = below(100);
    EventType type = EventType::ok;
    if (operation.f != Function::read && luck < 2 * options.unsure)
      type = luck < options.unsure ? EventType::info : EventType::fail;
    if (operation.f == Function::read) {
      const int any = below(written + 1);
      operation.value = below(100) < options.stale ? (any == 0 ? "null" : std::to_string(any)) : last;
    } else if (type == EventType::ok) {
      last = operation.value;
    }
    event(process, type, operation.f, operation.value);
    free.push_back(type == EventType::info ? next_process++ : process);
  }
  return std::move(builder).finish();
}

namespace definitions {

std::uint64_t smallest_k(const History& history) {
  const auto in_real_time = [](const Operation& a, const Operation& b) { return a.completed < b.invoked; };
  const auto operations = measured_operations(history);
  return Orders(operations, in_real_time).smallest_k(operations.size() + 2);
}

std::int64_t smallest_delta_ns(const History& history) {
  const auto operations = measured_operations(history);
  std::set<std::int64_t> deltas{0};
  for (const Operation* read : operations)
    for (const Operation* other : operations)
      if (read->f == Function::read && history.invoked_ns(*read) > history.completed_ns(*other))
        deltas.insert(history.invoked_ns(*read) - history.completed_ns(*other));
  for (const std::int64_t delta : deltas) {
    const auto moved = [&history, delta](const Operation& a, const Operation& b) {
      if (b.f != Function::read) return a.completed < b.invoked;
      return a.completed != kNever && history.completed_ns(a) < history.invoked_ns(b) - delta;
    };
    if (Orders(operations, moved).smallest_k(2) == 1) return delta;
  }
  return std::numeric_limits<std::int64_t>::max();
}

std::vector<StaleRead> stale_reads(const History& history) {
  std::vector<StaleRead> found;
  for (const Operation& read : history.operations()) {
    if (!measured(history, read)) continue;
    // The most favourable of the writes that it can have seen: the one that ended last.
    std::int64_t ended = -1;
    for (const Operation& o : history.operations())
      if (wrote(o, read)) ended = std::max<std::int64_t>(ended, o.completed);
    StaleRead stale{.read = read.invoked};
    std::uint32_t first = kNever;
    for (const Operation& o : history.operations()) {
      if (!writes(o) || o.invoked <= ended || o.completed >= read.invoked) continue;
      ++stale.versions;
      if (o.completed > first) continue;
      first = o.completed;
      stale.age_ns = history.invoked_ns(read) - history.completed_ns(o);
    }
    if (stale.versions > 0) found.push_back(stale);
  }
  return found;
}

}  // namespace definitions
}  // namespace fracas::checker::staleness
