// The laws of dotted version vector sets, on states that puts, gets and syncs can reach (junk states obey
// none), and their agreement with causal histories written out in full.
#include "store/dvvset.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace fracas::store {
namespace {

Actor actor(int index) {
  Actor result;
  result.bytes[15] = static_cast<std::uint8_t>(index + 1);
  return result;
}
const Actor a = actor(0);
const Actor b = actor(1);

DvvSet set_of(DvvSet::Entries entries) { return DvvSet(std::move(entries)); }

DvvSet after_put(const Context& context, const std::string& value, DvvSet local, const Actor& by) {
  local.put(context, value, by);
  return local;
}

DvvSet synced(DvvSet left, const DvvSet& right) {
  left.sync(right);
  return left;
}

std::map<Dot, Value> live(const DvvSet& set) {
  std::map<Dot, Value> result;
  for (const auto& [by, entry] : set.entries()) {
    for (std::size_t i = 0; i < entry.values.size(); ++i) result[{by, entry.n - i}] = entry.values[i];
  }
  return result;
}

std::multiset<Value> values(const DvvSet& set) {
  std::multiset<Value> result;
  for (const auto& [dot, value] : live(set)) result.insert(value);
  return result;
}

Context joined(Context left, const Context& right) {
  for (const auto& [by, n] : right) left[by] = std::max(left[by], n);
  return left;
}

bool below(const Context& left, const Context& right) {
  return std::all_of(left.begin(), left.end(), [&](const auto& seen) {
    return contains(right, {seen.first, seen.second});
  });
}

/// The model: everything that ever happened, and which of it is still there.
struct History {
  std::set<Dot> seen;
  std::map<Dot, Value> live;

  void sync(const History& other) {
    std::map<Dot, Value> merged;
    for (const auto& [dot, value] : live) {
      if (other.live.contains(dot) || !other.seen.contains(dot)) merged[dot] = value;
    }
    for (const auto& [dot, value] : other.live) {
      if (live.contains(dot) || !seen.contains(dot)) merged[dot] = value;
    }
    live = std::move(merged);
    seen.insert(other.seen.begin(), other.seen.end());
  }

  void put(const std::set<Dot>& context, const Value& value, const Actor& by) {
    std::erase_if(live, [&](const auto& entry) { return context.contains(entry.first); });
    seen.insert(context.begin(), context.end());
    std::uint64_t counter = 0;
    for (const Dot& dot : seen) {
      if (dot.actor == by) counter = std::max(counter, dot.counter);
    }
    live[{by, counter + 1}] = value;
    seen.insert({by, counter + 1});
  }

  Context join() const {
    Context context;
    for (const Dot& dot : seen) context[dot.actor] = std::max(context[dot.actor], dot.counter);
    return context;
  }
};

/// Three replicas that put, read and sync at random, and one client per replica that remembers a context.
struct Replicas {
  static constexpr int count = 3;
  std::array<DvvSet, count> sets;
  std::array<History, count> histories;
  std::array<Context, count> contexts;
  std::array<std::set<Dot>, count> seen;
  int next_value = 0;

  void act(int kind, std::size_t at, std::size_t other) {
    switch (kind) {
      case 0:  // the client reads here
        contexts[at] = sets[at].join();
        seen[at] = histories[at].seen;
        break;
      case 1:  // a client puts here, with the context of whoever
        write(at, contexts[other], seen[other], "v" + std::to_string(next_value++));
        break;
      case 2:  // and deletes
        write(at, contexts[other], seen[other], std::nullopt);
        break;
      default:
        sets[at].sync(sets[other]);
        histories[at].sync(histories[other]);
    }
  }

