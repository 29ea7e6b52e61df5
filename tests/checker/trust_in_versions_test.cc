// Versions are evidence, not truth: what rests on values alone is judged the same without them, and stamps
// that lie are found out.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "checker/property.h"
#include "tests/checker/random_run.h"
#include "tests/checker/story.h"

namespace fracas::checker {
namespace {

using testing::HasSubstr;

/// The same history as of a store that shows no versions.
History stripped(const History& history) {
  std::vector<std::pair<std::uint32_t, Event>> events;
  for (const Operation& o : history.operations()) {
    Event event{.time_ns = history.invoked_ns(o),
                .process = history.process_number(o),
                .session = history.session(o),
                .f = o.f,
                .key = std::string(history.text(o.key)),
                .node = std::string(history.text(history.node(o))),
                .final = o.final};
    const std::string value(history.text(o.value));
    if (o.f != Function::read) event.value = value;
    events.emplace_back(o.invoked, event);
    if (o.completed == kNever) continue;
    event.type = o.outcome == Outcome::ok ? EventType::ok : EventType::fail;
    event.time_ns = history.completed_ns(o);
    event.value = value;
    event.saw = history.text(history.saw(o));
    event.siblings = history.text(history.siblings(o));
    events.emplace_back(o.completed, event);
  }
  std::sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  HistoryBuilder builder;
  std::uint64_t index = 0;
  for (auto& [at, event] : events) {
    event.index = index++;
    EXPECT_TRUE(builder.add(event));
  }
  return std::move(builder).finish();
}

RC_GTEST_PROP(TrustInVersions, WhatRestsOnValuesIsTheSameWithoutThem, ()) {
  RandomRunOptions options;
  options.seed = *rc::gen::arbitrary<std::uint64_t>();
  options.conflict = *rc::gen::element<std::string>("lww", "");
  options.sets = *rc::gen::element(0, 0, 50);
  options.dumps = false;
  options.stamps = true;
  options.operations = *rc::gen::inRange(1, 30);
  const ModelRun run = random_run(options);
  const History bare = stripped(run.history);
  for (const char* name : {"causal", "pram", "regular", "no-phantoms", "honest-failures"}) {
    Evidence lww;
    lww.conflict = "lww";
    const Verdict with = find_property(name)->check(Case(run.history, lww));
    const Verdict without = find_property(name)->check(Case(bare, lww));
    RC_ASSERT(with.result == without.result);
    RC_ASSERT(with.count == without.count);
    RC_ASSERT(with.checked == without.checked);
  }
}

RC_GTEST_PROP(TrustInVersions, WithoutContextsNobodyIsAccusedWhoIsNotWithThem, ()) {
  RandomRunOptions options;
  options.seed = *rc::gen::arbitrary<std::uint64_t>();
  options.conflict = "siblings";
  options.sets = 0;
  options.dumps = false;
  options.operations = *rc::gen::inRange(1, 40);
  const ModelRun run = random_run(options);
  Evidence siblings;
  siblings.conflict = "siblings";
  const Evidence nothing;
  const History bare = stripped(run.history);
  const Case without(bare, nothing);
  if (without.conflict() != Conflict::siblings) return;  // no answer showed two
  const Case with(run.history, siblings);
  for (const char* name : {"regular", "read-your-writes", "monotonic-reads", "antichain"}) {
    const Verdict told = find_property(name)->check(without);
    RC_CLASSIFY(told.result == Result::violated, std::string(name) + " violated");
    RC_ASSERT(told.count <= find_property(name)->check(with).count);
  }
}

TEST(TrustInVersions, AStampThatIsUsedTwiceIsALie) {
  Story story;
  story.wrote(1, "\"a\"", R"([100,"n1",1])").wrote(2, "\"b\"", R"([100,"n1",1])");
  const Verdict verdict = judge("honest-versions", story);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).explanation, HasSubstr("used twice"));
}

TEST(TrustInVersions, AValueIsSeenUnderTheStampOfItsWrite) {
  Story story;
  story.wrote(1, "\"a\"", R"([100,"n1",1])").found(2, "\"a\"", R"([200,"n2",1])");
  const Verdict verdict = judge("honest-versions", story);
  EXPECT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).explanation,
              HasSubstr("was stamped [100, n1, 1] and then [200, n2, 1]"));
}

TEST(TrustInVersions, HonestStampsAreFine) {
  Story story;
  story.wrote(1, "\"a\"", R"([100,"n1",1])").wrote(2, "\"b\"", R"([100,"n2",1])");
  story.found(2, "\"a\"", R"([100,"n1",1])").found(1, "\"b\"", R"([100,"n2",1])");
  EXPECT_EQ(judge("honest-versions", story).result, Result::holds);
}

}  // namespace
}  // namespace fracas::checker
