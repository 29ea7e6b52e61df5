// Orders tried one after the other, and runs drawn so that every level of isolation occurs.
#include "tests/checker/transactions/isolation_definitions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>

namespace fracas::checker::transactions {
namespace {

constexpr int kKeys = 2;
using State = std::vector<std::vector<int>>;  // of each key: all values, in order of their writes

std::vector<int> visible(const SmallHistory& h, const std::vector<int>& values) {
  if (h.lists || values.size() < 2) return values;
  return {values.back()};
}

/// Runs a transaction on a state; false if some read shows something else.
bool replay(const SmallHistory& h, const SmallTxn& txn, State& state) {
  for (const SmallStep& step : txn.steps) {
    auto& values = state[static_cast<std::size_t>(step.key)];
    if (!step.read) {
      values.push_back(step.value);
    } else if (txn.outcome == Outcome::ok && visible(h, values) != step.seen) {
      return false;
    }
  }
  return true;
}

bool before(const SmallTxn& a, const SmallTxn& b, Scope scope) {
  if (scope == Scope::data || a.outcome != Outcome::ok || a.completed >= b.invoked) return false;
  return scope == Scope::realtime || a.session == b.session;
}

/// Calls `holds` with every choice of the transactions that took effect, until one does.
template <typename Holds>
bool some_choice(const SmallHistory& h, Holds&& holds) {
  std::vector<const SmallTxn*> certain;
  std::vector<const SmallTxn*> maybe;
  for (const SmallTxn& txn : h.txns) {
    if (txn.outcome == Outcome::ok) certain.push_back(&txn);
    if (txn.outcome == Outcome::info || txn.outcome == Outcome::open) maybe.push_back(&txn);
  }
  for (unsigned choice = 0; choice < 1U << maybe.size(); ++choice) {
    std::vector<const SmallTxn*> those = certain;
    for (std::size_t i = 0; i < maybe.size(); ++i)
      if ((choice >> i & 1U) != 0) those.push_back(maybe[i]);
    if (holds(those)) return true;
  }
  return false;
}

bool serial_from(const SmallHistory& h, std::vector<const SmallTxn*> left, const State& state, Scope scope) {
  if (left.empty()) return true;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const bool first = std::none_of(left.begin(), left.end(),
                                    [&](const SmallTxn* other) { return before(*other, *left[i], scope); });
    State next = state;
    if (!first || !replay(h, *left[i], next)) continue;
    std::vector<const SmallTxn*> rest = left;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (serial_from(h, std::move(rest), next, scope)) return true;
  }
  return false;
}

/// Transactions that have begun, with the state of their snapshot.
struct Begun {
  const SmallTxn* txn;
  State snapshot;
};

bool snapshots_from(const SmallHistory& h, const std::vector<const SmallTxn*>& left,
                    const std::vector<Begun>& begun, const State& state, Scope scope) {
  if (left.empty() && begun.empty()) return true;
  for (std::size_t i = 0; i < begun.size(); ++i) {
    State next = state;
    bool first = true;
    for (const SmallStep& step : begun[i].txn->steps) {
      const auto key = static_cast<std::size_t>(step.key);
      if (step.read) continue;
      first = first && state[key] == begun[i].snapshot[key];
      next[key].push_back(step.value);
    }
    if (!first) continue;
    std::vector<Begun> rest = begun;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (snapshots_from(h, left, rest, next, scope)) return true;
  }
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto precedes = [&](const SmallTxn* other) { return before(*other, *left[i], scope); };
    bool first = std::none_of(left.begin(), left.end(), precedes);
    for (const Begun& other : begun) first = first && !precedes(other.txn);
    State own = state;
    if (!first || !replay(h, *left[i], own)) continue;
    std::vector<const SmallTxn*> rest = left;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    std::vector<Begun> more = begun;
    more.push_back({left[i], state});
    if (snapshots_from(h, rest, more, state, scope)) return true;
  }
  return false;
}

