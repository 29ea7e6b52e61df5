#include "checker/side_by_side.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "checker/causal.h"
#include "checker/explain.h"

namespace fracas::checker {
namespace {

/// Of a set; more are given up.
constexpr std::size_t kMaxElements = 20'000;

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

/// Elements of one set by number, a bit each.
using Elements = std::vector<std::uint64_t>;

void insert(Elements& elements, std::size_t number) { elements[number / 64] |= 1ULL << (number % 64); }

/// The adds of a set whose elements are unique, and what the inner read of each had seen.
class Adds {
 public:
  Adds(const History& history, const KeyOperations& key, const Writers& writers) : writers_(writers) {
    for (const Operation* o : key.operations) {
      if (writes(*o) && writers.of(history.text(o->value)).size() == 1) adds_.push_back(o);
    }
    if (adds_.size() > kMaxElements) return;
    std::vector<std::string_view> saw;
    for (const Operation* add : adds_) {
      saw.clear();
      if (add->outcome == Outcome::ok)
        append_shown(writers, KeyKind::set, Conflict::siblings, history.text(add->saw), saw);
      saw_.push_back(numbered(saw));
    }
  }

  bool too_many() const { return adds_.size() > kMaxElements; }

  /// Those of the texts that are elements of unique adds.
  Elements numbered(const std::vector<std::string_view>& texts) const {
    Elements elements((adds_.size() + 63) / 64);
    for (const std::string_view text : texts) {
      const auto writers = writers_.of(text);
      if (writers.size() != 1) continue;
      const auto at =
          std::lower_bound(adds_.begin(), adds_.end(), writers.front()->invoked,
                           [](const Operation* o, std::uint32_t event) { return o->invoked < event; });
      if (at != adds_.end() && *at == writers.front())
        insert(elements, static_cast<std::size_t>(at - adds_.begin()));
    }
    return elements;
  }

  /// Calls `visit(missing, present)` for each present add and each element that it had seen and that is not
  /// there.
  template <typename Visit>
  void each_missing(const Elements& present, Visit&& visit) const {
    for (std::size_t add = 0; add < adds_.size(); ++add) {
      if ((present[add / 64] >> (add % 64) & 1) == 0) continue;
      for (std::size_t word = 0; word < present.size(); ++word) {
        for (std::uint64_t rest = saw_[add][word] & ~present[word]; rest != 0; rest &= rest - 1)
          visit(adds_[word * 64 + static_cast<std::size_t>(__builtin_ctzll(rest))], adds_[add]);
      }
    }
  }

 private:
  const Writers& writers_;
  std::vector<const Operation*> adds_;  ///< by invocation
  std::vector<Elements> saw_;           ///< of each
};

/// An add wrote what its inner read saw together with its element: whoever shows the element shows those too.
/// A set of m elements takes m * m / 8 bytes, and each answer as many steps of 8 bytes.
SideBySideCheck check_set(const History& history, const Evidence& evidence, const KeyOperations& key) {
  const Writers writers(history, key);
  const Adds adds(history, key, writers);
  SideBySideCheck result;
  if (adds.too_many()) {
    result.undecided = fmt::format("{} has more than {} elements: what each add had seen is not kept",
                                   history.text(key.key), kMaxElements);
    return result;
  }
  for (const Place& place : places(history, evidence, key, writers)) {
    if (place.answer != nullptr && place.answer->f != Function::read) continue;
    ++result.answers;
    adds.each_missing(adds.numbered(place.values), [&](const Operation* missing, const Operation* present) {
      result.found.push_back({missing, present, place.answer, place.replica});
    });
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
