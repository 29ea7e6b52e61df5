// Every read of a counter lies between what had certainly been added when it began and what may have been
// added when it ended (Jepsen's counter, with increments below 0 as well):
//
//   at least  the acknowledged increments that had ended before the read began, and every decrement that had
//             begun before the read ended, unless it failed
//   at most   the other way round
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

/// Of sums, so that none overflows.
constexpr std::int64_t kLargest = std::int64_t{1} << 60;

std::optional<std::int64_t> integer(std::string_view json) {
  if (json == "null") return 0;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), number);
  if (error != std::errc() || end != json.data() + json.size()) return std::nullopt;
  return number >= -kLargest && number <= kLargest ? std::optional(number) : std::nullopt;
}

/// Sums of increments of one sign, event by event.
class Sums {
 public:
  /// False: too large to be summed up.
  bool add(const Operation& o, std::int64_t by) {
    total_ += by;
    if (total_ > kLargest) return false;
    begun_.push_back({o.invoked, by});
    if (o.outcome == Outcome::ok) ended_.push_back({o.completed, by});
    return true;
  }
  void finish() {
    for (auto* steps : {&begun_, &ended_}) {
      std::sort(steps->begin(), steps->end());
      std::int64_t sum = 0;
      for (auto& [event, by] : *steps) by = sum += by;
    }
  }
  std::int64_t ended_before(std::uint32_t event) const { return sum_before(ended_, event); }
  std::int64_t begun_before(std::uint32_t event) const { return sum_before(begun_, event); }

 private:
  using Steps = std::vector<std::pair<std::uint32_t, std::int64_t>>;  ///< events, and the sum until then
  static std::int64_t sum_before(const Steps& steps, std::uint32_t event) {
    const auto at = std::lower_bound(steps.begin(), steps.end(), event,
                                     [](const auto& step, std::uint32_t e) { return step.first < e; });
    return at == steps.begin() ? 0 : std::prev(at)->second;
  }
  Steps begun_;
  Steps ended_;
  std::int64_t total_ = 0;
};

void judge(const KeyCase& key, VerdictBuilder& verdict) {
  const History& history = key.history();
  Sums up;
  Sums down;
  for (const Operation* o : key.operations) {
    if (o->f != Function::increment || o->outcome == Outcome::fail) continue;
    const auto by = integer(history.text(o->value));
    if (!by || !(*by < 0 ? down.add(*o, -*by) : up.add(*o, *by))) {
      verdict.undecided(fmt::format("{} is incremented by what cannot be summed up: {}", key.name(),
                                    shown(history.text(o->value))));
      return;
    }
  }
  up.finish();
  down.finish();
  for (const Operation* o : key.operations) {
    if (o->f != Function::read || o->outcome != Outcome::ok) continue;
    const auto value = integer(history.text(o->value));
    if (!value) {
      verdict.undecided(fmt::format("{} was read as what is no whole number: {}", key.name(),
                                    shown(history.text(o->value))));
      continue;
    }
    verdict.checked();
    const std::int64_t low = up.ended_before(o->invoked) - down.begun_before(o->completed);
    const std::int64_t high = up.begun_before(o->completed) - down.ended_before(o->invoked);
    if (*value >= low && *value <= high) continue;
    verdict.violated([&] {
      return witness(fmt::format("{}, yet it was {} {} {}.", describe_first(history, *o),
                                 *value < low ? "at least" : "at most", *value < low ? low : high,
                                 *value < low ? "by what had been acknowledged before the read began"
                                              : "by all that had begun before the read ended"),
                     {o});
    });
  }
}

}  // namespace

Verdict check_counter_bounds(const Case& whole) {
  VerdictBuilder verdict("counter-bounds");
  for (const KeyCase& key : whole.keys())
    if (key.kind == KeyKind::counter || key.judged_as().model == Model::counter) judge(key, verdict);
  return std::move(verdict).finish("no counter was read");
}

}  // namespace fracas::checker
