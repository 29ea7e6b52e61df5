#include "workloads/register.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace fracas::workloads {
namespace {

using checker::Function;

constexpr int kDraws = 40'000;

struct Counts {
  std::map<Function, int> by_function;
  std::map<std::string, int> by_key;
  std::set<std::string> read, deleted, recreated, written;
};

Counts count(const Parameters& parameters) {
  const auto generator = register_workload().generator(parameters, 0);
  Counts counts;
  for (int i = 0; i < kDraws; ++i) {
    const Intent intent = generator->next();
    ++counts.by_function[intent.f];
    ++counts.by_key[intent.key];
    if (intent.f == Function::read) counts.read.insert(intent.key);
    if (intent.f == Function::remove_key) counts.deleted.insert(intent.key);
    if (intent.f == Function::write) {
      counts.written.insert(intent.key);
      if (counts.deleted.count(intent.key) != 0) counts.recreated.insert(intent.key);
    }
  }
  return counts;
}

TEST(RegisterWorkload, KeepsRoughlyToTheSharesAskedFor) {
  Parameters parameters;
  parameters.reads = 0.5;
  parameters.deletes = 0.05;
  parameters.hot = 0.5;
  const Counts counts = count(parameters);
  EXPECT_NEAR(counts.by_function.at(Function::read), kDraws * 0.5, kDraws * 0.03);
  EXPECT_NEAR(counts.by_function.at(Function::remove_key), kDraws * 0.05, kDraws * 0.01);
  EXPECT_NEAR(counts.by_key.at("k0"), kDraws * 0.5, kDraws * 0.05);
  EXPECT_EQ(counts.by_key.size(), 60u);
}

TEST(RegisterWorkload, NeverReadsAColdKeyButWritesDeletesAndRecreatesIt) {
  const Counts counts = count(Parameters{});
  for (int i = 0; i < Parameters{}.cold_keys; ++i) {
    const std::string key = "c" + std::to_string(i);
    EXPECT_EQ(counts.read.count(key), 0u) << key;
    EXPECT_EQ(counts.written.count(key), 1u) << key;
    EXPECT_EQ(counts.deleted.count(key), 1u) << key;
    EXPECT_EQ(counts.recreated.count(key), 1u) << key;
  }
}

TEST(RegisterWorkload, WritesADeletedKeyAgainAtOnceAboutHalfOfTheTime) {
  const auto generator = register_workload().generator(Parameters{}, 0);
  int deletes = 0, recreations = 0;
  Intent last = generator->next();
  for (int i = 0; i < kDraws; ++i) {
    Intent intent = generator->next();
    if (last.f == Function::remove_key) {
      ++deletes;
      recreations += intent.f == Function::write && intent.key == last.key;
    }
    last = intent;
  }
  EXPECT_GT(recreations, deletes * 4 / 10);
  EXPECT_LT(recreations, deletes * 8 / 10);
}

TEST(RegisterWorkload, OnlyReadsWhenOnlyReadsAreAskedFor) {
  Parameters parameters;
  parameters.reads = 1.0;
  EXPECT_EQ(count(parameters).by_function.at(Function::read), kDraws);
}

TEST(RegisterWorkload, NeverReadsWhenNoReadsAreAskedFor) {
  Parameters parameters;
  parameters.reads = 0;
  EXPECT_EQ(count(parameters).by_function.count(Function::read), 0u);
}

TEST(RegisterAnswer, IsNullOrTheValueOrAnArrayOfSiblings) {
  EXPECT_EQ(register_answer({}), "null");
  EXPECT_EQ(register_answer({"\"1-1\""}), "\"1-1\"");
  EXPECT_EQ(register_answer({"\"1-1\"", "\"2-1\""}), "[\"1-1\",\"2-1\"]");
}

}  // namespace
}  // namespace fracas::workloads
