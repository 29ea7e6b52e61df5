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

void add_repeated(std::span<const std::uint32_t> shown, const CausalKey& causal, const Operation* answer,
                  std::string_view replica, std::vector<Reappearance>& found) {
  if (shown.size() < 2) return;
  std::vector<std::uint32_t> sorted(shown.begin(), shown.end());
  std::sort(sorted.begin(), sorted.end());
  for (auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end();
       twice = std::adjacent_find(std::upper_bound(twice, sorted.end(), *twice), sorted.end())) {
    const Operation* version = causal.versions()[*twice];
    found.push_back({version, version, answer, replica});
  }
}

std::vector<std::string_view> values_in(const KeyCase& key, const ReplicaState& replica) {
  std::vector<std::string_view> values;
  for (const std::string& value : replica.values)
    append_shown(key.writers(), key.kind, Conflict::siblings, value, values);
  return values;
}

/// What a dump shows, in order.
struct Dumped {
  std::string_view replica;
  std::vector<std::uint32_t> positions;
};

std::vector<Dumped> dumped(const KeyCase& key, const CausalKey& causal) {
  std::vector<Dumped> found;
  if (key.dump() == nullptr) return found;
  for (const ReplicaState& replica : key.dump()->replicas) {
    auto positions = causal.positions(values_in(key, replica), kNever);
    if (positions && !positions->empty()) found.push_back({replica.node, std::move(*positions)});
  }
  return found;
}

SideBySideCheck check_register(const KeyCase& key) {
  SideBySideCheck result;
  if (!key.writers().repeated().empty()) {
    result.undecided = fmt::format("{} was written to {} twice: what superseded it cannot be told",
                                   shown(key.writers().repeated()), key.name());
    return result;
  }
  const CausalKey& causal = causal_key(key);
  const std::vector<Dumped> dumps = dumped(key, causal);
  std::vector<View> views;
  std::vector<std::pair<const Operation*, std::string_view>> places;  // an answer, or the dump of a replica
  const auto judge = [&](std::span<const std::uint32_t> shown, const Operation* answer,
                         std::string_view replica) {
    add_repeated(shown, causal, answer, replica, result.found);
    views.push_back({.shown = shown});
    places.emplace_back(answer, replica);
  };
  for (std::size_t i = 0; i < key.operations.size(); ++i) {
    const auto shown = causal.shown(i);  // nothing: a phantom, which no-phantoms and honest-failures report
    if (shown && !shown->empty()) judge(*shown, key.operations[i], {});
  }
  for (const Dumped& dump : dumps) judge(dump.positions, nullptr, dump.replica);
  result.answers = views.size();
  const auto pairs = causal.side_by_side(views);
  if (!pairs) {
    result.undecided = fmt::format("{}: {}", key.name(), pairs.error());
    return result;
  }
  for (const SideBySide& pair : *pairs)
    result.found.push_back({causal.versions()[pair.below], causal.versions()[pair.above],
                            places[pair.view].first, places[pair.view].second});
  return result;
}

/// Elements of one set by number, a bit each.
using Elements = std::vector<std::uint64_t>;

void insert(Elements& elements, std::size_t number) { elements[number / 64] |= 1ULL << (number % 64); }

/// The adds of a set whose elements are unique, and what the inner read of each had seen.
class Adds {
 public:
  explicit Adds(const KeyCase& key) : key_(key) {
    const Writers& writers = key.writers();
    for (const Operation* o : key.operations) {
      if (!writes(*o) || writers.of(o->value).size() != 1) continue;
      number_.emplace(o->value, static_cast<std::uint32_t>(adds_.size()));
      adds_.push_back(o);
    }
    if (adds_.size() > kMaxElements) return;
    for (const Operation* add : adds_) saw_.push_back(seen_by(*add));
  }

  bool too_many() const { return adds_.size() > kMaxElements; }

  /// Those of the values that are elements of unique adds.
  Elements numbered(std::span<const TextId> values) const {
    Elements elements((adds_.size() + 63) / 64);
    for (const TextId value : values) {
      if (const auto number = number_.find(value); number != number_.end()) insert(elements, number->second);
    }
    return elements;
  }
  Elements numbered(const std::vector<std::string_view>& values) const {
    std::vector<TextId> known;
    for (const std::string_view value : values) {
      if (const auto id = key_.history().find(value)) known.push_back(*id);
    }
    return numbered(known);
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
  /// Of an acknowledged add; what its answer itself shows, if it shows any, does not count.
  Elements seen_by(const Operation& add) const {
    if (key_.history().siblings(add) == 0) return numbered(key_.answers().of(key_.place_of(add)));
    std::vector<std::string_view> saw;
    if (add.outcome == Outcome::ok)
      append_shown(key_.writers(), KeyKind::set, Conflict::siblings,
                   key_.history().text(key_.history().saw(add)), saw);
    return numbered(saw);
  }

  const KeyCase& key_;
  std::vector<const Operation*> adds_;                       ///< by invocation
  boost::unordered_flat_map<TextId, std::uint32_t> number_;  ///< of each add's element
  std::vector<Elements> saw_;                                ///< of each
};

/// An add wrote what its inner read saw together with its element: whoever shows the element shows those too.
/// A set of m elements takes m * m / 8 bytes, and each answer as many steps of 8 bytes.
SideBySideCheck check_set(const KeyCase& key) {
  const Adds adds(key);
  SideBySideCheck result;
  if (adds.too_many()) {
    result.undecided = fmt::format("{} has more than {} elements: what each add had seen is not kept",
                                   key.name(), kMaxElements);
    return result;
  }
  const auto judge = [&](const Elements& present, const Operation* answer, std::string_view replica) {
    ++result.answers;
    adds.each_missing(present, [&](const Operation* missing, const Operation* shown_add) {
      result.found.push_back({missing, shown_add, answer, replica});
    });
  };
  for (std::size_t i = 0; i < key.operations.size(); ++i) {
    const auto shown = key.answers().of(i);
    if (key.operations[i]->f == Function::read && !shown.empty())
      judge(adds.numbered(shown), key.operations[i], {});
  }
  if (key.dump() == nullptr) return result;
  for (const ReplicaState& replica : key.dump()->replicas) {
    const std::vector<std::string_view> values = values_in(key, replica);
    if (!values.empty()) judge(adds.numbered(values), nullptr, replica.node);
  }
  return result;
}

}  // namespace

const SideBySideCheck& check_side_by_side(const KeyCase& key) {
  return key.once<SideBySideCheck>(
      [&] { return key.kind == KeyKind::set ? check_set(key) : check_register(key); });
}

std::string where(const KeyCase& key, const Reappearance& found) {
  if (found.answer != nullptr) return describe(key.history(), *found.answer);
  return fmt::format("the dump of {} at the end shows {}", found.replica, key.name());
}

}  // namespace fracas::checker
