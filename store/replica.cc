#include "store/replica.h"

#include <algorithm>

namespace fracas::store {
namespace {

/// In Replica::sibling_classes.
std::size_t class_of(std::uint32_t values) {
  if (values < 3) return values;
  return values < 5 ? 3 : values < 10 ? 4 : 5;
}

}  // namespace

void Replica::load(const std::string& key, KeyState state) {
  const Slot slot = slot_of(key);
  Copy& copy = copy_of(key, slot);
  copy.state = std::move(state);
  changed(key, slot, copy);
}

const KeyState& Replica::find(std::string_view key) const {
  static const KeyState none;
  const auto found = copies_.find(std::pair(slot_of(key), key));
  return found == copies_.end() ? none : found->second.state;
}

Hash Replica::leaf(std::string_view key) const {
  const auto found = copies_.find(std::pair(slot_of(key), key));
  return found == copies_.end() ? Hash{} : found->second.leaf;
}

bool Replica::merge(Step& step, const std::string& key, const KeyState& state) {
  if (std::holds_alternative<std::monostate>(state) || refuses(key, state)) return false;
  const Slot slot = slot_of(key);
  Copy& copy = copy_of(key, slot);
  if (!store::merge(copy.state, state, bugs_)) return false;
  step.persist(record_prefix + key, changed(key, slot, copy));
  ++changes_;
  return true;
}

void Replica::replace(Step& step, const std::string& key, KeyState state) {
  const Slot slot = slot_of(key);
  Copy& copy = copy_of(key, slot);
  copy.state = std::move(state);
  step.persist(record_prefix + key, changed(key, slot, copy));
  ++changes_;
}

void Replica::forget(Step& step, const std::string& key) {
  const Slot slot = slot_of(key);
  const auto found = copies_.find(std::pair(slot, std::string_view(key)));
  if (found == copies_.end()) return;
  forest_.update(slot, found->second.leaf, Hash{});
  uncount(key, found->second);
  copies_.erase(found);
  step.persist(record_prefix + key, std::nullopt);
  ++changes_;
}

bool Replica::refuses(const std::string& key, const KeyState& state) const {
  if (refused_.empty()) return false;
  const auto found = refused_.find(key);
  if (found == refused_.end()) return false;
  std::string record;
  encode(state, record);
  return merkle_leaf(key, record) == found->second;
}

void Replica::forget_all(Step& step) {
  for (const std::string& key : keys()) forget(step, key);
}

std::vector<std::pair<std::string_view, const KeyState*>> Replica::in_slot(Slot slot) const {
  std::vector<std::pair<std::string_view, const KeyState*>> keys;
  const auto first = copies_.lower_bound(std::pair(slot, std::string_view()));
  for (auto at = first; at != copies_.end() && at->first.first == slot; ++at) {
    keys.emplace_back(at->first.second, &at->second.state);
  }
  return keys;
}

std::vector<std::string> Replica::keys() const {
  std::vector<std::string> keys;
  keys.reserve(copies_.size());
  for (const auto& [position, copy] : copies_) keys.push_back(position.second);
  std::sort(keys.begin(), keys.end());
  return keys;
}

Replica::Copy& Replica::copy_of(const std::string& key, Slot slot) {
  const auto found = copies_.lower_bound(std::pair(slot, std::string_view(key)));
  if (found != copies_.end() && found->first.first == slot && found->first.second == key)
    return found->second;
  return copies_.emplace_hint(found, Position(slot, key), Copy{})->second;
}

Hash Replica::leaf_of(std::string_view key, const Copy& copy, std::string_view record) const {
  if (bugs_.has(Bug::tree_ignores_delete) && !has_live_values(copy.state)) return copy.leaf;
  if (!bugs_.has(Bug::tree_hash_value_only)) return merkle_leaf(key, record);
  std::string values;
  for (const std::string& value : live_values(copy.state)) values += value;
  return merkle_leaf(key, values);
}

void Replica::uncount(const std::string& key, Copy& copy) {
  if (!copy.values) return;
  --keys_by_siblings_[class_of(*copy.values)];
  values_ -= *copy.values;
  if (*copy.values == 0) deleted_.erase(key);
}

void Replica::count(const std::string& key, Copy& copy) {
  uncount(key, copy);
  copy.values = static_cast<std::uint32_t>(count_live_values(copy.state));
  ++keys_by_siblings_[class_of(*copy.values)];
  values_ += *copy.values;
  if (*copy.values == 0) deleted_.insert(key);
}

std::string Replica::changed(const std::string& key, Slot slot, Copy& copy) {
  std::string record;
  encode(copy.state, record);
  const Hash leaf = leaf_of(key, copy, record);
  forest_.update(slot, copy.leaf, leaf);
  copy.leaf = leaf;
  count(key, copy);
  if (const auto* set = std::get_if<DvvSet>(&copy.state))
    siblings_max_ = std::max(siblings_max_, set->siblings());
  return record;
}

}  // namespace fracas::store