/// `past`: the states so far, the first one and the last included.
bool shows_committed(const SmallHistory& h, const SmallTxn& txn, const std::vector<State>& past) {
  State own = past.back();
  std::vector<bool> written(kKeys, false);
  for (const SmallStep& step : txn.steps) {
    const auto key = static_cast<std::size_t>(step.key);
    if (!step.read) {
      written[key] = true;
      own[key].push_back(step.value);
      continue;
    }
    const bool found = written[key] ? visible(h, own[key]) == step.seen
                                    : std::any_of(past.begin(), past.end(), [&](const State& state) {
                                        return visible(h, state[key]) == step.seen;
                                      });
    if (txn.outcome == Outcome::ok && !found) return false;
  }
  return true;
}

bool committed_from(const SmallHistory& h, const std::vector<const SmallTxn*>& left,
                    const std::vector<State>& past) {
  if (left.empty()) return true;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (!shows_committed(h, *left[i], past)) continue;
    std::vector<const SmallTxn*> rest = left;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    std::vector<State> more = past;
    more.push_back(past.back());
    for (const SmallStep& step : left[i]->steps)
      if (!step.read) more.back()[static_cast<std::size_t>(step.key)].push_back(step.value);
    if (committed_from(h, rest, more)) return true;
  }
  return false;
}

std::string json(const SmallHistory& h, const SmallTxn& txn, bool with_reads) {
  std::string out = "[";
  for (const SmallStep& step : txn.steps) {
    if (out.size() > 1) out += ',';
    const std::string key = step.key == 0 ? "\"x\"" : "7";
    if (!step.read) {
      out += (h.lists ? "[\"append\"," : "[\"w\",") + key + "," + std::to_string(step.value) + "]";
      continue;
    }
    out += "[\"r\"," + key + ",";
    if (!with_reads || (step.seen.empty() && !h.lists)) {
      out += "null";
    } else if (!h.lists) {
      out += std::to_string(step.seen.front());
    } else {
      out += '[';
      for (std::size_t i = 0; i < step.seen.size(); ++i)
        out += (i > 0 ? "," : "") + std::to_string(step.seen[i]);
      out += ']';
    }
    out += ']';
  }
  return out + "]";
}

/// Draws a run: transactions take effect one after the other, each on a state that is more or less the last.
class Drawing {
 public:
  explicit Drawing(std::uint64_t seed) : random_(seed) {}

