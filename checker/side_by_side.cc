#include "checker/side_by_side.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "checker/causal.h"
#include "checker/explain.h"

namespace fracas::checker {
namespace {

/// Steps (a few ns each) after which a set is given up.
constexpr std::uint64_t kMaxSteps = 2'000'000'000;

/// Where values were seen together.
struct Place {
  const Operation* answer = nullptr;
  std::string_view replica{};
  std::vector<std::string_view> values{};
};

std::vector<Place> places(const History& history, const Evidence& evidence, const KeyOperations& key,
                          const Writers& writers) {
  std::vector<Place> found;
  for (const Operation* o : key.operations) {
    if (o->outcome != Outcome::ok) continue;
    auto values = shown_values(history, writers, key.kind, Conflict::siblings, *o);
    if (!values.empty()) found.push_back({.answer = o, .values = std::move(values)});
  }
  if (!evidence.dumps) return found;
  for (const KeyDump& dump : *evidence.dumps) {
    if (dump.key != history.text(key.key)) continue;
    for (const ReplicaState& replica : dump.replicas) {
      Place place{.replica = replica.node};
      for (const std::string& value : replica.values)
        append_shown(writers, key.kind, Conflict::siblings, value, place.values);
      if (!place.values.empty()) found.push_back(std::move(place));
    }
  }
  return found;
}

void add_repeated(const Place& place, std::vector<std::uint32_t> shown, const CausalKey& causal,
                  std::vector<Reappearance>& found) {
  std::sort(shown.begin(), shown.end());
  for (auto twice = std::adjacent_find(shown.begin(), shown.end()); twice != shown.end();
       twice = std::adjacent_find(std::upper_bound(twice, shown.end(), *twice), shown.end())) {
    const Operation* version = causal.versions()[*twice];
    found.push_back({version, version, place.answer, place.replica});
  }
}

SideBySideCheck check_register(const History& history, const Evidence& evidence, const KeyOperations& key) {
  const Writers writers(history, key);
  SideBySideCheck result;
  if (!writers.repeated().empty()) {
    result.undecided = fmt::format("{} was written to {} twice: what superseded it cannot be told",
                                   shown(writers.repeated()), history.text(key.key));
    return result;
  }
  const CausalKey causal(history, key, writers);
  std::vector<Place> judged;
  std::vector<View> views;
  for (Place& place : places(history, evidence, key, writers)) {
    auto positions =
        causal.positions(place.values, place.answer == nullptr ? kNever : place.answer->completed);
    if (!positions) continue;  // a phantom, which no-phantoms and honest-failures report
    add_repeated(place, *positions, causal, result.found);
    views.push_back({.shown = std::move(*positions)});
    judged.push_back(std::move(place));
  }
  result.answers = judged.size();
  const auto pairs = causal.side_by_side(views);
  if (!pairs) {
    result.undecided = fmt::format("{}: {}", history.text(key.key), pairs.error());
    return result;
  }
  for (const SideBySide& pair : *pairs)
    result.found.push_back({causal.versions()[pair.below], causal.versions()[pair.above],
                            judged[pair.view].answer, judged[pair.view].replica});
  return result;
}

/// An add wrote what its inner read saw together with its element: whoever shows the element shows those too.
SideBySideCheck check_set(const History& history, const Evidence& evidence, const KeyOperations& key) {
  const Writers writers(history, key);
  SideBySideCheck result;
  std::uint64_t steps = 0;
  for (const Place& place : places(history, evidence, key, writers)) {
    if (place.answer != nullptr && place.answer->f != Function::read) continue;
    ++result.answers;
    auto present = place.values;
    std::sort(present.begin(), present.end());
    for (const std::string_view element : present) {
      const auto adds = writers.of(element);
      if (adds.size() != 1 || adds.front()->outcome != Outcome::ok) continue;
      std::vector<std::string_view> saw;
      append_shown(writers, KeyKind::set, Conflict::siblings, history.text(adds.front()->saw), saw);
      if ((steps += saw.size()) > kMaxSteps) {
        result.undecided =
            fmt::format("{}: more than {} elements were seen by adds", history.text(key.key), kMaxSteps);
        return result;
      }
      for (const std::string_view seen : saw) {
        if (std::binary_search(present.begin(), present.end(), seen)) continue;
        const auto of_seen = writers.of(seen);
        if (of_seen.size() == 1)
          result.found.push_back({of_seen.front(), adds.front(), place.answer, place.replica});
      }
    }
  }
  return result;
}

}  // namespace

SideBySideCheck check_side_by_side(const History& history, const Evidence& evidence,
                                   const KeyOperations& key) {
  return key.kind == KeyKind::set ? check_set(history, evidence, key)
                                  : check_register(history, evidence, key);
}

std::string where(const History& history, const Reappearance& found, const KeyOperations& key) {
  if (found.answer != nullptr) return describe(history, *found.answer);
  return fmt::format("the dump of {} at the end shows {}", found.replica, history.text(key.key));
}

}  // namespace fracas::checker
