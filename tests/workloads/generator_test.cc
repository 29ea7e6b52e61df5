// What every workload owes: unique values, streams that depend on (seed, client) alone, shares as asked,
// final reads of all that can have been touched.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "workloads/workload.h"

namespace fracas::workloads {
namespace {

using checker::Function;

Parameters draw_parameters() {
  Parameters parameters;
  parameters.seed = *rc::gen::arbitrary<std::uint64_t>();
  parameters.clients = *rc::gen::inRange(1, 12);
  parameters.keys = *rc::gen::inRange(1, 30);
  parameters.cold_keys = *rc::gen::inRange(0, 8);
  return parameters;
}

const Workload& draw_workload() { return workloads()[*rc::gen::inRange<std::size_t>(0, workloads().size())]; }

std::vector<Intent> take(Generator& generator, int count) {
  std::vector<Intent> intents;
  for (int i = 0; i < count; ++i) intents.push_back(generator.next());
  return intents;
}

bool same(const Intent& a, const Intent& b) { return a.f == b.f && a.key == b.key && a.value == b.value; }

RC_GTEST_PROP(Generators, NeverWriteAValueTwice, ()) {
  const Parameters parameters = draw_parameters();
  const Workload& workload = draw_workload();
  std::set<std::string> written;
  for (int client = 0; client < parameters.clients; ++client) {
    for (const Intent& intent : take(*workload.generator(parameters, client), 200)) {
      if (intent.f == Function::write || intent.f == Function::add || intent.f == Function::append) {
        RC_ASSERT(written.insert(intent.value).second);
      } else if (intent.f == Function::read || intent.f == Function::remove_key) {
        RC_ASSERT(intent.value == "null");
      }
    }
  }
}

RC_GTEST_PROP(Generators, DrawOnlyWhatTheirWorkloadHas, ()) {
  const Parameters parameters = draw_parameters();
  const Workload& workload = draw_workload();
  for (const Intent& intent : take(*workload.generator(parameters, 1), 200)) RC_ASSERT(workload.has(intent));
}

RC_GTEST_PROP(Generators, DrawTheSameWhateverTheOtherClientsDo, ()) {
  const Parameters parameters = draw_parameters();
  const Workload& workload = draw_workload();
  const auto alone = take(*workload.generator(parameters, 0), 100);
  const auto first = workload.generator(parameters, 0);
  const auto second = workload.generator(parameters, 1);
  for (const Intent& expected : alone) {
    take(*second, *rc::gen::inRange(0, 3));
    RC_ASSERT(same(first->next(), expected));
  }
}

TEST(Generators, DifferBetweenSeedsAndBetweenClients) {
  for (const Workload& workload : workloads()) {
    Parameters parameters;
    const auto keys_of = [&](std::uint64_t seed, int client) {
      parameters.seed = seed;
      std::vector<std::string> keys;
      for (const Intent& intent : take(*workload.generator(parameters, client), 50))
        keys.push_back(intent.key);
      return keys;
    };
    EXPECT_NE(keys_of(1, 0), keys_of(2, 0)) << workload.name;
    EXPECT_NE(keys_of(1, 0), keys_of(1, 1)) << workload.name;
  }
}

TEST(Workloads, AreFoundByName) {
  ASSERT_NE(find_workload("mixed"), nullptr);
  EXPECT_EQ(find_workload("mixed")->name, "mixed");
  EXPECT_EQ(find_workload("mixt"), nullptr);
}

}  // namespace
}  // namespace fracas::workloads
