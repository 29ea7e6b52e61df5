// set-full on a set of 10^6 elements that is read 10^4 times while it grows: the search for the last read
// that showed and that missed each element, with a bit an element and read; and the counters' bounds.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "checker/last_sightings.h"
#include "checker/property.h"

namespace fracas::checker {
namespace {

void last_sightings(benchmark::State& state) {
  const auto elements = static_cast<std::size_t>(state.range(0));
  const auto reads = static_cast<std::size_t>(state.range(1));
  for (auto unused : state) {
    LastSightings sightings(elements);
    // From the last read to the first: each shows what had been added, but for every hundredth of the newest.
    std::vector<std::uint64_t> shown(elements / 64 + 1, ~std::uint64_t{0});
    const std::size_t step = elements / reads;
    for (std::size_t read = reads; read-- > 0;) {
      const std::size_t begun = (read + 1) * step;
      for (std::size_t i = begun; i < begun + step && i < elements; ++i)
        shown[i / 64] &= ~(std::uint64_t{1} << (i % 64));
      if (begun > step) shown[(begun - step / 2) / 64] &= ~(std::uint64_t{1} << (read % 64));
      sightings.read(static_cast<std::uint32_t>(read * 2), shown, begun);
    }
    benchmark::DoNotOptimize(sightings.last_shown(0));
  }
}
BENCHMARK(last_sightings)
    ->ArgNames({"elements", "reads"})
    ->Args({100'000, 1'000})
    ->Args({1'000'000, 10'000})
    ->Unit(benchmark::kMillisecond);

void counter_bounds(benchmark::State& state) {
  HistoryBuilder builder;
  Event event{.key = "c"};
  std::int64_t sum = 0;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(state.range(0)); ++i) {
    event.process = event.session = static_cast<std::int32_t>(i % 10);
    event.f = i % 2 == 0 ? Function::increment : Function::read;
    sum += i % 2 == 0 ? 1 : 0;
    for (const EventType type : {EventType::invoke, EventType::ok}) {
      event.type = type;
      event.value = i % 2 == 0 ? "1" : type == EventType::ok ? std::to_string(sum) : "null";
      if (!builder.add(event)) return state.SkipWithError("the history is refused");
      ++event.index;
      event.time_ns += 1000;
    }
  }
  const History history = std::move(builder).finish();
  const Evidence nothing;
  const Case whole(history, nothing);
  for (auto unused : state) benchmark::DoNotOptimize(find_property("counter-bounds")->check(whole).count);
  state.SetItemsProcessed(state.range(0) * state.iterations());
}
BENCHMARK(counter_bounds)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fracas::checker

BENCHMARK_MAIN();
