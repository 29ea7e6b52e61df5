// Every property decides a history of 300,000 operations, most of them on one key.
#include <gtest/gtest.h>

#include "checker/property.h"
#include "tests/checker/large_history.h"

namespace fracas::checker {
namespace {

void every_property_decides(bool siblings) {
  HistoryBuilder builder;
  large_history({.siblings = siblings}, [&](const Event& event) {
    const auto added = builder.add(event);
    ASSERT_TRUE(added) << added.error();
  });
  const History history = std::move(builder).finish();
  EXPECT_GE(history.operations().size(), 300'000U);
  Evidence evidence;
  evidence.conflict = siblings ? "siblings" : "lww";
  for (const PropertyInfo& property : properties()) {
    const Verdict verdict = property.check(Case(history, evidence));
    EXPECT_NE(verdict.result, Result::unknown) << property.name << ": " << verdict.reason;
    EXPECT_NE(verdict.result, Result::violated)
        << property.name << ": " << verdict.witnesses.at(0).explanation;
  }
}

TEST(LargeHistory, OfSiblingsIsDecided) { every_property_decides(true); }

TEST(LargeHistory, OfLastWriteWinsIsDecided) { every_property_decides(false); }

}  // namespace
}  // namespace fracas::checker