  void write(std::size_t at, const Context& context, const std::set<Dot>& dots, const Value& value) {
    sets[at].put(context, value, actor(static_cast<int>(at)));
    histories[at].put(dots, value, actor(static_cast<int>(at)));
  }
};

Replicas reachable() {
  Replicas replicas;
  const auto steps = *rc::gen::container<std::vector<std::tuple<int, std::size_t, std::size_t>>>(
      rc::gen::tuple(rc::gen::inRange(0, 5), rc::gen::inRange<std::size_t>(0, Replicas::count),
                     rc::gen::inRange<std::size_t>(0, Replicas::count)));
  for (const auto& [kind, at, other] : steps) replicas.act(kind, at, other);
  return replicas;
}

RC_GTEST_PROP(DvvSet, law_1_sync_is_a_least_upper_bound, ()) {
  const auto [x, y, z] = reachable().sets;
  RC_ASSERT(synced(x, x) == x);
  RC_ASSERT(synced(x, y) == synced(y, x));
  RC_ASSERT(synced(synced(x, y), z) == synced(x, synced(y, z)));
  RC_ASSERT(synced(x, DvvSet{}) == x);
  RC_ASSERT(synced(x, synced(x, y)) == synced(x, y));
}

RC_GTEST_PROP(DvvSet, law_2_contexts_join, ()) {
  const auto [x, y, z] = reachable().sets;
  RC_ASSERT(synced(x, y).join() == joined(x.join(), y.join()));
}

RC_GTEST_PROP(DvvSet, law_3_sync_invents_no_value, ()) {
  const auto [x, y, z] = reachable().sets;
  for (const auto& [dot, value] : live(synced(x, y)))
    RC_ASSERT(live(x).contains(dot) || live(y).contains(dot));
}

RC_GTEST_PROP(DvvSet, law_4_only_what_the_other_side_has_seen_is_dropped, ()) {
  const auto [x, y, z] = reachable().sets;
  const auto merged = live(synced(x, y));
  for (const auto& [dot, value] : live(x)) RC_ASSERT(merged.contains(dot) || contains(y.join(), dot));
}

RC_GTEST_PROP(DvvSet, law_5_who_has_seen_all_that_the_other_saw_wins, ()) {
  const auto [x, y, z] = reachable().sets;
  const DvvSet later = synced(y, z);
  if (below(x.join(), y.join())) RC_ASSERT(synced(x, y) == y);
  if (below(x.join(), later.join())) RC_ASSERT(synced(x, later) == later);
  RC_ASSERT(synced(y, later) == later);
}

RC_GTEST_PROP(DvvSet, covering_is_what_sync_does_not_change, ()) {
  const auto [x, y, z] = reachable().sets;
  RC_ASSERT(x.covers(y) == (synced(x, y) == x));
}

RC_GTEST_PROP(DvvSet, law_6_a_put_adds_one_new_dot_and_drops_what_its_context_covers, ()) {
  const Replicas replicas = reachable();
  const DvvSet& local = replicas.sets[0];
  const Context& context = replicas.contexts[1];
  DvvSet result = local;
  const Dot dot = result.put(context, "new", actor(0));
  RC_ASSERT(!contains(local.join(), dot));
  RC_ASSERT(!contains(context, dot));
  std::map<Dot, Value> expected = live(local);
  std::erase_if(expected, [&](const auto& entry) { return contains(context, entry.first); });
  expected[dot] = "new";
  RC_ASSERT(live(result) == expected);
  RC_ASSERT(local.siblings_after_put(context) == expected.size());
  RC_ASSERT(result.join() == joined(joined(context, local.join()), {{dot.actor, dot.counter}}));
}

RC_GTEST_PROP(DvvSet, law_7_a_put_with_the_full_context_leaves_one_sibling, ()) {
  DvvSet set = reachable().sets[0];
  set.put(set.join(), "only", a);
  RC_ASSERT(set.siblings() == 1U);
}

RC_GTEST_PROP(DvvSet, law_8_put_is_sync_with_the_bare_context_then_an_event, ()) {
  const Replicas replicas = reachable();
  DvvSet::Entries bare;
  for (const auto& [by, n] : replicas.contexts[1]) bare[by] = {n, {}};
  DvvSet::Entries expected = synced(DvvSet(bare), replicas.sets[0]).entries();
  auto& own = expected[actor(0)];
  ++own.n;
  own.values.insert(own.values.begin(), "new");
  RC_ASSERT(after_put(replicas.contexts[1], "new", replicas.sets[0], actor(0)) == DvvSet(expected));
}

RC_GTEST_PROP(DvvSet, law_9_agrees_with_causal_histories, ()) {
  const Replicas replicas = reachable();
  for (std::size_t i = 0; i < Replicas::count; ++i) {
    RC_ASSERT(live(replicas.sets[i]) == replicas.histories[i].live);
    RC_ASSERT(replicas.sets[i].join() == replicas.histories[i].join());
  }
}

// --- the vectors of dvvset.erl ---

TEST(DvvSet, vectors_of_puts) {
  const DvvSet a0 = after_put({}, "v1", {}, a);
  EXPECT_EQ(a0, set_of({{a, {1, {"v1"}}}}));
  const DvvSet a1 = after_put(a0.join(), "v2", a0, a);
  EXPECT_EQ(a1, set_of({{a, {2, {"v2"}}}}));
  EXPECT_EQ(after_put(a1.join(), "v3", a1, b), set_of({{a, {2, {}}}, {b, {1, {"v3"}}}}));
  EXPECT_EQ(after_put(a0.join(), "v4", a1, b), set_of({{a, {2, {"v2"}}}, {b, {1, {"v4"}}}}));
  EXPECT_EQ(after_put(a0.join(), "v5", a1, a), set_of({{a, {3, {"v5", "v2"}}}}));
}

TEST(DvvSet, vectors_of_blind_puts) {
  const DvvSet a0 = after_put({}, "v1", {}, a);
  const DvvSet blind = after_put({}, "v2", a0, a);
  EXPECT_EQ(blind, set_of({{a, {2, {"v2", "v1"}}}}));
  EXPECT_EQ(after_put({{a, 1}}, "v3", blind, a), set_of({{a, {3, {"v3", "v2"}}}}));
}

TEST(DvvSet, vector_of_sync) {
  EXPECT_EQ(synced(set_of({{a, {1, {}}}}), set_of({{a, {2, {"v2", "v1"}}}})), set_of({{a, {2, {"v2"}}}}));
}

TEST(DvvSet, a_delete_is_a_put_of_nothing) {
  DvvSet set = after_put({}, "v1", {}, a);
  set.put(set.join(), std::nullopt, b);
  EXPECT_EQ(set, set_of({{a, {1, {}}}, {b, {1, {std::nullopt}}}}));
}

// --- what must not be done ---

TEST(DvvSet, a_dot_issued_twice_makes_the_outcome_depend_on_the_order_of_syncs) {
  // The actor lost its state and starts over with the same name (riak_kv#679).
  const DvvSet before = after_put({}, "old", {}, a);
  const DvvSet after = after_put({}, "new", {}, a);
  EXPECT_NE(synced(before, after), synced(after, before));
}

TEST(DvvSet, a_fresh_actor_after_lost_state_keeps_both_values) {
  const DvvSet before = after_put({}, "old", {}, a);
  const DvvSet after = after_put({}, "new", {}, b);
  EXPECT_EQ(synced(before, after), synced(after, before));
  EXPECT_EQ(values(synced(before, after)), (std::multiset<Value>{"new", "old"}));
}

}  // namespace
}  // namespace fracas::store
