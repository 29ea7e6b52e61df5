// The enumerations behind definitions.h that judge the order of versions: by stamps, and by what is shown
// side by side.
#include <algorithm>
#include <string>
#include <vector>

#include "checker/json_text.h"
#include "tests/checker/definitions.h"
#include "tests/checker/key_facts.h"

namespace fracas::checker::definitions {
namespace {

/// What each answer and each dump shows, as often as it shows it.
std::vector<std::vector<const Operation*>> all_shown(const History& h, const Evidence& evidence) {
  std::vector<std::vector<const Operation*>> places;
  const auto add = [&](std::vector<std::string_view> values, std::uint32_t end) {
    std::vector<const Operation*> shown;
    for (const std::string_view value : values) {
      Versions one;
      if (value == "null") continue;
      if (!find_writes(h, value, end, one)) return;
      shown.insert(shown.end(), one.begin(), one.end());
    }
    places.push_back(shown);
  };
  for (const Operation& o : h.operations()) {
    if (o.outcome != Outcome::ok) continue;
    const std::string_view text = h.text(o.f == Function::read ? o.value : h.siblings(o));
    if (!text.empty()) add(array_parts(text), o.completed);
  }
  for (const ReplicaState& replica : evidence.dumps->at(0).replicas)
    add({replica.values.begin(), replica.values.end()}, kNever);
  return places;
}

template <typename Counts>
std::uint64_t count_pairs(const History& h, const Evidence& evidence, Counts&& counts) {
  const Pasts pasts = all_pasts(h, {});
  std::uint64_t found = 0;
  for (const auto& shown : all_shown(h, evidence)) {
    for (const Operation* above : shown) {
      const auto past = pasts.find(above);
      for (const Operation* below : shown)
        if (past != pasts.end() && past->second.count(below) > 0 && counts(below, above)) ++found;
    }
  }
  return found;
}

}  // namespace

std::set<std::uint32_t> out_of_order_by_stamp(const History& h, bool after_reads) {
  std::set<std::uint32_t> bad;
  for (const Operation& later : h.operations()) {
    if (!is_version(later) || later.outcome != Outcome::ok || h.stamp(later) == nullptr) continue;
    for (const Operation& earlier : h.operations()) {
      const bool counts =
          after_reads ? is_read(earlier) : is_version(earlier) && earlier.outcome == Outcome::ok;
      if (!counts || h.session(earlier) != h.session(later) || earlier.completed >= later.invoked) continue;
      const Stamp* before = version_of(h, earlier);
      if (before != nullptr && older(*h.stamp(later), *before)) bad.insert(later.invoked);
    }
  }
  return bad;
}

std::uint64_t side_by_side(const History& h, const Evidence& evidence) {
  std::uint64_t twice = 0;
  for (auto shown : all_shown(h, evidence)) {
    const std::size_t all = shown.size();
    twice += all - Versions(shown.begin(), shown.end()).size();
  }
  return twice + count_pairs(h, evidence, [](const Operation*, const Operation*) { return true; });
}

std::uint64_t out_of_order(const History& h, const Evidence& evidence, bool after_reads) {
  return count_pairs(h, evidence, [&](const Operation* below, const Operation* above) {
    if (above->outcome != Outcome::ok) return false;
    if (!after_reads)
      return below->outcome == Outcome::ok && h.session(*below) == h.session(*above) &&
             below->completed < above->invoked;
    return std::any_of(h.operations().begin(), h.operations().end(), [&](const Operation& read) {
      Versions shown;
      return is_read(read) && h.session(read) == h.session(*above) && read.completed < above->invoked &&
             (find_writes(h, h.text(read.value), kNever, shown), shown.count(below) > 0);
    });
  });
}

std::uint64_t without_what_was_seen(const History& h, const Evidence& evidence, bool own) {
  std::vector<std::set<std::string_view>> places;
  const auto parts = [](std::string_view json) {
    const auto all = array_parts(json);
    return std::set<std::string_view>(all.begin(), all.end());
  };
  for (const Operation& o : h.operations())
    if (is_read(o)) places.push_back(parts(h.text(o.value)));
  for (const ReplicaState& replica : evidence.dumps->at(0).replicas) {
    std::set<std::string_view> all;
    for (const std::string& value : replica.values) all.merge(parts(value));
    places.push_back(all);
  }
  std::uint64_t found = 0;
  for (const auto& shown : places) {
    for (const Operation& above : h.operations()) {
      if (above.f != Function::add || above.outcome != Outcome::ok || shown.count(h.text(above.value)) == 0)
        continue;
      for (const Operation& below : h.operations()) {
        if (below.f != Function::add || parts(h.text(h.saw(above))).count(h.text(below.value)) == 0) continue;
        const bool counts = !own || (below.outcome == Outcome::ok && h.session(below) == h.session(above) &&
                                     below.completed < above.invoked);
        if (counts && shown.count(h.text(below.value)) == 0) ++found;
      }
    }
  }
  return found;
}

}  // namespace fracas::checker::definitions
