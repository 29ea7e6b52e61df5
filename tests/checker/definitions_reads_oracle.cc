// The enumerations behind definitions.h that judge reads: by value, by stamp, by cover, and by every choice
// of the tombstones that answers may hide.
#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "checker/json_text.h"
#include "tests/checker/definitions.h"
#include "tests/checker/key_facts.h"

namespace fracas::checker::definitions {
namespace {

bool lacks(const History& h, const Operation& read, const Versions& covered, bool own_session) {
  return std::any_of(h.operations().begin(), h.operations().end(), [&](const Operation& v) {
    return is_version(v) && v.outcome == Outcome::ok && v.completed < read.invoked &&
           (!own_session || h.session(v) == h.session(read)) && covered.count(&v) == 0;
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
             (!own_session || h.session(by) == h.session(read));
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
      if (!is_read(later) || !is_read(earlier) || h.session(later) != h.session(earlier)) continue;
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

Reads went_back_by_stamp(const History& h) {
  Reads bad;
  for (const Operation& later : h.operations()) {
    for (const Operation& earlier : h.operations()) {
      if (!is_read(later) || !is_read(earlier) || h.session(later) != h.session(earlier)) continue;
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
      if (!is_read(earlier) || h.session(later) != h.session(earlier) || earlier.completed >= later.invoked)
        continue;
      if (!find_writes(h, h.text(earlier.value), earlier.completed, seen)) continue;
      for (const Operation* v : seen)
        if (covered.count(v) == 0) bad.insert(later.invoked);
    }
  }
  return bad;
}

Reads elements_gone(const History& h) {
  Reads bad;
  for (const Operation& later : h.operations()) {
    for (const Operation& earlier : h.operations()) {
      if (!is_read(later) || !is_read(earlier) || h.session(later) != h.session(earlier)) continue;
      if (earlier.completed >= later.invoked) continue;
      const auto now = array_parts(h.text(later.value));
      for (const std::string_view element : array_parts(h.text(earlier.value)))
        if (element != "null" && std::find(now.begin(), now.end(), element) == now.end())
          bad.insert(later.invoked);
    }
  }
  return bad;
}

}  // namespace fracas::checker::definitions
