// The enumerations behind definitions.h: sets of operations, and every choice of hidden tombstones.
#include "tests/checker/definitions.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "checker/json_text.h"

namespace fracas::checker::definitions {
namespace {

using Versions = std::set<const Operation*>;

bool is_version(const Operation& o) {
  return (o.f == Function::write || o.f == Function::remove_key) && o.outcome != Outcome::fail;
}

bool is_read(const Operation& o) { return o.f == Function::read && o.outcome == Outcome::ok; }

bool may_be_seen(const Operation& o, std::uint32_t end) { return is_version(o) && o.invoked < end; }

/// The writes of the values in a text; false if one of them cannot have been seen.
bool find_writes(const History& h, std::string_view json, std::uint32_t end, Versions& found) {
  bool all = true;
  if (json.empty() || json == "null") return true;
  for (const std::string_view value : array_parts(json)) {
    const Operation* writer = nullptr;
    for (const Operation& o : h.operations()) {
      if (o.f == Function::write && may_be_seen(o, end) && h.text(o.value) == value) writer = &o;
    }
    if (writer != nullptr) found.insert(writer);
    all = all && writer != nullptr;
  }
  return all;
}

/// The last completed answer of the version's session, if it sent a context.
const Operation* answer_behind(const History& h, const Operation& version) {
  const Operation* last = nullptr;
  if (!version.contextual) return nullptr;
  for (const Operation& o : h.operations()) {
    if (o.session == version.session && o.outcome == Outcome::ok && o.completed < version.invoked) last = &o;
  }
  return last;
}

/// What an answer shows: a read's values, or a write's siblings and itself.
Versions shown_by(const History& h, const Operation& answer) {
  Versions shown;
  find_writes(h, h.text(answer.f == Function::read ? answer.value : answer.siblings), answer.completed,
              shown);
  if (answer.f != Function::read) shown.insert(&answer);
  return shown;
}

using Pasts = std::map<const Operation*, Versions>;

void add_with_past(Versions& to, const Operation* v, const Pasts& pasts) {
  to.insert(v);
  const auto past = pasts.find(v);
  if (past != pasts.end()) to.insert(past->second.begin(), past->second.end());
}

/// `hidden`: deletes whose tombstones each answer merged beside what it shows.
Pasts all_pasts(const History& h, const std::map<const Operation*, Versions>& hidden) {
  Pasts pasts;
  for (const Operation& v : h.operations()) {
    if (!is_version(v)) continue;
    const Operation* answer = answer_behind(h, v);
    if (answer == nullptr) continue;
    for (const Operation* seen : shown_by(h, *answer)) add_with_past(pasts[&v], seen, pasts);
    const auto beside = hidden.find(answer);
    if (beside == hidden.end()) continue;
    for (const Operation* d : beside->second) add_with_past(pasts[&v], d, pasts);
  }
  return pasts;
}

bool meets(const Versions& a, const Versions& b) {
  return std::any_of(a.begin(), a.end(), [&](const Operation* v) { return b.count(v) > 0; });
}

Versions cover(const History& h, const Versions& values, std::uint32_t end, bool tombstones,
               const Pasts& pasts) {
  Versions covered;
  for (const Operation* v : values) add_with_past(covered, v, pasts);
  for (const Operation& d : h.operations()) {
    if (!tombstones || d.f != Function::remove_key || !may_be_seen(d, end)) continue;
    const auto past = pasts.find(&d);
    if (past == pasts.end() || !meets(past->second, values)) add_with_past(covered, &d, pasts);
  }
  return covered;
}

bool lacks(const History& h, const Operation& read, const Versions& covered, bool own_session) {
  return std::any_of(h.operations().begin(), h.operations().end(), [&](const Operation& v) {
    return is_version(v) && v.outcome == Outcome::ok && v.completed < read.invoked &&
           (!own_session || v.session == read.session) && covered.count(&v) == 0;
  });
}

/// True if some version that can explain the read passes; the initial value is `start`.
template <typename Passes>
bool explained(const History& h, const Operation& read, bool start, Passes&& passes, bool& phantom) {
  const bool absent = h.text(read.value) == "null";
  phantom = !absent;
  for (const Operation& o : h.operations()) {
    if (!may_be_seen(o, read.completed)) continue;
    const bool fits = absent ? o.f == Function::remove_key : o.f == Function::write && o.value == read.value;
    if (!fits) continue;
    phantom = false;
    if (passes(o)) return true;
  }
  return absent && start;
}

Reads irregular(const History& h, bool own_session) {
  Reads bad;
  for (const Operation& read : h.operations()) {
    if (!is_read(read)) continue;
    const auto superseding = [&](const Operation& by) {
      return is_version(by) && by.outcome == Outcome::ok && by.completed < read.invoked &&
             (!own_session || by.session == read.session);
    };
    bool start = true;
    for (const Operation& o : h.operations()) start = start && !superseding(o);
    bool phantom = false;
    const bool ok = explained(
        h, read, start,
        [&](const Operation& w) {
          return std::none_of(h.operations().begin(), h.operations().end(), [&](const Operation& by) {
            return superseding(by) && w.completed < by.invoked;
          });
        },
        phantom);
    if (!ok && !phantom) bad.insert(read.invoked);
  }
  return bad;
}

/// One choice of hidden tombstones after the other, as digits of a number.
class Choices {
 public:
  explicit Choices(const History& h) {
    for (const Operation& o : h.operations()) {
      const bool answers = o.outcome == Outcome::ok;
      if (!answers) continue;
      std::vector<const Operation*> deletes;
      for (const Operation& d : h.operations()) {
        if (&d != &o && d.f == Function::remove_key && may_be_seen(d, o.completed)) deletes.push_back(&d);
      }
      for (const Operation* d : deletes) bits_.push_back({&o, d});
    }
  }
  std::size_t size() const { return bits_.size(); }
  std::map<const Operation*, Versions> choice(std::uint64_t number) const {
    std::map<const Operation*, Versions> hidden;
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      if ((number >> i & 1) != 0) hidden[bits_[i].first].insert(bits_[i].second);
    }
    return hidden;
  }

