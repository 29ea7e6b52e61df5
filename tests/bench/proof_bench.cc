// How long it takes to reduce the violations of a large history to the few operations that prove them.
#include <benchmark/benchmark.h>

#include <string>

#include "checker/proofs/minimise.h"

namespace fracas::checker {
namespace {

/// Writes one after the other on 100 keys; every thousandth is followed by a read of what was superseded.
History stale_history(std::int64_t operations) {
  HistoryBuilder builder;
  std::uint64_t index = 0;
  const auto add = [&](Event event) {
    for (const EventType type : {EventType::invoke, EventType::ok}) {
      event.index = index++;
      event.time_ns = static_cast<std::int64_t>(event.index) * 1000;
      event.type = type;
      benchmark::DoNotOptimize(builder.add(event));
    }
  };
  for (std::int64_t i = 0; i < operations; ++i) {
    Event event;
    event.process = event.session = static_cast<std::int32_t>(i % 10);
    event.key = "k" + std::to_string(i % 100);
    event.f = Function::write;
    event.value = std::to_string(i);
    add(event);
    if (i % 1000 != 999) continue;
    event.f = Function::read;
    event.value = std::to_string(i - 100);
    add(event);
  }
  return std::move(builder).finish();
}

void minimise_regular(benchmark::State& state) {
  const History history = stale_history(state.range(0));
  const Evidence nothing;
  const PropertyInfo& regular = *find_property("regular");
  std::size_t operations = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const Case whole(history, nothing);
    Verdict verdict = regular.check(whole);
    state.ResumeTiming();
    minimise(verdict, regular, whole);
    operations = verdict.witnesses.at(0).proof.size();
  }
  state.counters["operations in a proof"] = static_cast<double>(operations);
}
BENCHMARK(minimise_regular)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fracas::checker

BENCHMARK_MAIN();
