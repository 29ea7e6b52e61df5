#include "workloads/counter.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace fracas::workloads {
namespace {

using checker::Function;

TEST(CounterAnswer, MergesSiblingsDigitByDigit) {
  EXPECT_EQ(counter_answer({}), "null");
  EXPECT_EQ(counter_answer({"2001"}), "2001");
  EXPECT_EQ(counter_answer({"2001", "1005000", "3"}), "1005003");
}

TEST(CounterAnswer, KeepsWhatIsNoCountSoThatItCanBeAccused) {
  EXPECT_EQ(counter_answer({"5", "\"x\""}), "\"x\"");
}

TEST(CounterModify, AddsToTheMergedCount) {
  EXPECT_EQ(counter_modify({Function::increment, "n0.0.0", "1000"}, {}), "1000");
  EXPECT_EQ(counter_modify({Function::increment, "n0.0.0", "1000"}, {"2001", "1003"}), "3003");
}

TEST(CounterWorkload, NoDigitOverflowsAndNoTwoClientsShareOne) {
  Parameters parameters;
  parameters.clients = 14;
  parameters.keys = 2000;
  parameters.hot = 0.9;
  std::map<std::pair<std::string, std::string>, int> times;  // of key and amount
  std::map<std::pair<std::string, std::string>, std::set<int>> clients;
  for (int client = 0; client < parameters.clients; ++client) {
    const auto generator = counter_workload().generator(parameters, client);
    for (int i = 0; i < 5000; ++i) {
      const Intent intent = generator->next();
      if (intent.f != Function::increment) continue;
      EXPECT_LT(++times[std::pair(intent.key, intent.value)], 1000);
      clients[std::pair(intent.key, intent.value)].insert(client);
    }
  }
  for (const auto& [key, who] : clients) EXPECT_EQ(who.size(), 1U) << key.first << " " << key.second;
}

}  // namespace
}  // namespace fracas::workloads
