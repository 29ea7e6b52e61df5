// The enumerations behind session_definitions.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/checker/visibility/session_definitions.h"

namespace fracas::checker::definitions {
namespace {

constexpr int kNothing = -1;  // what was there before any write

/// Operations that may have happened, and what each read can have seen.
struct World {
  const History* history = nullptr;
  std::vector<const Operation*> ops{};
  std::vector<std::vector<int>> sources{};  // of each read
  std::vector<int> source{};                // chosen

  bool is_read(std::size_t i) const { return ops[i]->f == Function::read; }
  std::int32_t session(std::size_t i) const { return history->session(*ops[i]); }
  bool follows(std::size_t a, std::size_t b) const {
    return session(a) == session(b) && ops[a]->outcome == Outcome::ok && ops[a]->completed < ops[b]->invoked;
  }
};

World world_of(const History& history, Unclear unclear) {
  World world{.history = &history};
  for (const Operation& o : history.operations()) {
    const bool read = o.f == Function::read;
    if (o.outcome == Outcome::fail || (read && o.outcome != Outcome::ok)) continue;
    world.ops.push_back(&o);
  }
  World kept{.history = &history};
  for (const Operation* o : world.ops) {
    std::vector<int> sources;
    if (o->f == Function::read) {
      if (o->value == kNullText) sources.push_back(kNothing);
      for (std::size_t w = 0; w < world.ops.size(); ++w) {
        const Operation& write = *world.ops[w];
        if (write.f != Function::read && write.key == o->key && write.value == o->value &&
            write.invoked < o->completed)
          sources.push_back(static_cast<int>(w));
      }
      if (sources.empty() || (unclear == Unclear::left_out && sources.size() > 1)) continue;
    }
    // Numbers of writes have to stay what they are: reads that are left out become nothing in place.
    kept.ops.push_back(o);
    kept.sources.push_back(sources);
  }
  // Renumber the sources.
  for (auto& sources : kept.sources) {
    for (int& source : sources) {
      if (source == kNothing) continue;
      const auto at =
          std::find(kept.ops.begin(), kept.ops.end(), world.ops[static_cast<std::size_t>(source)]);
      source = static_cast<int>(at - kept.ops.begin());
    }
  }
  kept.source.assign(kept.ops.size(), kNothing);
  return kept;
}

bool some_choice(World& world, const std::function<bool()>& fine, std::size_t from = 0) {
  for (std::size_t i = from; i < world.ops.size(); ++i) {
    if (!world.is_read(i)) continue;
    for (const int source : world.sources[i]) {
      world.source[i] = source;
      if (some_choice(world, fine, i + 1)) return true;
    }
    return false;
  }
  return fine();
}

using Relation = std::vector<std::vector<bool>>;

bool has_order(const World& world, const Relation& past, std::vector<std::size_t>& order) {
  const std::size_t n = world.ops.size();
  std::size_t writes = 0;
  for (std::size_t i = 0; i < n; ++i) writes += world.is_read(i) ? 0 : 1;
  if (order.size() == writes) {
    for (std::size_t r = 0; r < n; ++r) {
      if (!world.is_read(r)) continue;
      int last = kNothing;
      for (const std::size_t w : order)
        if (past[w][r] && world.ops[w]->key == world.ops[r]->key) last = static_cast<int>(w);
      if (last != world.source[r]) return false;
    }
    return true;
  }
  for (std::size_t w = 0; w < n; ++w) {
    const auto placed = [&](std::size_t i) {
      return std::find(order.begin(), order.end(), i) != order.end();
    };
    if (world.is_read(w) || placed(w)) continue;
    bool ready = true;
    for (std::size_t other = 0; other < n; ++other)
      ready = ready && (world.is_read(other) || !past[other][w] || placed(other));
    if (!ready) continue;
    order.push_back(w);
    if (has_order(world, past, order)) return true;
    order.pop_back();
  }
  return false;
}

bool causal_as_chosen(const World& world) {
  const std::size_t n = world.ops.size();
  Relation past(n, std::vector<bool>(n, false));
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b)
      past[a][b] = world.follows(a, b) || (world.is_read(b) && world.source[b] == static_cast<int>(a));
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < n; ++b) past[a][b] = past[a][b] || (past[a][k] && past[k][b]);
  for (std::size_t a = 0; a < n; ++a)
    if (past[a][a]) return false;
  std::vector<std::size_t> order;
  return has_order(world, past, order);
}

