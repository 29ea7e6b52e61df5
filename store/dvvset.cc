#include "store/dvvset.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace fracas::store {
namespace {

/// Events up to here are known to be overwritten.
std::uint64_t overwritten(const DvvSet::Entry& entry) { return entry.n - entry.values.size(); }

/// How many of the newer entry's values survive the older one: those that the older has not seen, and those
/// that it has and holds still.
std::size_t surviving(const DvvSet::Entry& newer, const DvvSet::Entry& older, const BugSet& bugs) {
  if (overwritten(newer) >= overwritten(older)) return newer.values.size();
  const auto kept = static_cast<std::size_t>(newer.n - overwritten(older));
  const bool one_too_few = newer.n == older.n && kept > 0 && bugs.has(Bug::merge_truncate_off_by_one);
  return one_too_few ? kept - 1 : kept;
}

void merge(DvvSet::Entry& mine, const DvvSet::Entry& other, const BugSet& bugs) {
  if (mine.n >= other.n) {
    mine.values.resize(surviving(mine, other, bugs));
    return;
  }
  DvvSet::Entry merged = other;
  merged.values.resize(surviving(other, mine, bugs));
  mine = std::move(merged);
}

/// Values of the entry that a reader of `seen` events has not seen.
std::size_t unseen(const DvvSet::Entry& entry, std::uint64_t seen) {
  if (entry.n <= seen) return 0;
  return static_cast<std::size_t>(std::min<std::uint64_t>(entry.n - seen, entry.values.size()));
}

}  // namespace

bool contains(const Context& context, const Dot& dot) {
  const auto seen = context.find(dot.actor);
  return seen != context.end() && seen->second >= dot.counter;
}

DvvSet::DvvSet(Entries entries) {
  if (entries.empty()) return;
  for ([[maybe_unused]] const auto& [actor, entry] : entries) assert(entry.values.size() <= entry.n);
  entries_ = std::make_shared<Entries>(std::move(entries));
}

const DvvSet::Entries& DvvSet::entries() const {
  static const Entries none;
  return entries_ ? *entries_ : none;
}

DvvSet::Entries& DvvSet::own() {
  if (!entries_) {
    entries_ = std::make_shared<Entries>();
  } else if (entries_.use_count() > 1) {
    entries_ = std::make_shared<Entries>(*entries_);
  }
  return *entries_;
}

std::size_t DvvSet::siblings() const {
  std::size_t count = 0;
  for (const auto& [actor, entry] : entries()) count += entry.values.size();
  return count;
}

Context DvvSet::join() const {
  Context context;
  Context::sequence_type seen;
  seen.reserve(entries().size());
  for (const auto& [actor, entry] : entries()) seen.emplace_back(actor, entry.n);
  context.adopt_sequence(boost::container::ordered_unique_range, std::move(seen));
  return context;
}

void DvvSet::sync(const DvvSet& other, const BugSet& bugs) {
  if (empty()) {
    entries_ = other.entries_;
    return;
  }
  if (other.empty()) return;
  if (!bugs.any()) {
    if (covers(other)) return;
    if (other.covers(*this)) {
      entries_ = other.entries_;  // replicas that hold the same share it, and tell so at a glance
      return;
    }
  }
  Entries& entries = own();
  entries.reserve(entries.size() + other.entries().size());
  auto mine = entries.begin();
  for (const auto& [actor, entry] : other.entries()) {
    while (mine != entries.end() && mine->first < actor) ++mine;
    if (mine != entries.end() && mine->first == actor) {
      merge(mine->second, entry, bugs);
    } else {
      mine = entries.emplace_hint(mine, actor, entry);
    }
  }
}

bool DvvSet::covers(const DvvSet& other, const BugSet& bugs) const {
  if (entries_ == other.entries_) return true;
  auto mine = entries().begin();
  const auto end = entries().end();
  for (const auto& [actor, theirs] : other.entries()) {
    while (mine != end && mine->first < actor) ++mine;
    if (mine == end || mine->first != actor) {
      if (!bugs.has(Bug::vv_missing_is_equal)) return false;
    } else if (mine->second.n < theirs.n || overwritten(mine->second) < overwritten(theirs)) {
      return false;
    }
  }
  return true;
}

Dot DvvSet::put(const Context& context, Value value, const Actor& actor) {
  Entries& entries = own();
  auto at = entries.begin();
  for (const auto& [author, seen] : context) {
    if (seen == 0) continue;
    while (at != entries.end() && at->first < author) ++at;
    if (at == entries.end() || at->first != author) at = entries.emplace_hint(at, author, Entry{});
    Entry& entry = at->second;
    entry.values.resize(unseen(entry, seen));
    entry.n = std::max(entry.n, seen);
  }
  Entry& issued = entries[actor];
  issued.values.insert(issued.values.begin(), std::move(value));
  return {actor, ++issued.n};
}

std::size_t DvvSet::siblings_after_put(const Context& context) const {
  std::size_t count = 1;
  auto seen = context.begin();
  for (const auto& [actor, entry] : entries()) {
    if (entry.values.empty()) continue;
    while (seen != context.end() && seen->first < actor) ++seen;
    const bool known = seen != context.end() && seen->first == actor;
    count += known ? unseen(entry, seen->second) : entry.values.size();
  }
  return count;
}

}  // namespace fracas::store
