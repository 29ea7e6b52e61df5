// How fast the staleness of registers is measured, once a history is in memory: unique values, 10 clients; of
// an atomic store, and of one whose reads are now and then some versions behind.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "checker/staleness/measure.h"

namespace fracas::checker {
namespace {

struct Load {
  std::uint64_t operations = 0;
  std::uint64_t keys = 1;
  std::uint64_t stale_percent = 0;  ///< of the reads
  std::uint64_t clients = 10;
};

/// Operations take effect when they end; a stale read returns one of the 5 values before.
History history_of(const Load& load) {
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  struct Client {
    bool open = false;
    Event event;
  };
  std::vector<Client> clients(load.clients);
  std::vector<std::vector<std::uint64_t>> written(load.keys);
  HistoryBuilder builder;
  builder.expect_operations(load.operations);
  std::uint64_t index = 0;
  std::uint64_t begun = 0;
  std::uint64_t open = 0;
  while (begun < load.operations || open > 0) {
    const std::uint64_t who = below(load.clients);
    Client& client = clients[who];
    Event& event = client.event;
    if (client.open) {
      std::vector<std::uint64_t>& values = written[std::stoull(event.key)];
      if (event.f == Function::write) {
        values.push_back(std::stoull(event.value));
      } else if (!values.empty()) {
        const std::uint64_t back = below(100) < load.stale_percent ? below(6) : 0;
        event.value =
            std::to_string(values[values.size() - 1 - std::min<std::uint64_t>(back, values.size() - 1)]);
      }
      event.type = EventType::ok;
      --open;
    } else if (begun < load.operations) {
      event = {.process = static_cast<std::int32_t>(who), .session = static_cast<std::int32_t>(who)};
      event.key = std::to_string(below(load.keys));
      event.f = below(2) == 0 ? Function::read : Function::write;
      if (event.f == Function::write) event.value = std::to_string(begun);
      ++begun;
      ++open;
    } else {
      continue;
    }
    client.open = !client.open;
    event.index = index;
    event.time_ns = static_cast<std::int64_t>(index++ * 50'000);
    if (!builder.add(event)) std::abort();
  }
  return std::move(builder).finish();
}

void measure_staleness(benchmark::State& state) {
  const Load load{.operations = static_cast<std::uint64_t>(state.range(0)),
                  .keys = static_cast<std::uint64_t>(state.range(1)),
                  .stale_percent = static_cast<std::uint64_t>(state.range(2))};
  const History history = history_of(load);
  const Evidence nothing;
  const Case whole(history, nothing);
  std::uint64_t k = 0;
  for (auto unused : state) k = staleness::measure(whole).all.k_at_most;
  state.SetItemsProcessed(static_cast<std::int64_t>(load.operations) * state.iterations());
  state.counters["k"] = static_cast<double>(k);
}
BENCHMARK(measure_staleness)
    ->ArgNames({"operations", "keys", "stale_percent"})
    ->ArgsProduct({{1'000'000, 10'000'000}, {1, 50}, {0, 5}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fracas::checker

BENCHMARK_MAIN();