 private:
  std::vector<std::pair<const Operation*, const Operation*>> bits_;
};

/// The state that an answer merged: what it shows and hides, with their pasts; legal if nothing shown is
/// below something else in it.
bool merged_state(const History& h, const Operation& answer,
                  const std::map<const Operation*, Versions>& hidden, const Pasts& pasts, Versions& state) {
  Versions shown = shown_by(h, answer);
  Versions roots = shown;
  const auto beside = hidden.find(&answer);
  if (beside != hidden.end()) roots.insert(beside->second.begin(), beside->second.end());
  for (const Operation* v : roots) add_with_past(state, v, pasts);
  return std::none_of(roots.begin(), roots.end(), [&](const Operation* root) {
    const auto past = pasts.find(root);
    return past != pasts.end() && meets(past->second, shown);
  });
}

}  // namespace

Reads irregular_by_value(const History& h) { return irregular(h, false); }

Reads own_writes_unseen_by_value(const History& h) { return irregular(h, true); }

Reads irregular_by_cover(const History& h, bool own_session) {
  Reads bad;
  const Pasts pasts = all_pasts(h, {});
  for (const Operation& read : h.operations()) {
    Versions values;
    if (!is_read(read) || !find_writes(h, h.text(read.value), read.completed, values)) continue;
    if (lacks(h, read, cover(h, values, read.completed, true, pasts), own_session)) bad.insert(read.invoked);
  }
  return bad;
}

Reads irregular_by_enumeration(const History& h) {
  Reads unexplained;
  for (const Operation& read : h.operations()) {
    Versions values;
    if (is_read(read) && find_writes(h, h.text(read.value), read.completed, values))
      unexplained.insert(read.invoked);
  }
  const Choices choices(h);
  for (std::uint64_t number = 0; number < 1ULL << choices.size() && !unexplained.empty(); ++number) {
    const auto hidden = choices.choice(number);
    const Pasts pasts = all_pasts(h, hidden);
    for (const Operation& read : h.operations()) {
      if (unexplained.count(read.invoked) == 0) continue;
      Versions state;
      if (merged_state(h, read, hidden, pasts, state) && !lacks(h, read, state, false))
        unexplained.erase(read.invoked);
    }
  }
  return unexplained;
}

