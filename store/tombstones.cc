#include "store/tombstones.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fracas::store {
namespace {

constexpr std::size_t max_looked_at = 10'000;  ///< tombstones, in one tick
constexpr std::size_t max_candidates = 1000;   ///< in one round
constexpr std::size_t max_dropped = 100'000;
constexpr std::int64_t most_between_ns = 500'000'000;
constexpr std::int64_t least_between_ns = 10'000'000;
/// A node may be late by so much and still say what is over (a busy one always is, a little), which is less
/// than what is waited beyond the end of all operations.
constexpr std::int64_t most_behind_ns = 10'000'000;
constexpr std::int64_t margin_ns = 20'000'000;
static_assert(most_behind_ns < margin_ns);

bool same(const KeyState& a, const KeyState& b) {
  std::string of_a;
  std::string of_b;
  encode(a, of_a);
  encode(b, of_b);
  return of_a == of_b;
}

}  // namespace

void Tombstones::start(Step& step) {
  if (shared_.config().gc != Gc::keep && !shared_.read_only()) tick(step);
}

void Tombstones::tick(Step& step) {
  const Config& config = shared_.config();
  if (config.gc == Gc::timeout) {
    drop_by_age(step);
  } else if (round_.operation == 0) {
    for (const std::string& key : old_ones(step.now()))
      round_.candidates.emplace(key, Candidate{shared_.replica.find(key), {}});
    if (!round_.candidates.empty()) ask(step);
  } else {
    proceed(step);
  }
  const std::int64_t idle_ns = std::clamp(config.gc_after_ns / 4, least_between_ns, most_between_ns);
  const std::int64_t wait_ns = 2 * config.timeout_ns + margin_ns;
  shared_.agenda.add(step.now().steady_ns + (round_.operation == 0 ? idle_ns : wait_ns),
                     {Task::Kind::tombstones, 0});
}

/// Goes on through the deleted keys where it was last, and begins anew after the last one. The age of a
/// tombstone begins when this process first sees it here.
std::vector<std::string> Tombstones::old_ones(const Instant& now) {
  const Config& config = shared_.config();
  const std::set<std::string>& deleted = shared_.replica.deleted();
  std::vector<std::string> found;
  auto key = deleted.lower_bound(next_);
  auto age = ages_.lower_bound(next_);
  for (std::size_t seen = 0; key != deleted.end(); ++key, ++age, ++seen) {
    while (age != ages_.end() && age->first < *key) age = ages_.erase(age);
    const bool enough = config.gc == Gc::confirmed && found.size() == max_candidates;
    if (enough || seen == max_looked_at) break;
    const Hash leaf = shared_.replica.leaf(*key);
    if (age == ages_.end() || age->first != *key) {
      age = ages_.emplace_hint(age, *key, Age{leaf, now.steady_ns});
    } else if (age->second.leaf != leaf) {
      age->second = Age{leaf, now.steady_ns};
    }
    if (now.steady_ns - age->second.since_ns < config.gc_after_ns) continue;
    if (config.gc == Gc::timeout || shared_.ring.now().owner(partition_of(slot_of(*key))) == shared_.self())
      found.push_back(*key);
  }
  if (key == deleted.end()) ages_.erase(age, ages_.end());
  next_ = key == deleted.end() ? std::string() : *key;
  return found;
}

/// A peer that has not dropped it yet must not give it back: two nodes would hand it to each other for ever.
void Tombstones::drop_by_age(Step& step) {
  const std::int64_t now = step.now().steady_ns;
  const std::int64_t limit = shared_.config().gc_after_ns;
  for (auto at = dropped_ns_.begin(); at != dropped_ns_.end();) {
    const bool over = now - at->second > 2 * limit;
    if (over) shared_.replica.refuse_no_more(at->first);
    at = over ? dropped_ns_.erase(at) : std::next(at);
  }
  for (const std::string& key : old_ones(step.now())) {
    if (dropped_ns_.size() < max_dropped) {
      dropped_ns_[key] = now;
      shared_.replica.refuse(key);
    }
    forget(step, key);
  }
}

