#include "checker/causal.h"

#include <algorithm>
#include <map>

#include "checker/real_time.h"

namespace fracas::checker {

CausalKey::CausalKey(const History& history, const KeyOperations& key, const Writers& writers)
    : writers_(writers) {
  for (const Operation* o : key.operations) {
    const bool version = o->f == Function::write || o->f == Function::remove_key;
    if (version && o->outcome != Outcome::fail) versions_.push_back(o);
  }
  link(key, history);
}

std::uint32_t CausalKey::position_of(const Operation& o) const {
  const auto at =
      std::lower_bound(versions_.begin(), versions_.end(), o.invoked,
                       [](const Operation* v, std::uint32_t event) { return v->invoked < event; });
  return static_cast<std::uint32_t>(at - versions_.begin());
}

std::optional<std::vector<std::uint32_t>> CausalKey::positions(const std::vector<std::string_view>& values,
                                                               std::uint32_t end) const {
  std::vector<std::uint32_t> found;
  for (const std::string_view value : values) {
    const Operation* writer = best_writer(writers_.of(value), end);
    if (writer == nullptr) return std::nullopt;
    found.push_back(position_of(*writer));
  }
  return found;
}

std::vector<Demand> CausalKey::acknowledged() const {
  std::vector<Demand> demands;
  for (std::uint32_t v = 0; v < versions_.size(); ++v) {
    if (versions_[v]->outcome == Outcome::ok)
      demands.push_back({.version = v, .event = versions_[v]->completed});
  }
  return demands;
}

void CausalKey::link(const KeyOperations& key, const History& history) {
  std::map<std::int32_t, const Operation*> last_answer;  // of each session
  for (const Operation* o : key.operations) {
    const bool version = o->f != Function::read && o->outcome != Outcome::fail;
    const auto answer = last_answer.find(o->session);
    if (version && o->contextual && answer != last_answer.end()) {
      const Operation& seen = *answer->second;
      for (const std::string_view value :
           shown_values(history, writers_, KeyKind::reg, Conflict::siblings, seen)) {
        // A value that cannot have been seen is the business of no-phantoms and says nothing of the past.
        const Operation* writer = best_writer(writers_.of(value), seen.completed);
        if (writer != nullptr) parents_.push_back(position_of(*writer));
      }
      if (seen.f != Function::read) parents_.push_back(position_of(seen));
    }
    if (version) first_parent_.push_back(static_cast<std::uint32_t>(parents_.size()));
    if (o->outcome == Outcome::ok) last_answer[o->session] = o;
  }
}

}  // namespace fracas::checker
