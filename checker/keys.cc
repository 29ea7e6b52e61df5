#include "checker/keys.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

/// Texts that nobody appended, until it is clear that they are no concatenations.
constexpr int kMostLookedAt = 100;

bool is_plain(Function f) { return f == Function::read || f == Function::write || f == Function::remove_key; }

/// True if a register was read as an array that nobody wrote: its siblings. An empty one shows none; so is a
/// set read that nobody has added to.
bool reads_siblings(const History& history) {
  std::vector<bool> other(history.texts());    // keys that are more than registers
  std::vector<bool> written(history.texts());  // values
  for (const Operation& o : history.operations()) {
    if (!is_plain(o.f)) other[o.key] = true;
    if (o.f == Function::write) written[o.value] = true;
  }
  const auto operations = history.operations();
  return std::any_of(operations.begin(), operations.end(), [&](const Operation& o) {
    return o.f == Function::read && o.outcome == Outcome::ok && !other[o.key] && !written[o.value] &&
           history.text(o.value).starts_with('[') && history.text(o.value) != "[]";
  });
}

bool shows_siblings(const History& history) {
  return records_contexts(history) || history.any_siblings() || reads_siblings(history);
}

bool shows_stamps(const History& history) { return history.any_stamps(); }

/// What the operation alone makes of its key; nothing if it says nothing.
std::optional<KeyKind> kind_of(const History& history, const Operation& o) {
  switch (o.f) {
    case Function::read:
      return std::nullopt;
    case Function::write:
    case Function::remove_key:
      return KeyKind::reg;
    case Function::add:
      return history.text(o.value).starts_with('{') ? KeyKind::cart : KeyKind::set;
    case Function::append:
      return KeyKind::set;
    case Function::remove:
      return KeyKind::cart;
    case Function::increment:
      return KeyKind::counter;
    default:
      return KeyKind::neither;
  }
}

/// True if what is appended ends up in one text: a read shows the empty text, or one that begins with what
/// was appended and goes on.
bool is_concatenation(const History& history, std::span<const Operation* const> operations) {
  std::set<std::string_view> appended;
  for (const Operation* o : operations)
    if (o->f == Function::append) appended.insert(history.text(o->value));
  int looked_at = 0;
  for (const Operation* o : operations) {
    const std::string_view shown = history.text(o->value);
    if (o->f != Function::read || o->outcome != Outcome::ok || !shown.starts_with('"')) continue;
    if (shown == "\"\"") return true;
    if (appended.contains(shown) || ++looked_at > kMostLookedAt) continue;
    if (std::any_of(appended.begin(), appended.end(), [&](std::string_view begin) {
          return begin.starts_with('"') && shown.starts_with(begin.substr(0, begin.size() - 1));
        }))
      return true;
  }
  return false;
}

KeyKind kind_of(const History& history, std::span<const Operation* const> operations) {
  std::set<KeyKind> kinds;
  bool appended = false;
  for (const Operation* o : operations) {
    if (const auto kind = kind_of(history, *o)) kinds.insert(*kind);
    appended = appended || o->f == Function::append;
  }
  if (appended && is_concatenation(history, operations)) return KeyKind::neither;
  // Adds of plain elements beside removes: a cart whose items are its entries.
  if (kinds == std::set{KeyKind::set, KeyKind::cart} && !appended) return KeyKind::cart;
  if (kinds.empty()) return KeyKind::reg;
  return kinds.size() == 1 ? *kinds.begin() : KeyKind::neither;
}

}  // namespace

Conflict conflict_of(const History& history, const Evidence& evidence) {
  if (evidence.conflict == "siblings") return Conflict::siblings;
  if (evidence.conflict == "lww") return Conflict::lww;
  if (shows_stamps(history)) return Conflict::lww;
  return shows_siblings(history) ? Conflict::siblings : Conflict::unknown;
}

bool records_contexts(const History& history) {
  const auto operations = history.operations();
  return history.causal_clocks() ||
         std::any_of(operations.begin(), operations.end(), [](const Operation& o) { return o.contextual; });
}

std::vector<KeyOperations> operations_by_key(const History& history) {
  constexpr std::uint32_t kNone = 0;
  std::vector<std::uint32_t> place(history.texts(), kNone);  // of a key's text, one more than its position
  std::vector<std::size_t> counts;
  std::vector<KeyOperations> keys;
  for (const Operation& o : history.operations()) {
    if (o.key == 0) continue;
    if (place[o.key] == kNone) {
      keys.push_back({.key = o.key});
      counts.push_back(0);
      place[o.key] = static_cast<std::uint32_t>(keys.size());
    }
    ++counts[place[o.key] - 1];
  }
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i].operations.reserve(counts[i]);
  for (const Operation& o : history.operations()) {
    if (o.key != 0) keys[place[o.key] - 1].operations.push_back(&o);
  }
  for (KeyOperations& key : keys) key.kind = kind_of(history, key.operations);
  return keys;
}

