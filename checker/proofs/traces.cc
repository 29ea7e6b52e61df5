#include "checker/proofs/traces.h"

#include <algorithm>

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

bool is_update(const Operation& o) { return o.f == Function::add || o.f == Function::append; }

/// The steps of a transaction, [["r", "x", 1], ["append", "y", 2]], that read or that do not.
void add_steps(std::string_view json, bool reads, std::vector<Item>& items) {
  for (const std::string_view step : array_parts(json)) {
    const auto parts = array_parts(step);
    if (parts.size() != 3 || (parts[0] == "\"r\"") != reads) continue;
    std::vector<std::string_view> values;
    append_leaves(parts[2], values);
    for (const std::string_view value : values)
      if (value != "null") items.push_back({parts[1], value});
  }
}

std::string index_key(const Item& item) {
  std::string text(item.key);
  text += '\n';
  return text += item.value;
}

}  // namespace

Traces::Traces(const Case& whole) : case_(whole) {
  for (const KeyCase& key : whole.keys())
    objects_[key.key] = Object{.operations = key.operations, .kind = key.kind};
  for (const Operation& o : whole.history().operations())
    if (o.key == 0) without_key_.push_back(&o);
  objects_[0] = Object{.operations = without_key_};
}

const Traces::Object& Traces::object(TextId key) const { return objects_.find(key)->second; }

std::span<const Operation* const> Traces::beside(const Operation& o) const {
  return object(o.key).operations;
}

std::vector<Item> Traces::made(const Operation& o) const {
  const std::string_view key = case_.history().text(o.key);
  const std::string_view value = case_.history().text(o.value);
  std::vector<Item> items;
  switch (o.f) {
    case Function::write:
    case Function::add:
    case Function::append:
    case Function::enqueue:
      items.push_back({key, value});
      break;
    case Function::cas:
      if (const auto parts = array_parts(value); parts.size() == 2) items.push_back({key, parts[1]});
      break;
    case Function::txn:
      add_steps(value, false, items);
      break;
    default:
      break;
  }
  return items;
}

std::vector<Item> Traces::shown(const Operation& o) const {
  const History& history = case_.history();
  std::vector<Item> items;
  if (o.outcome != Outcome::ok) return items;
  switch (o.f) {
    case Function::read:
    case Function::dequeue:
      add_shown(o, history.text(o.value), items);
      break;
    case Function::cas:
      if (const auto parts = array_parts(history.text(o.value)); parts.size() == 2)
        add_shown(o, parts[0], items);
      break;
    case Function::txn:
      add_steps(history.text(o.value), true, items);
      break;
    default:
      add_shown(o, history.text(case_.history().saw(o)), items);
      if (case_.conflict() == Conflict::siblings)
        add_shown(o, history.text(case_.history().siblings(o)), items);
      break;
  }
  return items;
}

void Traces::add_shown(const Operation& o, std::string_view json, std::vector<Item>& items) const {
  if (json.empty() || json == "null") return;
  const std::string_view key = case_.history().text(o.key);
  const KeyKind of_key = kind(o.key);
  std::vector<std::string_view> parts;
  if (of_key == KeyKind::set || of_key == KeyKind::cart || is_update(o)) {
    append_leaves(json, parts);
  } else if (of_key == KeyKind::reg && case_.conflict() == Conflict::siblings &&
             writers({key, json}).empty()) {
    parts = array_parts(json);
  } else {
    parts.push_back(json);
  }
  for (const std::string_view part : parts)
    if (part != "null") items.push_back({key, part});
}

void Traces::index(const Object& object) const {
  object.indexed = true;
  for (const Operation* o : object.operations) {
    for (const Item& item : made(*o)) object.writers[index_key(item)].push_back(o);
    if (o->f == Function::dequeue && o->outcome == Outcome::ok) object.takers[o->value].push_back(o);
  }
}

const std::vector<const Operation*>* Traces::writers_in(const Object& object, const Item& item) const {
  if (!object.indexed) index(object);
  const auto found = object.writers.find(index_key(item));
  return found == object.writers.end() ? nullptr : &found->second;
}

std::span<const Operation* const> Traces::writers(const Item& item) const {
  const auto key = case_.history().find(item.key);
  const auto known = key ? objects_.find(*key) : objects_.end();
  const auto* found = known == objects_.end() ? nullptr : writers_in(known->second, item);
  if (found == nullptr)
    found = writers_in(object(0), item);  // of transactions, whose keys are in their steps
  if (found == nullptr) return {};
  return *found;
}

bool Traces::separable(const Operation& o) const {
  const KeyKind of_key = kind(o.key);
  return of_key == KeyKind::set || (of_key == KeyKind::reg && case_.conflict() == Conflict::siblings);
}

const Operation* Traces::context(const Operation& o) const {
  if (!o.contextual) return nullptr;
  const auto operations = beside(o);
  auto at = std::lower_bound(
      operations.begin(), operations.end(), o.invoked,
      [](const Operation* other, std::uint32_t invoked) { return other->invoked < invoked; });
  while (at != operations.begin()) {
    const Operation* before = *--at;
    if (case_.history().session(*before) == case_.history().session(o) && before->outcome == Outcome::ok &&
        before->completed < o.invoked)
      return before;
  }
  return nullptr;
}

std::vector<const Operation*> Traces::needs(const Operation& o) const {
  std::vector<const Operation*> found;
  if (o.f == Function::enqueue) {
    // Without who took it, an element would still be in the queue.
    const Object& queue = object(o.key);
    if (!queue.indexed) index(queue);
    if (const auto by = queue.takers.find(o.value); by != queue.takers.end()) found = by->second;
    return found;
  }
  const bool set = kind(o.key) == KeyKind::set;
  if (!set)
    for (const Item& item : shown(o)) {
      const auto by = writers(item);
      found.insert(found.end(), by.begin(), by.end());
    }
  return found;
}

const Traces& traces(const Case& whole) {
  return whole.once<Traces>([&] { return Traces(whole); });
}

}  // namespace fracas::checker
