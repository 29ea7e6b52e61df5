#include "checker/set_elements.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>

#include "checker/last_sightings.h"

namespace fracas::checker {
namespace {

bool before(const Operation* a, const Operation* b) {
  return b != nullptr && (a == nullptr || a->invoked < b->invoked);
}

bool known_before(const SetElement& element, const Operation* read) {
  return element.known != nullptr && read != nullptr && element.known->completed < read->invoked;
}

class Elements {
 public:
  explicit Elements(const KeyCase& key) : key_(key) {
    for (const Operation* o : key.operations)
      if (o->f == Function::add && o->outcome != Outcome::fail) add(*o);
  }

  std::vector<SetElement> run() && {
    std::vector<const Operation*> reads;
    for (const Operation* o : key_.operations)
      if (o->f == Function::read && o->outcome == Outcome::ok) reads.push_back(o);
    become_known(reads);
    look_for_the_last(reads);
    return std::move(elements_);
  }

 private:
  void add(const Operation& o) {
    const auto [at, first] = places_.try_emplace(o.value, static_cast<std::uint32_t>(elements_.size()));
    if (first) elements_.push_back({.value = o.value, .add = &o});
    SetElement& element = elements_[at->second];
    const Operation* known = element.acknowledged;
    if (o.outcome == Outcome::ok && (known == nullptr || o.completed < known->completed))
      element.acknowledged = element.known = &o;
  }

  template <typename Each>
  void each_element(const Operation& read, const Each& each) const {
    for (const TextId value : key_.answers().of(key_.place_of(read)))
      if (const auto at = places_.find(value); at != places_.end()) each(at->second);
  }

  void become_known(const std::vector<const Operation*>& reads) {
    for (const Operation* read : reads) {
      each_element(*read, [&](std::uint32_t place) {
        SetElement& element = elements_[place];
        const bool begun = element.add->invoked < read->completed;
        if (begun && (element.known == nullptr || read->completed < element.known->completed))
          element.known = read;
      });
    }
  }

  void look_for_the_last(const std::vector<const Operation*>& reads) {
    LastSightings sightings(elements_.size());
    std::vector<std::uint64_t> shown((elements_.size() + 63) / 64);
    for (auto at = reads.rbegin(); at != reads.rend(); ++at) {
      const Operation& read = **at;
      std::fill(shown.begin(), shown.end(), 0);
      each_element(read, [&](std::uint32_t place) { shown[place / 64] |= std::uint64_t{1} << (place % 64); });
      const auto begun = std::partition_point(
          elements_.begin(), elements_.end(),
          [&](const SetElement& element) { return element.add->invoked < read.completed; });
      sightings.read(read.invoked, shown, static_cast<std::size_t>(begun - elements_.begin()));
    }
    const auto operation = [&](std::uint32_t invoked) {
      return invoked == LastSightings::kNone ? nullptr : key_.history().invoked_at(invoked);
    };
    for (std::size_t i = 0; i < elements_.size(); ++i) {
      elements_[i].last_shown = operation(sightings.last_shown(i));
      elements_[i].last_missed = operation(sightings.last_missed(i));
    }
  }

  const KeyCase& key_;
  std::vector<SetElement> elements_;
  boost::unordered_flat_map<TextId, std::uint32_t> places_;  ///< of values; looked up, never walked over
};

}  // namespace

ElementFate SetElement::fate() const {
  if (before(last_missed, last_shown)) return ElementFate::stable;
  return known_before(*this, last_missed) ? ElementFate::lost : ElementFate::never_read;
}

bool SetElement::lost_though_acknowledged() const {
  return fate() == ElementFate::lost && acknowledged != nullptr &&
         acknowledged->completed < last_missed->invoked;
}

std::int64_t SetElement::latency_ns(const History& history) const {
  const Operation* last = fate() == ElementFate::stable ? last_missed : last_shown;
  if (last == nullptr || known == nullptr) return 0;
  return std::max<std::int64_t>(0, history.invoked_ns(*last) + 1 - history.completed_ns(*known));
}

std::vector<SetElement> set_elements(const KeyCase& key) { return Elements(key).run(); }

}  // namespace fracas::checker
