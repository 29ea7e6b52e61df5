// How long causal consistency and PRAM take to judge, and how much memory, on histories of a causal store:
// one that is linearizable, and one whose replicas lag behind (what was done elsewhere arrives late, in
// causal order). AWDIT takes 1.35 s for 10^6 operations of 10 sessions, 114 s and 23 GB for 10^7 of 50.
#include <benchmark/benchmark.h>

#include <deque>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "checker/property.h"
#include "tests/bench/peak_memory.h"

namespace fracas::checker {
namespace {

/// Half reads, half writes of unique values, on keys drawn evenly; each session is at a replica of its own,
/// which hears of every write after up to `lag` further writes, in the order in which they happened.
History causal_history(std::uint64_t operations, int sessions, int keys, std::uint64_t lag) {
  struct Session {
    bool open = false;
    Event event{};
    std::uint64_t heard = 0;  // of the log: how much
    std::vector<std::uint64_t>
        holds{};  // of each key: the write, one more than its place in the log; 0: none
  };
  std::mt19937_64 random(11);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  std::vector<Session> all(static_cast<std::size_t>(sessions));
  for (Session& session : all) session.holds.resize(static_cast<std::size_t>(keys));
  std::vector<std::uint32_t> log;  // the key of each write
  HistoryBuilder builder;
  builder.expect_operations(operations);
  std::uint64_t index = 0;
  for (std::uint64_t begun = 0; begun < operations;) {
    const auto at = below(all.size());
    Session& session = all[at];
    Event& event = session.event;
    if (!session.open) {
      ++begun;
      event = {.process = static_cast<int>(at), .session = static_cast<int>(at)};
      event.f = below(2) == 0 ? Function::read : Function::write;
      event.key = std::to_string(below(static_cast<std::uint64_t>(keys)));
      if (event.f == Function::write) event.value = "null";
    }
    const auto key = std::strtoull(event.key.c_str(), nullptr, 10);
    if (session.open) {
      const std::uint64_t arrived = log.size() > lag ? log.size() - below(lag + 1) : 0;
      for (; session.heard < arrived; ++session.heard)
        session.holds[log[session.heard]] = std::max(session.holds[log[session.heard]], session.heard + 1);
      if (event.f == Function::read && session.holds[key] != 0)
        event.value = std::to_string(session.holds[key]);
      event.type = EventType::ok;
    } else if (event.f == Function::write) {
      log.push_back(static_cast<std::uint32_t>(key));
      session.holds[key] = log.size();
      event.value = std::to_string(log.size());
    }
    event.index = index;
    event.time_ns = static_cast<std::int64_t>(index++);
    session.open = !session.open;
    if (!builder.add(event)) std::abort();
  }
  return std::move(builder).finish();
}

void judge(benchmark::State& state, const char* property) {
  const auto operations = static_cast<std::uint64_t>(state.range(0));
  const auto history =
      causal_history(operations, static_cast<int>(state.range(1)), static_cast<int>(state.range(2)),
                     static_cast<std::uint64_t>(state.range(3)));
  const double before = peak_mb();
  for (auto unused : state) {
    const Verdict verdict = find_property(property)->check(Case(history, {}));
    if (verdict.result != Result::holds) return state.SkipWithError(("not held: " + verdict.reason).c_str());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["history_MB"] = before;
  state.counters["peak_MB"] = peak_mb();
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"operations", "sessions", "keys", "lag"})->Unit(benchmark::kSecond);
  for (const std::int64_t lag : {0, 1000}) {
    for (const std::int64_t keys : {10, 1000, 100'000}) benchmark->Args({1'000'000, 10, keys, lag});
    benchmark->Args({10'000'000, 50, 1000, lag});
  }
}
BENCHMARK_CAPTURE(judge, causal, "causal")->Apply(sizes)->Iterations(1);
BENCHMARK_CAPTURE(judge, pram, "pram")->Apply(sizes)->Iterations(1);

}  // namespace
}  // namespace fracas::checker

BENCHMARK_MAIN();
