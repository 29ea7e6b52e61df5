// Every check of a whole run finds exactly what its definition, enumerated, finds, the undecided included: on
// runs drawn at random.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "checker/property.h"
#include "tests/checker/random_run.h"
#include "tests/checker/run_definitions.h"

namespace fracas::checker {
namespace {

RandomRunOptions any_run() {
  RandomRunOptions options;
  options.seed = *rc::gen::arbitrary<std::uint64_t>();
  options.operations = *rc::gen::inRange(1, 14);
  options.keys = *rc::gen::inRange(1, 4);
  options.sessions = *rc::gen::inRange(1, 5);
  options.sets = *rc::gen::element(0, 50, 100);
  options.wrong = *rc::gen::element(0, 5, 20, 60);
  options.conflict = *rc::gen::element<std::string>("siblings", "lww", "");
  options.dumps = *rc::gen::arbitrary<bool>();
  options.unique = *rc::gen::arbitrary<bool>();
  return options;
}

/// Of a store whose last write wins, as its evidence says or its stamps tell.
RandomRunOptions lww_run() {
  RandomRunOptions options = any_run();
  options.conflict = *rc::gen::element<std::string>("lww", "");
  return options;
}

RandomRunOptions stamped_run() {
  RandomRunOptions options = lww_run();
  options.stamps = true;
  options.unstamped = *rc::gen::element(0, 0, 20, 100);
  return options;
}

using Definition = definitions::Finding (*)(const History&, const Evidence&);

/// A witness names the operation; what is seen only in a dump has no name.
bool names(const Witness& witness, std::uint32_t operation) {
  const auto& all = witness.operations;
  return operation == kNever || std::find(all.begin(), all.end(), operation) != all.end();
}

/// Judges 20 runs of a kind.
void same(std::string_view property, Definition definition, RandomRunOptions options) {
  for (int i = 0; i < 20; ++i, ++options.seed) {
    const ModelRun run = random_run(options);
    const definitions::Finding expected = definition(run.history, run.evidence);
    const Verdict verdict = find_property(property)->check(Case(run.history, run.evidence));
    if (i == 0) RC_TAG(std::string(to_string(expected.result())));
    RC_ASSERT(std::string(to_string(verdict.result)) == std::string(to_string(expected.result())));
    RC_ASSERT(verdict.count == expected.accused.size());
    for (std::size_t accused = 0; accused < expected.accused.size(); ++accused) {
      RC_ASSERT(names(verdict.witnesses.at(accused), expected.accused[accused]));
    }
  }
}

RC_GTEST_PROP(RunOracle, LostUpdates, ()) {
  RandomRunOptions options = any_run();
  options.sets = *rc::gen::element(50, 100);
  same("lost-updates", definitions::lost_updates, options);
}

RC_GTEST_PROP(RunOracle, LostAppends, ()) {
  RandomRunOptions options = any_run();
  options.sets = *rc::gen::element(50, 100);
  options.updates = Function::append;
  same("lost-updates", definitions::lost_updates, options);
}

RC_GTEST_PROP(RunOracle, LostIncrements, ()) {
  RandomRunOptions options = any_run();
  options.sets = *rc::gen::element(50, 100);
  options.updates = Function::increment;
  same("lost-updates", definitions::lost_updates, options);
}

RC_GTEST_PROP(RunOracle, Convergence, ()) {
  RandomRunOptions options = any_run();
  options.dumps = true;
  options.stamps = options.conflict == "lww" && *rc::gen::arbitrary<bool>();
  same("convergence", definitions::convergence, options);
}

RC_GTEST_PROP(RunOracle, NoPhantoms, ()) { same("no-phantoms", definitions::no_phantoms, any_run()); }

RC_GTEST_PROP(RunOracle, HonestFailures, ()) {
  same("honest-failures", definitions::honest_failures, any_run());
}

RC_GTEST_PROP(RunOracle, DurabilityByStamp, ()) {
  RandomRunOptions options = stamped_run();
  options.dumps = true;
  options.sequences = *rc::gen::arbitrary<bool>();
  same("durability", definitions::durability_lww, options);
}

RC_GTEST_PROP(RunOracle, DurabilityByValue, ()) {
  RandomRunOptions options = lww_run();
  options.dumps = true;
  same("durability", definitions::durability_lww, options);
}

RC_GTEST_PROP(RunOracle, LostWritesByValue, ()) {
  RandomRunOptions options = any_run();
  options.sets = 20;
  options.operations = *rc::gen::inRange(1, 40);
  same("lost-writes", definitions::lost_writes, options);
}

RC_GTEST_PROP(RunOracle, LostWritesByStamp, ()) {
  same("lost-writes", definitions::lost_writes, stamped_run());
}

RC_GTEST_PROP(RunOracle, ReadYourWritesByStamp, ()) {
  RandomRunOptions options = stamped_run();
  options.unique = true;
  options.operations = *rc::gen::inRange(1, 40);
  same("read-your-writes", definitions::own_writes_unseen_by_stamp, options);
}

/// Of each accusation, the operation that was invoked last.
void accuses_only(std::string_view property, const ModelRun& run, const std::vector<std::uint32_t>& allowed) {
  for (const Witness& witness : find_property(property)->check(Case(run.history, run.evidence)).witnesses) {
    RC_ASSERT(std::find(allowed.begin(), allowed.end(), witness.operations.back()) != allowed.end());
  }
}

RC_GTEST_PROP(RunOracle, StampsThatTieAccuseNothingThatSomeOrderOfTheirActorsAllows, ()) {
  RandomRunOptions options = stamped_run();
  options.sequences = options.unique = true;
  options.operations = *rc::gen::inRange(1, 40);
  for (int i = 0; i < 20; ++i, ++options.seed) {
    const ModelRun run = random_run(options);
    accuses_only("read-your-writes", run,
                 definitions::own_writes_unseen_by_stamp(run.history, run.evidence).accused);
    accuses_only("lost-writes", run, definitions::lost_writes(run.history, run.evidence).accused);
  }
}

}  // namespace
}  // namespace fracas::checker
