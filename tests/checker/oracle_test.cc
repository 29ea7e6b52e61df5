// Every check finds exactly what its definition, enumerated, finds: on histories of stores that break it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "checker/property.h"
#include "tests/checker/definitions.h"
#include "tests/checker/model_store.h"

namespace fracas::checker {
namespace {

/// A store without quorums, some of whose reads answer nonsense.
ModelOptions broken_store(int operations) {
  ModelOptions options;
  options.seed = *rc::gen::arbitrary<std::uint64_t>();
  options.r = options.w = 1;
  options.operations = operations;
  options.sessions = *rc::gen::inRange(1, 5);
  options.deletes = *rc::gen::element(0, 20, 50);
  options.blind = *rc::gen::element(0, 20, 60);
  options.unsure = *rc::gen::element(0, 20);
  options.settled = false;
  options.wrong_reads = *rc::gen::element(0, 10, 50);
  return options;
}

Verdict check(std::string_view property, const ModelRun& run) {
  return find_property(property)->check(Case(run.history, run.evidence));
}

/// The operations that witnesses accuse: the last of each.
std::set<std::uint32_t> accused(const Verdict& verdict) {
  std::set<std::uint32_t> last;
  for (const Witness& witness : verdict.witnesses) last.insert(witness.operations.back());
  return last;
}

void same(const Verdict& verdict, const std::set<std::uint32_t>& expected) {
  RC_ASSERT(accused(verdict) == expected);
  RC_ASSERT(verdict.count == expected.size());
  RC_ASSERT((verdict.result == Result::violated) == !expected.empty());
}

RC_GTEST_PROP(Oracle, RegularByValue, ()) {
  ModelOptions options = broken_store(*rc::gen::inRange(1, 14));
  options.siblings = false;
  options.stamps = false;
  const ModelRun run = run_model(options);
  same(check("regular", run), definitions::irregular_by_value(run.history));
}

RC_GTEST_PROP(Oracle, ReadYourWritesByValue, ()) {
  ModelOptions options = broken_store(*rc::gen::inRange(1, 14));
  options.siblings = false;
  options.stamps = false;
  const ModelRun run = run_model(options);
  same(check("read-your-writes", run), definitions::own_writes_unseen_by_value(run.history));
}

RC_GTEST_PROP(Oracle, RegularWithSiblings, ()) {
  const ModelRun run = run_model(broken_store(*rc::gen::inRange(1, 25)));
  same(check("regular", run), definitions::irregular_by_cover(run.history, false));
}

RC_GTEST_PROP(Oracle, ReadYourWritesWithSiblings, ()) {
  const ModelRun run = run_model(broken_store(*rc::gen::inRange(1, 25)));
  same(check("read-your-writes", run), definitions::irregular_by_cover(run.history, true));
}

RC_GTEST_PROP(Oracle, NoChoiceOfHiddenTombstonesExplainsAnAccusedRead, ()) {
  ModelOptions options = broken_store(*rc::gen::inRange(1, 8));
  options.deletes = *rc::gen::element(20, 40);
  const ModelRun run = run_model(options);
  const auto operations = run.history.operations();
  const auto deletes = std::count_if(operations.begin(), operations.end(),
                                     [](const Operation& o) { return o.f == Function::remove_key; });
  RC_PRE(deletes <= 2);
  const auto unexplained = definitions::irregular_by_enumeration(run.history);
  for (const std::uint32_t read : accused(check("regular", run))) RC_ASSERT(unexplained.count(read) == 1U);
}

RC_GTEST_PROP(Oracle, DurabilityWithSiblings, ()) {
  ModelOptions options = broken_store(*rc::gen::inRange(1, 25));
  ModelRun run = run_model(options);
  // A replica loses its disk, or all do.
  const int wiped = *rc::gen::inRange(0, 4);
  for (int i = 0; i < wiped && i < 3; ++i) {
    ReplicaState& replica = run.evidence.dumps->at(0).replicas[static_cast<std::size_t>(i)];
    replica.values.clear();
    replica.clock = i == 0 ? replica.clock : "";
  }
  const auto& replicas = run.evidence.dumps->at(0).replicas;
  RC_PRE(
      std::any_of(replicas.begin(), replicas.end(), [](const ReplicaState& r) { return !r.clock.empty(); }));
  same(check("durability", run), definitions::undurable_by_cover(run.history, run.evidence));
}

RC_GTEST_PROP(Oracle, LostWritesByStamp, ()) {
  ModelOptions options = broken_store(*rc::gen::inRange(1, 25));
  options.siblings = false;
  options.skew = *rc::gen::inRange(1, 20'000);
  const ModelRun run = run_model(options);
  const auto expected = definitions::lost_by_stamp(run.history);
  const Verdict verdict = check("lost-writes", run);
  same(verdict, expected);
}

TEST(Oracle, BlocksOfALongKeyFitTogether) {
  // More versions than the 512 of one block of the causal sweep.
  for (const std::uint64_t seed : {1, 2}) {
    const ModelRun run = run_model({.seed = seed,
                                    .r = 1,
                                    .w = 1,
                                    .operations = 1600,
                                    .deletes = 5,
                                    .blind = 2,
                                    .settled = false,
                                    .wrong_reads = 3});
    const auto expected = definitions::irregular_by_cover(run.history, false).size();
    EXPECT_GT(expected, 0U);
    EXPECT_EQ(check("regular", run).count, expected);
  }
}

}  // namespace
}  // namespace fracas::checker
