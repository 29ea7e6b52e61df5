// Counters: the final count holds every acknowledged increment, and no more than were made. Where each
// session increments by an amount of its own, and each amount is larger than all smaller ones together, a
// count tells how often each was added; then siblings are compared amount by amount, as a client merges them
// (each session counts on from its own). Otherwise only the sum is known, and there must be one.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "checker/explain.h"
#include "checker/json_text.h"
#include "checker/properties/updates.h"

namespace fracas::checker {
namespace {

/// Of sums, so that no product overflows.
constexpr std::uint64_t kLargest = 1ULL << 62;

/// The increments by one amount.
struct Amount {
  std::uint64_t acknowledged = 0;
  std::uint64_t tried = 0;  ///< and not failed
  std::set<std::int32_t> sessions{};
  const Operation* last = nullptr;  ///< of those acknowledged
};

std::optional<std::uint64_t> number(std::string_view json) {
  JsonCursor cursor(json);
  const std::uint64_t value = cursor.unsigned_integer();
  return cursor.done() && value < kLargest ? std::optional(value) : std::nullopt;
}

class CounterCheck {
 public:
  explicit CounterCheck(const UpdatedKey& key) : key_(key) {}

  void run() {
    if (!read_amounts() || !read_counts()) return;
    if (decodable()) return judge_amounts();
    const bool several = std::any_of(key_.found.places.begin(), key_.found.places.end(),
                                     [](const auto& values) { return values.size() > 1; });
    if (several) return undecided("has siblings, and the sessions' increments of it cannot be told apart");
    judge_sum();
  }

 private:
  void undecided(std::string_view why) { key_.verdict.undecided(fmt::format("{} {}", key_.key.name(), why)); }

  bool read_amounts() {
    for (const Operation* o : key_.key.operations) {
      if (o->f != Function::increment || o->outcome == Outcome::fail) continue;
      const auto by = number(key_.key.history().text(o->value));
      if (!by || *by == 0) {
        undecided("is incremented by what is no positive integer");
        return false;
      }
      Amount& amount = amounts_[*by];
      ++amount.tried;
      amount.sessions.insert(key_.key.history().session(*o));
      if (o->outcome != Outcome::ok) continue;
      ++amount.acknowledged;
      amount.last = o;
    }
    for (const auto& [by, amount] : amounts_) {
      if (amount.tried > (kLargest - all_) / by) {
        undecided("is incremented by more than can be summed up");
        return false;
      }
      all_ += amount.tried * by;
      acknowledged_ += amount.acknowledged * by;
    }
    return true;
  }

  bool read_counts() {
    for (const auto& values : key_.found.places) {
      for (const std::string_view value : values) {
        const auto count = number(value);
        if (!count) undecided(fmt::format("holds {}, which is no count", shown(value)));
        if (!count) return false;
        counts_.insert(*count);
      }
    }
    return true;
  }

  bool decodable() const {
    std::uint64_t smaller = 0;
    for (const auto& [by, amount] : amounts_) {
      if (by <= smaller || amount.sessions.size() > 1) return false;
      smaller += amount.tried * by;
    }
    return true;
  }

  void judge_amounts() {
    bool excess = false;
    std::map<std::uint64_t, std::uint64_t> most;  // times that an amount was found, in the count with most
    for (const std::uint64_t count : counts_) {
      std::uint64_t rest = count;
      bool too_many = false;
      for (auto amount = amounts_.rbegin(); amount != amounts_.rend(); ++amount) {
        const std::uint64_t times = rest / amount->first;
        rest %= amount->first;
        too_many = too_many || times > amount->second.tried;
        most[amount->first] = std::max(most[amount->first], times);
      }
      if (!too_many && rest == 0) continue;
      report_excess(count);
      excess = true;
    }
    for (const auto& [by, amount] : amounts_) {
      if (amount.acknowledged == 0) continue;
      key_.verdict.checked(amount.acknowledged);
      if (!excess && most[by] < amount.acknowledged) report_lost(by, amount, most[by]);
    }
  }

  void judge_sum() {
    const std::uint64_t largest = counts_.empty() ? 0 : *counts_.rbegin();
    for (const auto& [by, amount] : amounts_) key_.verdict.checked(amount.acknowledged);
    for (const std::uint64_t count : counts_)
      if (count > all_) report_excess(count);
    if (largest >= acknowledged_) return;
    key_.verdict.violated([&] {
      return witness(
          fmt::format("The acknowledged increments of {} sum up to {}, yet at the end it is {} {}.",
                      key_.key.name(), acknowledged_, largest, key_.found.where),
          {last_acknowledged()});
    });
  }

  const Operation* last_acknowledged() const {
    const Operation* last = nullptr;
    for (const auto& [by, amount] : amounts_)
      if (amount.last != nullptr && (last == nullptr || last->invoked < amount.last->invoked))
        last = amount.last;
    return last;
  }

  void report_excess(std::uint64_t count) {
    key_.verdict.violated([&] {
      return witness(fmt::format("At the end {} is {} {}, which no choice of the increments that were made "
                                 "(all of them: {}) can give.",
                                 key_.key.name(), count, key_.found.where, all_),
                     {last_acknowledged()});
    });
  }

  void report_lost(std::uint64_t by, const Amount& amount, std::uint64_t found) {
    key_.verdict.violated([&] {
      return witness(
          fmt::format("{}: the last of {} acknowledged increments by {}, yet at the end it was counted {} "
                      "time{} {}{}.",
                      describe_first(key_.key.history(), *amount.last), amount.acknowledged, by, found,
                      found == 1 ? "" : "s", key_.found.where,
                      faults_around(key_.key.history(), key_.key.evidence(), *amount.last, *amount.last)),
          {amount.last});
    });
  }

  const UpdatedKey& key_;
  std::map<std::uint64_t, Amount> amounts_;
  std::set<std::uint64_t> counts_;  ///< found at the end
  std::uint64_t all_ = 0;           ///< all increments that may have been made
  std::uint64_t acknowledged_ = 0;
};

}  // namespace

void judge_counter(const UpdatedKey& key) { CounterCheck(key).run(); }

}  // namespace fracas::checker
