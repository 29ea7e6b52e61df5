#include "checker/case.h"

namespace fracas::checker {

KeyCase::KeyCase(const Case& whole, KeyOperations of_key) : KeyOperations(std::move(of_key)), case_(&whole) {}

const History& KeyCase::history() const { return case_->history(); }

const Evidence& KeyCase::evidence() const { return case_->evidence(); }

Conflict KeyCase::conflict() const { return case_->conflict(); }

const JudgedAs& KeyCase::judged_as() const { return case_->judged_as(); }

bool KeyCase::contexts_recorded() const { return case_->contexts_recorded(); }

const KeyDump* KeyCase::dump() const { return case_->dump(name()); }

const Writers& KeyCase::writers() const {
  return once<Writers>([&] { return Writers(history(), *this); });
}

const Answers& KeyCase::answers() const {
  return once<Answers>([&] { return Answers(history(), *this, writers(), conflict()); });
}

std::uint32_t KeyCase::place_of(const Operation& o) const { return case_->place_of(o); }

Case::Case(const History& history, const Evidence& evidence, JudgedAs judged_as)
    : history_(history),
      evidence_(evidence),
      judged_as_(std::move(judged_as)),
      conflict_(conflict_of(history, evidence)),
      contexts_recorded_(evidence.conflict == "siblings" || records_contexts(history)),
      places_(history.operations().size(), 0) {
  auto keys = operations_by_key(history);
  keys_.reserve(keys.size());
  for (KeyOperations& key : keys) {
    std::uint32_t place = 0;
    for (const Operation* o : key.operations)
      places_[static_cast<std::size_t>(o - history.operations().data())] = place++;
    keys_.emplace_back(*this, std::move(key));
  }
  if (!evidence.dumps) return;
  for (const KeyDump& dump : *evidence.dumps) dumps_[dump.key] = &dump;
}

const KeyDump* Case::dump(std::string_view key) const {
  const auto found = dumps_.find(key);
  return found == dumps_.end() ? nullptr : found->second;
}

std::uint32_t Case::place_of(const Operation& o) const {
  return places_[static_cast<std::size_t>(&o - history_.operations().data())];
}

}  // namespace fracas::checker
