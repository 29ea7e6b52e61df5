// The search as an algorithm: objects in, answers in words out.
#include <fmt/format.h>

#include <algorithm>

#include "checker/explain.h"
#include "checker/linearizability/frontier.h"
#include "checker/linearizability/states.h"
#include "checker/linearizability/words.h"

namespace fracas::checker::linearizability {
namespace {

/// Sums that the counter's states cannot hold would make the search accuse wrongly.
bool sums_fit(const Object& object) {
  std::int64_t room = std::int64_t{1} << 61;
  return std::all_of(object.steps.begin(), object.steps.end(), [&](const Step& step) {
    const auto number = CounterStates::number(object.values.text(step.value));
    if (!number) return false;
    if (step.act == Act::increment) room -= std::max(*number, -*number);
    return room >= 0;
  });
}

Judged contradiction(const KeyCase& key, const Object& object, std::uint32_t failing) {
  const Step& step = object.steps[failing];
  std::vector<std::uint32_t> around;  // under way at the same time
  for (const Step& other : object.steps) {
    if (other.invoked < step.completed && other.completed > step.invoked && other.must_happen()) {
      around.push_back(other.invoked);
    }
  }
  Judged judged = unexplained(
      key, *begun_at(key, step.invoked),
      fmt::format(
          "whatever of the operations under way had happened, in any order that explains every answer "
          "given before it ended, {} was never such that it could end so",
          key.name().empty() ? "the object" : key.name()));
  judged.operations = std::move(around);
  return judged;
}

}  // namespace

Judged judge_by_search(const KeyCase& key, Model model) {
  auto object = object_of(key, model);
  if (!object) return not_for(object.error());
  if (model == Model::counter && !sums_fit(*object)) {
    return {Judged::Answer::undecided,
            fmt::format("{} holds something that is no whole number, or sums beyond 2^61", key.name()),
            {}};
  }
  narrow(*object);
  const Searched found = search(*object);
  if (found.end == Searched::End::linearizable) return {};
  if (found.end == Searched::End::contradiction) return contradiction(key, *object, found.step);
  return {Judged::Answer::undecided,
          fmt::format("{}: the limit of {} was reached; what ended before event {} is linearizable",
                      key.name(), found.limit, object->steps[found.step].completed),
          {}};
}

std::optional<Linearization> order_by_search(const KeyCase& key, Model model) {
  auto object = object_of(key, model);
  if (!object || (model == Model::counter && !sums_fit(*object))) return std::nullopt;
  narrow(*object);
  const Searched found = search(*object, {}, true);
  if (found.end != Searched::End::linearizable) return std::nullopt;
  Linearization result;
  for (const std::uint32_t step : found.order) result.order.push_back(object->steps[step].invoked);
  return result;
}

}  // namespace fracas::checker::linearizability