Reads went_back_by_value(const History& h) {
  Reads bad;
  const auto writers = [&](const Operation& read) {
    const bool absent = h.text(read.value) == "null";
    std::vector<const Operation*> found;
    for (const Operation& o : h.operations()) {
      if (!may_be_seen(o, read.completed)) continue;
      if (absent ? o.f == Function::remove_key : o.f == Function::write && o.value == read.value)
        found.push_back(&o);
    }
    return found;
  };
  for (const Operation& later : h.operations()) {
    for (const Operation& earlier : h.operations()) {
      if (!is_read(later) || !is_read(earlier) || later.session != earlier.session) continue;
      if (earlier.completed >= later.invoked || h.text(earlier.value) == "null") continue;
      const auto before = writers(earlier);
      const auto after = writers(later);
      if (before.empty() || (after.empty() && h.text(later.value) != "null")) continue;  // a phantom
      const bool explained = std::any_of(before.begin(), before.end(), [&](const Operation* b) {
        return std::any_of(after.begin(), after.end(),
                           [&](const Operation* a) { return a->completed >= b->invoked; });
      });
      if (!explained) bad.insert(later.invoked);
    }
  }
  return bad;
}

namespace {

/// The version that an answer showed, or that of the write whose value a read returned.
const Stamp* version_of(const History& h, const Operation& answer) {
  if (h.stamp(answer) != nullptr || !is_read(answer)) return h.stamp(answer);
  for (const Operation& o : h.operations())
    if (o.f == Function::write && o.value == answer.value && h.stamp(o) != nullptr) return h.stamp(o);
  return nullptr;
}

}  // namespace

Reads went_back_by_stamp(const History& h) {
  Reads bad;
  for (const Operation& later : h.operations()) {
    for (const Operation& earlier : h.operations()) {
      if (!is_read(later) || !is_read(earlier) || later.session != earlier.session) continue;
      const Stamp* before = version_of(h, earlier);
      const Stamp* after = version_of(h, later);
      if (earlier.completed >= later.invoked || before == nullptr) continue;
      if (after == nullptr && h.text(later.value) != "null") continue;  // a value whose write showed nothing
      bool explained = after != nullptr && !older(*after, *before);
      for (const Operation& d : h.operations()) {
        if (after != nullptr || d.f != Function::remove_key || !may_be_seen(d, later.completed)) continue;
        explained = explained || h.stamp(d) == nullptr || !older(*h.stamp(d), *before);
      }
      if (!explained) bad.insert(later.invoked);
    }
  }
  return bad;
}

Reads went_back_by_cover(const History& h) {
  Reads bad;
  const Pasts pasts = all_pasts(h, {});
  for (const Operation& later : h.operations()) {
    Versions values;
    if (!is_read(later) || !find_writes(h, h.text(later.value), later.completed, values)) continue;
    const Versions covered = cover(h, values, later.completed, true, pasts);
    for (const Operation& earlier : h.operations()) {
      Versions seen;
      if (!is_read(earlier) || later.session != earlier.session || earlier.completed >= later.invoked)
        continue;
      if (!find_writes(h, h.text(earlier.value), earlier.completed, seen)) continue;
      for (const Operation* v : seen)
        if (covered.count(v) == 0) bad.insert(later.invoked);
    }
  }
  return bad;
}

