// How long histories of transactions take: a million of list-append, and a hundred thousand of registers,
// once they are in memory. decode: JSON texts to numbers. check: all anomalies. judge: both.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "checker/transactions/analysis.h"

namespace fracas::checker::transactions {
namespace {

/// One transaction after the other takes effect at some moment between its invocation and its completion; ten
/// clients, keys that retire after 32 writes, as Jepsen's generators do it.
class Generator {
 public:
  explicit Generator(bool lists) : lists_(lists), keys_(kLive), process_of_(kClients, -1) {
    for (int i = 0; i < kLive; ++i) keys_[static_cast<std::size_t>(i)] = next_key_++;
  }

  History run(std::uint32_t count) {
    std::vector<std::string> answers(kClients);
    std::uint32_t begun = 0;
    std::uint32_t open = 0;
    while (begun < count || open > 0) {
      const auto client = static_cast<std::size_t>(random_() % kClients);
      if (process_of_[client] < 0 && begun < count) {
        process_of_[client] = static_cast<int>(client);
        auto [asked, answer] = transaction();
        record(EventType::invoke, client, asked);
        answers[client] = std::move(answer);
        ++begun;
        ++open;
      } else if (process_of_[client] >= 0) {
        record(EventType::ok, client, answers[client]);
        process_of_[client] = -1;
        --open;
      }
    }
    return std::move(builder_).finish();
  }

 private:
  static constexpr int kClients = 10;
  static constexpr int kLive = 10;
  static constexpr int kWrites = 32;

  std::pair<std::string, std::string> transaction() {
    std::string asked = "[";
    std::string answer = "[";
    for (auto steps = 1 + random_() % 4; steps > 0; --steps) {
      const auto slot = static_cast<std::size_t>(random_() % kLive);
      const std::string key = std::to_string(keys_[slot]);
      std::string& state = states_[slot];
      if (random_() % 2 == 0) {
        asked += "[\"r\"," + key + ",null],";
        answer += "[\"r\"," + key + "," +
                  (state.empty() ? "null"
                   : lists_      ? "[" + state + "]"
                                 : state) +
                  "],";
        continue;
      }
      const std::string value = std::to_string(++writes_[slot]);
      const std::string step = (lists_ ? "[\"append\"," : "[\"w\",") + key + "," + value + "],";
      asked += step;
      answer += step;
      state = lists_ && !state.empty() ? state + "," + value : value;
      if (writes_[slot] == kWrites) retire(slot);
    }
    asked.back() = ']';
    answer.back() = ']';
    return {asked, answer};
  }

  void retire(std::size_t slot) {
    keys_[slot] = next_key_++;
    states_[slot].clear();
    writes_[slot] = 0;
  }

  void record(EventType type, std::size_t client, const std::string& value) {
    Event event;
    event.index = index_++;
    event.time_ns = static_cast<std::int64_t>(index_);
    event.type = type;
    event.process = event.session = static_cast<std::int32_t>(client);
    event.f = Function::txn;
    event.value = value;
    if (!builder_.add(event)) std::abort();
  }

  bool lists_;
  std::mt19937_64 random_{7};
  HistoryBuilder builder_;
  std::vector<int> keys_;
  std::vector<std::string> states_ = std::vector<std::string>(kLive);
  std::vector<int> writes_ = std::vector<int>(kLive, 0);
  std::vector<int> process_of_;
  std::uint64_t index_ = 0;
  int next_key_ = 0;
};

const History& history(bool lists) {
  static const History kLists = Generator(true).run(1'000'000);
  static const History kRegisters = Generator(false).run(100'000);
  return lists ? kLists : kRegisters;
}

JudgedAs judged_as(bool lists) {
  JudgedAs as;
  as.model = lists ? Model::list_append : Model::rw_register;
  return as;
}

void decode_texts(benchmark::State& state, bool lists) {
  const History& of = history(lists);
  for (auto unused : state) benchmark::DoNotOptimize(decode(of, judged_as(lists)).committed);
}

void check(benchmark::State& state, bool lists) {
  const Transactions txns = decode(history(lists), judged_as(lists));
  for (auto unused : state)
    if (!analyse(txns).found().empty()) return state.SkipWithError("a sound history is accused");
}

void judge(benchmark::State& state, bool lists) {
  const History& of = history(lists);
  for (auto unused : state) benchmark::DoNotOptimize(analyse(of, judged_as(lists)).findings.found().size());
}

BENCHMARK_CAPTURE(decode_texts, list_append_1e6, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(check, list_append_1e6, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(judge, list_append_1e6, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_texts, rw_register_1e5, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(check, rw_register_1e5, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(judge, rw_register_1e5, false)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fracas::checker::transactions

BENCHMARK_MAIN();