/// Whether the rest of what concerns a session can be put in order.
bool can_go_on(const World& world, std::int32_t session, std::vector<bool>& placed,
               std::vector<std::pair<TextId, int>>& current) {
  const std::size_t n = world.ops.size();
  const auto mine = [&](std::size_t i) { return !world.is_read(i) || world.session(i) == session; };
  bool done = true;
  for (std::size_t i = 0; i < n; ++i) {
    const bool must = world.is_read(i) ? mine(i) : world.ops[i]->outcome == Outcome::ok;
    done = done && (placed[i] || !must);
  }
  if (done) return true;
  for (std::size_t i = 0; i < n; ++i) {
    if (placed[i] || !mine(i)) continue;
    bool ready = true;
    for (std::size_t before = 0; before < n; ++before)
      ready = ready && (placed[before] || !mine(before) || !world.follows(before, i));
    if (!ready) continue;
    int now = kNothing;
    for (const auto& [key, write] : current)
      if (key == world.ops[i]->key) now = write;
    if (world.is_read(i) && now != world.source[i]) continue;
    placed[i] = true;
    if (!world.is_read(i)) current.emplace_back(world.ops[i]->key, static_cast<int>(i));
    if (can_go_on(world, session, placed, current)) return true;
    if (!world.is_read(i)) current.pop_back();
    placed[i] = false;
    // A read that fits changes nothing: that it can go on later, too, is no other case.
    if (world.is_read(i)) return false;
  }
  return false;
}

bool pram_as_chosen(const World& world) {
  for (std::size_t i = 0; i < world.ops.size(); ++i) {
    std::vector<bool> placed(world.ops.size(), false);
    std::vector<std::pair<TextId, int>> current;
    if (!can_go_on(world, world.session(i), placed, current)) return false;
  }
  return true;
}

}  // namespace

bool causal(const History& history, Unclear unclear) {
  World world = world_of(history, unclear);
  return some_choice(world, [&] { return causal_as_chosen(world); });
}

bool pram(const History& history, Unclear unclear) {
  World world = world_of(history, unclear);
  return some_choice(world, [&] { return pram_as_chosen(world); });
}

History session_run(const SessionRunOptions& options) {
  std::mt19937_64 random(options.seed);
  const auto below = [&](int bound) {
    return static_cast<int>(random() % static_cast<std::uint64_t>(bound));
  };
  struct Session {
    int process = 0;
    std::optional<Event> open{};
  };
  std::vector<Session> sessions(static_cast<std::size_t>(options.sessions));
  int processes = 0;
  for (Session& session : sessions) session.process = processes++;
  std::vector<std::vector<std::string>> written(static_cast<std::size_t>(options.keys));
  HistoryBuilder builder;
  std::uint64_t index = 0;
  int values = 0;
  const auto record = [&](Event event) {
    event.index = index++;
    event.time_ns = static_cast<std::int64_t>(event.index);
    EXPECT_TRUE(builder.add(event));
  };
  const auto answer = [&](std::size_t key) -> std::string {
    const auto& all = written[key];
    if (all.empty() || below(6) == 0) return "null";
    const int back = below(2) == 0 ? 0 : below(static_cast<int>(all.size()));
    return all[all.size() - 1 - static_cast<std::size_t>(back)];
  };
  for (int begun = 0; begun < options.operations || below(3) > 0;) {
    const std::size_t at = static_cast<std::size_t>(below(options.sessions));
    Session& session = sessions[at];
    if (!session.open) {
      if (begun == options.operations) continue;
      ++begun;
      const auto key = static_cast<std::size_t>(below(options.keys));
      Event event{
          .process = session.process, .session = static_cast<int>(at), .key = "k" + std::to_string(key)};
      if (below(100) < options.writes) {
        event.f = below(100) < options.deletes ? Function::remove_key : Function::write;
        if (event.f == Function::write) {
          const bool again = values > 0 && below(100) < options.equal;
          event.value = std::to_string(again ? below(values) : values++);
          written[key].push_back(event.value);
        }
      }
      session.open = event;
      record(event);
      continue;
    }
    Event event = *session.open;
    session.open.reset();
    const bool troubled = below(100) < options.troubled;
    event.type = !troubled ? EventType::ok : below(3) == 0 ? EventType::fail : EventType::info;
    if (event.f == Function::read && event.type == EventType::ok)
      event.value = answer(static_cast<std::size_t>(event.key[1] - '0'));
    record(event);
    if (event.type == EventType::info) session.process = processes++;
  }
  return std::move(builder).finish();
}

}  // namespace fracas::checker::definitions