  SmallHistory run() {
    h_.lists = below(3) > 0;
    const int count = 1 + below(4);
    weakness_ = below(4);
    for (int i = 0; i < count; ++i) add_shape();
    place_in_time();
    std::vector<std::size_t> order(h_.txns.size());
    std::iota(order.begin(), order.end(), 0U);
    if (below(2) == 0) std::shuffle(order.begin(), order.end(), random_);
    for (const std::size_t i : order) take_effect(h_.txns[i]);
    if (below(4) > 0) observe();
    return std::move(h_);
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<std::uint64_t>(bound)); }

  void add_shape() {
    SmallTxn txn;
    for (int steps = 1 + below(3); steps > 0; --steps) {
      const bool read = below(2) == 0;
      txn.steps.push_back({.read = read, .key = below(kKeys), .value = read ? 0 : ++values_, .seen = {}});
    }
    const int fate = below(12);
    txn.outcome = fate == 0   ? Outcome::fail
                  : fate == 1 ? Outcome::info
                  : fate == 2 ? Outcome::open
                              : Outcome::ok;
    h_.txns.push_back(txn);
  }

  /// Each starts in a session that is free, in order of their numbers.
  void place_in_time() {
    int now = 0;
    std::vector<SmallTxn*> running;
    const auto end_one = [&] {
      const auto at = running.begin() + below(static_cast<int>(running.size()));
      if ((*at)->outcome != Outcome::open) (*at)->completed = ++now;
      running.erase(at);
    };
    for (SmallTxn& txn : h_.txns) {
      while (!running.empty() && (below(2) == 0 || running.size() == 3)) end_one();
      txn.process = ++processes_;
      txn.session = processes_;
      for (const SmallTxn& other : h_.txns) {
        if (&other == &txn || other.process == 0 || other.completed == 0 || below(2) == 0) continue;
        const bool latest = std::none_of(h_.txns.begin(), h_.txns.end(), [&](const SmallTxn& later) {
          return later.process > 0 && &later != &other && &later != &txn && later.session == other.session &&
                 later.invoked > other.invoked;
        });
        if (latest) txn.session = other.session;
      }
      txn.invoked = ++now;
      running.push_back(&txn);
    }
    while (!running.empty()) end_one();
    now_ = now;
  }

  void take_effect(SmallTxn& txn) {
    const bool took =
        txn.outcome == Outcome::ok || (txn.outcome == Outcome::fail ? below(12) == 0 : below(2) == 0);
    State seen = weakness_ == 0 || states_.size() == 1 ? states_.back() : any_state();
    State own(kKeys);
    for (SmallStep& step : txn.steps) {
      const auto key = static_cast<std::size_t>(step.key);
      if (weakness_ == 3 && below(3) == 0) seen = any_state();
      if (!step.read) {
        own[key].push_back(step.value);
        continue;
      }
      std::vector<int> values = seen[key];
      if (below(25) != 0) values.insert(values.end(), own[key].begin(), own[key].end());
      if (below(60) == 0) values.push_back(1 + below(9));
      if (below(60) == 0) std::shuffle(values.begin(), values.end(), random_);
      step.seen = visible(h_, values);
    }
    if (!took) return;
    State next = states_.back();
    for (std::size_t key = 0; key < kKeys; ++key)
      next[key].insert(next[key].end(), own[key].begin(), own[key].end());
    states_.push_back(std::move(next));
  }

  State any_state() { return states_[static_cast<std::size_t>(below(static_cast<int>(states_.size())))]; }

  void observe() {
    SmallTxn last{.steps = {}, .session = ++processes_, .process = processes_, .invoked = now_ + 1};
    last.completed = now_ + 2;
    for (int key = 0; key < kKeys; ++key)
      last.steps.push_back({.key = key, .seen = visible(h_, states_.back()[static_cast<std::size_t>(key)])});
    h_.txns.push_back(last);
    h_.complete = h_.lists;
  }

  std::mt19937_64 random_;
  SmallHistory h_;
  int weakness_ = 0;  ///< 0: serial; 1, 2: old snapshots; 3: every read another state
  int values_ = 0;
  int processes_ = 0;
  int now_ = 0;
  std::vector<State> states_{State(kKeys)};
};

}  // namespace

History SmallHistory::history() const {
  HistoryBuilder builder;
  std::uint64_t index = 0;
  int end = 0;
  for (const SmallTxn& txn : txns) end = std::max({end, txn.invoked, txn.completed});
  for (int now = 1; now <= end; ++now) {
    for (const SmallTxn& txn : txns) {
      if (txn.invoked != now && txn.completed != now) continue;
      Event event;
      event.index = index++;
      event.time_ns = now;
      event.process = txn.process;
      event.session = txn.session;
      event.f = Function::txn;
      event.type = txn.invoked == now             ? EventType::invoke
                   : txn.outcome == Outcome::ok   ? EventType::ok
                   : txn.outcome == Outcome::fail ? EventType::fail
                                                  : EventType::info;
      event.value = json(*this, txn, event.type == EventType::ok);
      const auto added = builder.add(event);
      EXPECT_TRUE(added) << added.error();
    }
  }
  return std::move(builder).finish();
}

SmallHistory draw_small_history(std::uint64_t seed) { return Drawing(seed).run(); }

bool is_serializable(const SmallHistory& h, Scope scope) {
  return some_choice(h, [&](const auto& those) { return serial_from(h, those, State(kKeys), scope); });
}

bool has_snapshots(const SmallHistory& h, Scope scope) {
  return some_choice(h, [&](const auto& those) { return snapshots_from(h, those, {}, State(kKeys), scope); });
}

bool is_read_committed(const SmallHistory& h) {
  return some_choice(h, [&](const auto& those) { return committed_from(h, those, {State(kKeys)}); });
}

}  // namespace fracas::checker::transactions