void Tombstones::ask(Step& step) {
  round_.operation = shared_.next_operation();
  round_.answers_until_ns = step.now().steady_ns + shared_.config().timeout_ns;
  TombstoneQuery query{
      .operation = round_.operation, .tombstones = {}, .storage_sequence = shared_.sequence.now};
  for (auto& [key, candidate] : round_.candidates) {
    candidate.agreed.clear();
    if (may_go(step.now(), key, candidate.state)) candidate.agreed.insert(shared_.self());
    query.tombstones.emplace_back(key, candidate.state);
  }
  for (NodeIndex node = 0; node < shared_.options.names.size(); ++node)
    if (node != shared_.self()) step.send(node, query);
}

void Tombstones::answer(Step& step, NodeIndex from, const TombstoneQuery& query) {
  TombstoneReply reply{.operation = query.operation,
                       .incarnation = shared_.incarnation,
                       .agreed = {},
                       .storage_sequence = shared_.sequence.now};
  for (const auto& [key, tombstone] : query.tombstones)
    if (may_go(step.now(), key, tombstone)) reply.agreed.push_back(key);
  step.send(from, std::move(reply));
}

/// Whether this node has, and will have, nothing that the tombstone covers. (A copy away from home is given
/// up like one of which a home is asked again: what it had gone to is asked as well.)
bool Tombstones::may_go(const Instant& now, const std::string& key, const KeyState& tombstone) {
  const BugSet& bugs = shared_.config().bugs;
  if (shared_.read_only() || !shared_.sequence.counts) return false;
  if (shared_.agenda.behind(now.steady_ns - most_behind_ns)) return false;
  writes_.not_away(key);
  const bool hinted = !std::holds_alternative<std::monostate>(hints_.of(key));
  if (hinted && !bugs.has(Bug::reap_ignores_hints)) return false;
  if (!shared_.ring.is_home(shared_.self(), partition_of(slot_of(key)), shared_.config().n)) return true;
  return shared_.votes(key) && same(shared_.replica.find(key), tombstone);
}

void Tombstones::answered(Step& step, NodeIndex from, const TombstoneReply& reply) {
  if (reply.operation != round_.operation || round_.operation == 0) return;
  if (step.now().steady_ns > round_.answers_until_ns) return;
  for (const std::string& key : reply.agreed) {
    const auto candidate = round_.candidates.find(key);
    if (candidate != round_.candidates.end()) candidate->second.agreed.insert(from);
  }
}

bool Tombstones::all_agreed(const Candidate& candidate) const {
  const Config& config = shared_.config();
  const int may_miss = config.bugs.has(Bug::reap_by_quorum) ? config.n - config.w : 0;
  return std::cmp_greater_equal(candidate.agreed.size() + static_cast<std::size_t>(may_miss), config.nodes);
}

/// The answers to the last question are in, and `timeout` has passed since.
void Tombstones::proceed(Step& step) {
  const std::size_t asked = round_.candidates.size();
  std::erase_if(round_.candidates, [&](const auto& it) { return !all_agreed(it.second); });
  const std::size_t refused = asked - round_.candidates.size();
  shared_.counters.tombstones_kept += refused;
  if (refused > 0) shared_.marks.reach(Mark::tombstone_not_agreed);
  if (round_.candidates.empty()) {
    round_ = Round{};
  } else if (!round_.again) {
    round_.again = true;
    ask(step);
  } else {
    finish(step);
  }
}

void Tombstones::finish(Step& step) {
  std::map<NodeIndex, TombstoneDrop> by_home;
  for (const auto& [key, candidate] : round_.candidates) {
    for (const NodeIndex home : shared_.ring.homes(key, shared_.config().n))
      by_home[home].tombstones.emplace_back(key, candidate.state);
  }
  for (auto& [home, message] : by_home) {
    if (home == shared_.self()) {
      drop(step, message);
    } else {
      step.send(home, std::move(message));
    }
  }
  round_ = Round{};
}

void Tombstones::drop(Step& step, const TombstoneDrop& message) {
  if (shared_.read_only()) return;
  const bool whatever = shared_.config().bugs.has(Bug::reap_unconditional);
  for (const auto& [key, tombstone] : message.tombstones)
    if (whatever || same(shared_.replica.find(key), tombstone)) forget(step, key);
}

void Tombstones::forget(Step& step, const std::string& key) {
  shared_.replica.forget(step, key);
  shared_.renew_actor(key);
  shared_.marks.reach(Mark::tombstone_dropped);
  ++shared_.counters.tombstones_dropped;
}

}  // namespace fracas::store
