// Whatever algorithm judges: the definition's answer, and an order where there is one.
#include <gtest/gtest.h>

#include "checker/linearizability/judged.h"
#include "checker/property.h"
#include "tests/checker/linearizability/objects.h"
#include "tests/checker/story.h"

namespace fracas::checker {
namespace {

using linearizability::Judged;

void compare(std::string_view name, RandomObject options) {
  const Evidence evidence;
  int judged = 0;
  int violated = 0;
  for (int i = 0; i < cases(10'000); ++i) {
    options.seed = static_cast<std::uint64_t>(i);
    const History history = random_object(options);
    const Case whole(history, evidence, {.model = options.model});
    if (whole.keys().empty()) continue;
    const KeyCase& key = whole.keys()[0];
    const auto* algorithm = linearizability::find_algorithm(name);
    const Judged found = algorithm->judge(key, options.model);
    if (found.answer == Judged::Answer::not_applicable) continue;
    const bool expected = linearizable_by_definition(history, options.model);
    ASSERT_EQ(found.answer == Judged::Answer::linearizable, expected) << "seed " << i << ": " << found.words;
    ++judged;
    violated += expected ? 0 : 1;
    if (!expected) continue;
    const auto order = algorithm->order(key, options.model);
    ASSERT_TRUE(order) << "seed " << i;
    ASSERT_TRUE(is_linearization(history, options.model, order->order)) << "seed " << i;
  }
  EXPECT_GT(judged, cases(10'000) / 10);
  EXPECT_GT(violated, 0);
}

TEST(Linearizable, ZonesFindWhatEnumerationFinds) {
  for (const Model model : {Model::reg, Model::cas_register}) {
    SCOPED_TRACE(std::string(to_string(model)));
    compare("zones", {.model = model, .values = 0, .removes = false});
    compare("zones",
            {.model = model, .operations = 6, .clients = 6, .values = 0, .removes = false, .unsure = 40});
  }
}

TEST(Linearizable, AReadAfterANewerOneDoesNotGoBack) {
  Story story;
  story.wrote(1, "1").write(2, "2").found(3, "2").found(4, "1").ok(2);
  const Verdict verdict = judge("linearizable", story);
  ASSERT_EQ(verdict.result, Result::violated);
  EXPECT_EQ(verdict.witnesses.at(0).operations.size(), 4U);
  EXPECT_NE(verdict.witnesses[0].explanation.find("a contradiction"), std::string::npos);
}

TEST(Linearizable, AnUnknownWriteMayHappenLateOrNever) {
  Story late;
  late.write(1, "1").info(1).found(2, "null").found(3, "1");
  EXPECT_EQ(judge("linearizable", late).result, Result::holds);
  Story gone;
  gone.write(1, "1").info(1).found(2, "1").found(3, "null");
  EXPECT_EQ(judge("linearizable", gone).result, Result::violated);
}

}  // namespace
}  // namespace fracas::checker
