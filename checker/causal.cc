#include "checker/causal.h"

#include <unordered_map>

#include "checker/real_time.h"

namespace fracas::checker {

CausalKey::CausalKey(const KeyCase& key) : key_(key) {
  find_versions();
  note_answers();
  link();
}

void CausalKey::find_versions() {
  position_.reserve(key_.operations.size());
  for (const Operation* o : key_.operations) {
    position_.push_back(static_cast<std::uint32_t>(versions_.size()));
    const bool version = o->f == Function::write || o->f == Function::remove_key;
    if (version && o->outcome != Outcome::fail) versions_.push_back(o);
  }
}

void CausalKey::note_answers() {
  const Answers& answers = key_.answers();
  const Writers& writers = key_.writers();
  first_shown_.reserve(key_.operations.size() + 1);
  for (std::size_t i = 0; i < key_.operations.size(); ++i) {
    traced_.push_back(true);
    for (const TextId value : answers.of(i)) {
      const Operation* writer = best_writer(writers.of(value), key_.operations[i]->completed);
      // A value that cannot have been seen is the business of no-phantoms and says nothing of the past.
      if (writer == nullptr) {
        traced_.back() = false;
      } else {
        shown_.push_back(position_of(*writer));
      }
    }
    first_shown_.push_back(static_cast<std::uint32_t>(shown_.size()));
  }
}

std::optional<std::vector<std::uint32_t>> CausalKey::positions(const std::vector<std::string_view>& values,
                                                               std::uint32_t end) const {
  std::vector<std::uint32_t> found;
  for (const std::string_view value : values) {
    const Operation* writer = best_writer(key_.writers().of(value), end);
    if (writer == nullptr) return std::nullopt;
    found.push_back(position_of(*writer));
  }
  return found;
}

std::optional<std::span<const std::uint32_t>> CausalKey::shown(std::size_t place) const {
  if (!traced_[place]) return std::nullopt;
  return std::span(shown_).subspan(first_shown_[place], first_shown_[place + 1] - first_shown_[place]);
}

Demands CausalKey::acknowledged() const {
  Demands demands;
  for (std::uint32_t v = 0; v < versions_.size(); ++v) {
    if (versions_[v]->outcome == Outcome::ok)
      demands.push_back({.version = v, .event = versions_[v]->completed});
  }
  return demands;
}

void CausalKey::link() {
  std::unordered_map<std::int32_t, std::size_t> last_answer;  // of each session
  for (std::size_t i = 0; i < key_.operations.size(); ++i) {
    const Operation& o = *key_.operations[i];
    const bool version = o.f != Function::read && o.outcome != Outcome::fail;
    if (version && o.contextual) {
      if (const auto answer = last_answer.find(key_.history().session(o)); answer != last_answer.end()) {
        const std::size_t seen = answer->second;
        parents_.insert(parents_.end(), shown_.begin() + first_shown_[seen],
                        shown_.begin() + first_shown_[seen + 1]);
        if (key_.operations[seen]->f != Function::read)
          parents_.push_back(position_of(*key_.operations[seen]));
      }
    }
    if (version) first_parent_.push_back(static_cast<std::uint32_t>(parents_.size()));
    if (o.outcome == Outcome::ok) last_answer[key_.history().session(o)] = i;
  }
}

const CausalKey& causal_key(const KeyCase& key) {
  return key.once<CausalKey>([&] { return CausalKey(key); });
}

}  // namespace fracas::checker
