// What linearizability costs once a history is in memory: registers of unique values by zones, few values
// with compare-and-set by search.
#include <benchmark/benchmark.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include "checker/property.h"

namespace {

using namespace fracas::checker;

/// Clients of a correct register that always have an operation open.
class Clients {
 public:
  Clients(std::size_t clients, int values) : values_(values), open_(clients) {}

  History run(std::int64_t operations) {
    builder_.expect_operations(static_cast<std::size_t>(operations));
    std::int64_t begun = 0;
    for (std::size_t busy = 0; begun < operations || busy > 0;) {
      const std::size_t i = engine_() % open_.size();
      Client& client = open_[i];
      if (client.event && !client.happened) {
        happen(client);
      } else if (client.event) {
        record(*client.event);
        client.event.reset();
        --busy;
      } else if (begun < operations) {
        ++begun;
        ++busy;
        begin(client, static_cast<std::int32_t>(i));
      }
    }
    return std::move(builder_).finish();
  }

 private:
  struct Client {
    std::optional<Event> event{};
    bool happened = false;
  };

  std::string value() {
    return std::to_string(values_ == 0 ? ++last_
                                       : 1 + static_cast<int>(engine_() % static_cast<unsigned>(values_)));
  }

  void begin(Client& client, std::int32_t process) {
    Event event{.process = process, .session = process, .key = "x"};
    const auto kind = engine_() % 3;
    if (kind == 1 || (kind == 2 && values_ == 0)) {
      event.f = Function::write;
      event.value = value();
    } else if (kind == 2) {
      event.f = Function::cas;
      const std::string from = value();
      event.value = "[" + from + "," + value() + "]";
    }
    record(event);
    client = {event, false};
  }

  void happen(Client& client) {
    Event& event = *client.event;
    client.happened = true;
    event.type = EventType::ok;
    if (event.f == Function::read) event.value = held_;
    if (event.f == Function::write) held_ = event.value;
    if (event.f != Function::cas) return;
    const std::size_t comma = event.value.find(',');
    if (held_ == event.value.substr(1, comma - 1)) {
      held_ = event.value.substr(comma + 1, event.value.size() - comma - 2);
    } else {
      event.type = EventType::fail;
    }
  }

  void record(Event event) {
    event.index = index_++;
    event.time_ns = static_cast<std::int64_t>(event.index);
    if (!builder_.add(event)) std::abort();
  }

  int values_;
  std::vector<Client> open_;
  HistoryBuilder builder_;
  std::mt19937_64 engine_{1};
  std::string held_ = "null";
  int last_ = 0;
  std::uint64_t index_ = 0;
};

void judge(benchmark::State& state, int values) {
  const History history = Clients(static_cast<std::size_t>(state.range(1)), values).run(state.range(0));
  const Evidence evidence;
  const Case whole(history, evidence);
  const PropertyInfo* property = find_property("linearizable");
  for (auto _ : state) {
    const Verdict verdict = property->check(whole);
    if (verdict.result != Result::holds) state.SkipWithError(verdict.reason.c_str());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void unique_values(benchmark::State& state) { judge(state, 0); }
void five_values(benchmark::State& state) { judge(state, 5); }

BENCHMARK(unique_values)->Args({1'000'000, 10})->Args({1'000'000, 100})->Unit(benchmark::kMillisecond);
BENCHMARK(five_values)->Args({1'000'000, 10})->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