bool updates(const Operation& o) {
  return o.f == Function::add || o.f == Function::remove || o.f == Function::append ||
         o.f == Function::increment;
}

bool writes(const Operation& o) {
  return o.f == Function::write || o.f == Function::remove_key || updates(o);
}

std::string_view item_of(std::string_view json) {
  constexpr std::string_view kMember = "\"item\":\"";
  const std::size_t at = json.find(kMember);
  if (!json.starts_with('{') || at == std::string_view::npos) return json;
  const std::size_t begin = at + kMember.size() - 1;  // the opening quote
  const std::size_t end = json.find('"', begin + 1);
  return end == std::string_view::npos ? json : json.substr(begin, end + 1 - begin);
}

Writers::Writers(const History& history, const KeyOperations& key) : history_(history) {
  for (const Operation* o : key.operations) {
    if (o->f == Function::write || o->f == Function::add || o->f == Function::append) writers_.push_back(o);
  }
  std::stable_sort(writers_.begin(), writers_.end(),
                   [](const Operation* a, const Operation* b) { return a->value < b->value; });
  first_.reserve(writers_.size());
  for (std::uint32_t i = 0; i < writers_.size(); ++i) {
    if (!first_.try_emplace(writers_[i]->value, i).second) repeated_ = history.text(writers_[i]->value);
  }
}

std::span<const Operation* const> Writers::of(TextId value) const {
  const auto found = first_.find(value);
  if (found == first_.end()) return {};
  std::size_t end = found->second + 1;
  while (end < writers_.size() && writers_[end]->value == value) ++end;
  return std::span(writers_).subspan(found->second, end - found->second);
}

std::span<const Operation* const> Writers::of(std::string_view value) const {
  const auto id = history_.find(value);
  return id ? of(*id) : std::span<const Operation* const>{};
}

Answers::Answers(const History& history, const KeyOperations& key, const Writers& writers, Conflict conflict)
    : history_(history) {
  ranges_.reserve(key.operations.size());
  std::vector<std::string_view> parts;
  boost::unordered_flat_map<TextId, Range> known;  // of texts that were taken apart
  for (const Operation* o : key.operations) {
    const bool read = o->f == Function::read;
    const TextId shown = read ? o->value : history.saw(*o);
    const TextId beside = read ? 0 : history.siblings(*o);
    if (o->outcome != Outcome::ok) {
      ranges_.emplace_back();
      continue;
    }
    const auto found = beside == 0 ? known.find(shown) : known.end();
    if (found != known.end()) {
      ranges_.push_back(found->second);
      continue;
    }
    const std::size_t first = values_.size();
    add(history.text(beside), key, writers, Conflict::siblings, parts);
    add(history.text(shown), key, writers, conflict, parts);
    ranges_.push_back(
        {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(values_.size() - first)});
    if (beside == 0) known.emplace(shown, ranges_.back());
  }
}

void Answers::add(std::string_view json, const KeyOperations& key, const Writers& writers, Conflict conflict,
                  std::vector<std::string_view>& parts) {
  parts.clear();
  append_shown(writers, key.kind, conflict, json, parts);
  for (const std::string_view part : parts) {
    if (const auto known = history_.find(part)) {
      values_.push_back(*known);
    } else {
      const auto next = static_cast<TextId>(history_.texts() + unheard_.size());
      const auto [id, first] = unheard_ids_.try_emplace(part, next);
      if (first) unheard_.push_back(part);
      values_.push_back(id->second);
    }
  }
}

void append_shown(const Writers& writers, KeyKind kind, Conflict conflict, std::string_view json,
                  std::vector<std::string_view>& out) {
  if (json.empty() || json == "null") return;
  // A set that nobody has added to looks like a register until then.
  if (json == "[]" && writers.none()) return;
  if (kind == KeyKind::counter) return;  // a sum is no value that one operation wrote
  if (kind == KeyKind::set || kind == KeyKind::cart) {
    append_leaves(json, out);
  } else if (conflict != Conflict::siblings || json.front() != '[' || !writers.of(json).empty()) {
    out.push_back(json);
  } else {
    for (const std::string_view part : array_parts(json)) {
      if (part != "null") out.push_back(part);
    }
  }
}

}  // namespace fracas::checker