std::set<std::uint32_t> out_of_order_by_stamp(const History& h, bool after_reads) {
  std::set<std::uint32_t> bad;
  for (const Operation& later : h.operations()) {
    if (!is_version(later) || later.outcome != Outcome::ok || h.stamp(later) == nullptr) continue;
    for (const Operation& earlier : h.operations()) {
      const bool counts =
          after_reads ? is_read(earlier) : is_version(earlier) && earlier.outcome == Outcome::ok;
      if (!counts || earlier.session != later.session || earlier.completed >= later.invoked) continue;
      const Stamp* before = version_of(h, earlier);
      if (before != nullptr && older(*h.stamp(later), *before)) bad.insert(later.invoked);
    }
  }
  return bad;
}

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
    const std::string_view text = h.text(o.f == Function::read ? o.value : o.siblings);
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
      return below->outcome == Outcome::ok && below->session == above->session &&
             below->completed < above->invoked;
    return std::any_of(h.operations().begin(), h.operations().end(), [&](const Operation& read) {
      Versions shown;
      return is_read(read) && read.session == above->session && read.completed < above->invoked &&
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
        if (below.f != Function::add || parts(h.text(above.saw)).count(h.text(below.value)) == 0) continue;
        const bool counts = !own || (below.outcome == Outcome::ok && below.session == above.session &&
                                     below.completed < above.invoked);
        if (counts && shown.count(h.text(below.value)) == 0) ++found;
      }
    }
  }
  return found;
}

Reads elements_gone(const History& h) {
  Reads bad;
  for (const Operation& later : h.operations()) {
    for (const Operation& earlier : h.operations()) {
      if (!is_read(later) || !is_read(earlier) || later.session != earlier.session) continue;
      if (earlier.completed >= later.invoked) continue;
      const auto now = array_parts(h.text(later.value));
      for (const std::string_view element : array_parts(h.text(earlier.value)))
        if (element != "null" && std::find(now.begin(), now.end(), element) == now.end())
          bad.insert(later.invoked);
    }
  }
  return bad;
}

std::uint64_t resurrected(const History& h, const Evidence& evidence) {
  const Pasts pasts = all_pasts(h, {});
  std::uint64_t found = 0;
  for (const ReplicaState& replica : evidence.dumps->at(0).replicas) {
    Versions values;
    bool known = true;
    for (const std::string& value : replica.values) known = find_writes(h, value, kNever, values) && known;
    for (const Operation& d : h.operations()) {
      const auto past = pasts.find(&d);
      if (!known || d.f != Function::remove_key || d.outcome != Outcome::ok || past == pasts.end()) continue;
      for (const Operation* v : values) found += past->second.count(v);
    }
  }
  return found;
}

std::set<std::uint32_t> too_few_copies(const History& h, const Evidence& evidence) {
  const Pasts pasts = all_pasts(h, {});
  std::map<const Operation*, int> copies;
  for (const ReplicaState& replica : evidence.dumps->at(0).replicas) {
    Versions values;
    for (const std::string& value : replica.values) find_writes(h, value, kNever, values);
    for (const Operation* v : cover(h, values, kNever, !replica.clock.empty(), pasts)) ++copies[v];
  }
  std::set<std::uint32_t> few;
  for (const Operation& o : h.operations()) {
    if (is_version(o) && o.outcome == Outcome::ok && copies[&o] < *evidence.w) few.insert(o.invoked);
  }
  return few;
}

std::set<std::uint32_t> lost_by_stamp(const History& h) {
  std::set<std::uint32_t> lost;
  for (const Operation& b : h.operations()) {
    for (const Operation& a : h.operations()) {
      if (!is_version(a) || !is_version(b) || h.stamp(a) == nullptr || h.stamp(b) == nullptr) continue;
      if (a.completed < b.invoked && older(*h.stamp(b), *h.stamp(a))) lost.insert(b.invoked);
    }
  }
  return lost;
}

std::set<std::uint32_t> undurable_by_cover(const History& h, const Evidence& evidence) {
  const Pasts pasts = all_pasts(h, {});
  Versions covered;
  for (const ReplicaState& replica : evidence.dumps->at(0).replicas) {
    Versions values;
    for (const std::string& value : replica.values) find_writes(h, value, kNever, values);
    const Versions held = cover(h, values, kNever, !replica.clock.empty(), pasts);
    covered.insert(held.begin(), held.end());
  }
  std::set<std::uint32_t> lost;
  for (const Operation& o : h.operations()) {
    if (is_version(o) && o.outcome == Outcome::ok && covered.count(&o) == 0) lost.insert(o.invoked);
  }
  return lost;
}

}  // namespace fracas::checker::definitions
