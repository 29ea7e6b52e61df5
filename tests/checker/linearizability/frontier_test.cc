// The search finds an order exactly where one exists.
#include "checker/linearizability/frontier.h"

#include <gtest/gtest.h>

#include "tests/checker/linearizability/objects.h"

namespace fracas::checker {
namespace {

using linearizability::Searched;

void compare(RandomObject options, int count) {
  const Evidence evidence;
  int violated = 0;
  for (int i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    options.seed = static_cast<std::uint64_t>(i);
    const History history = random_object(options);
    const Case whole(history, evidence);
    if (whole.keys().empty()) continue;
    auto object = linearizability::object_of(whole.keys()[0], options.model);
    ASSERT_TRUE(object) << object.error();
    if (i % 2 == 1) narrow(*object);
    const Searched found = search(*object, {}, true);
    const bool expected = linearizable_by_definition(history, options.model);
    ASSERT_EQ(found.end == Searched::End::linearizable, expected) << "seed " << i;
    violated += expected ? 0 : 1;
    if (!expected) continue;
    std::vector<std::uint32_t> order;
    for (const std::uint32_t step : found.order) order.push_back(object->steps[step].invoked);
    EXPECT_TRUE(is_linearization(history, options.model, order)) << "seed " << i;
  }
  EXPECT_GT(violated, 0);
  EXPECT_LT(violated, count);
}

TEST(Frontier, FindsWhatEnumerationFinds) {
  for (const Model model :
       {Model::reg, Model::cas_register, Model::kv_append, Model::set, Model::counter, Model::queue}) {
    for (const int values : {0, 2, 3}) {
      SCOPED_TRACE(std::string(to_string(model)) + ", values " + std::to_string(values));
      compare({.model = model, .values = values}, cases(10'000) / 3);
      compare(
          {.model = model, .operations = 6, .clients = 6, .values = values, .removes = false, .unsure = 40},
          cases(10'000) / 3);
    }
  }
}

}  // namespace
}  // namespace fracas::checker
