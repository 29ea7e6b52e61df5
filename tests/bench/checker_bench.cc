// How long reading and judging a history takes, and how much memory: the ten-minute run of 2,000 operations a
// second has 1.2 million operations, more than half of them on one key.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "checker/property.h"
#include "tests/bench/peak_memory.h"
#include "tests/checker/large_history.h"

namespace fracas::checker {
namespace {

std::filesystem::path written_history(const LargeOptions& options) {
  const auto path =
      std::filesystem::temp_directory_path() / ("fracas-bench-" + std::to_string(::getpid()) + ".jsonl");
  std::ofstream file(path, std::ios::binary);
  std::string line;
  large_history(options, [&](const Event& event) {
    line.clear();
    append_line(line, event);
    file << line;
  });
  return path;
}

void read_and_judge(benchmark::State& state) {
  LargeOptions options;
  options.operations = static_cast<std::uint64_t>(state.range(0));
  options.siblings = state.range(1) != 0;
  const auto path = written_history(options);
  for (auto unused : state) {
    const auto history = read_history(path);
    if (!history) return state.SkipWithError(history.error().to_string().c_str());
    Evidence evidence;
    evidence.conflict = options.siblings ? "siblings" : "lww";
    const Case whole(*history, evidence);
    for (const PropertyInfo& property : properties()) benchmark::DoNotOptimize(property.check(whole).count);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(options.operations) * state.iterations());
  state.counters["peak_MB"] = peak_mb();
  std::filesystem::remove(path);
}
BENCHMARK(read_and_judge)
    ->ArgNames({"operations", "siblings"})
    ->Args({1'200'000, 0})
    ->Args({1'200'000, 1})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

void read_only(benchmark::State& state) {
  const auto path = written_history({.operations = 300'000});
  for (auto unused : state) {
    const auto history = read_history(path);
    if (!history) return state.SkipWithError(history.error().to_string().c_str());
  }
  state.SetItemsProcessed(300'000 * state.iterations());
  std::filesystem::remove(path);
}
BENCHMARK(read_only)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fracas::checker

BENCHMARK_MAIN();
