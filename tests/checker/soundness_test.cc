// No property accuses a history that a correct store can make.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "checker/property.h"
#include "tests/checker/model_store.h"

namespace fracas::checker {
namespace {

/// Fails with the explanations of whatever was accused, except of the named properties.
void nothing_is_accused(const ModelRun& run, std::initializer_list<std::string_view> except = {}) {
  for (const PropertyInfo& property : properties()) {
    if (std::find(except.begin(), except.end(), property.name) != except.end()) continue;
    const Verdict verdict = property.check(Case(run.history, run.evidence));
    if (verdict.result == Result::violated) {
      RC_FAIL(std::string(property.name) + ": " + verdict.witnesses.at(0).explanation);
    }
  }
}

ModelOptions random_options() {
  ModelOptions options;
  options.seed = *rc::gen::arbitrary<std::uint64_t>();
  options.operations = *rc::gen::inRange(1, 60);
  options.sessions = *rc::gen::inRange(1, 8);
  options.deletes = *rc::gen::element(0, 10, 50);
  options.blind = *rc::gen::element(0, 20, 100);
  options.unsure = *rc::gen::element(0, 10, 40);
  options.settled = *rc::gen::arbitrary<bool>();
  return options;
}

// Without a repair that is waited for, one read may meet a write under way and the next one miss it; that
// write may have been of a session that had read what the next one finds.
constexpr std::string_view kRepair = "monotonic-reads";
constexpr std::string_view kRepairToo = "causal";
constexpr std::string_view kRepairAsWell = "pram";
constexpr std::string_view kOneOrder = "linearizable";

RC_GTEST_PROP(Soundness, SiblingsWithQuorumsAreNeverAccused, ()) {
  nothing_is_accused(run_model(random_options()), {kRepair});
}

RC_GTEST_PROP(Soundness, ReadsOfEveryReplicaNeverGoBack, ()) {
  ModelOptions options = random_options();
  options.r = 3;
  options.w = 1;
  options.siblings = *rc::gen::arbitrary<bool>();
  options.sets = options.siblings && *rc::gen::arbitrary<bool>();
  nothing_is_accused(run_model(options));
}

RC_GTEST_PROP(Soundness, SiblingsWithoutQuorumsLoseNothing, ()) {
  ModelOptions options = random_options();
  options.r = options.w = 1;
  nothing_is_accused(run_model(options), {"regular", "read-your-writes", kRepair});
}

RC_GTEST_PROP(Soundness, SetsWithQuorumsAreNeverAccused, ()) {
  ModelOptions options = random_options();
  options.sets = true;
  nothing_is_accused(run_model(options), {kRepair});
}

RC_GTEST_PROP(Soundness, LastWriteWinsWithTrueClocksIsNeverAccused, ()) {
  ModelOptions options = random_options();
  options.siblings = false;
  options.stamps = *rc::gen::arbitrary<bool>();
  nothing_is_accused(run_model(options), {kRepair, kRepairToo, kRepairAsWell, kOneOrder});
}

RC_GTEST_PROP(Soundness, LastWriteWinsUnderSkewKeepsWhatDoesNotDependOnClocks, ()) {
  ModelOptions options = random_options();
  options.siblings = false;
  options.skew = *rc::gen::inRange(1, 100'000);
  nothing_is_accused(run_model(options), {"regular", "lost-writes", kRepair, kRepairToo, kRepairAsWell,
                                          kOneOrder, "monotonic-writes", "writes-follow-reads"});
}

RC_GTEST_PROP(Soundness, VerdictsAreTheSameWhetherAskedAloneOrAfterOthers, ()) {
  ModelOptions options = random_options();
  options.r = options.w = 1;
  const ModelRun run = run_model(options);
  const Case whole(run.history, run.evidence);
  for (const PropertyInfo& property : properties()) {
    const Verdict first = property.check(Case(run.history, run.evidence));
    const Verdict second = property.check(whole);
    RC_ASSERT(first.result == second.result);
    RC_ASSERT(first.count == second.count);
    RC_ASSERT(first.checked == second.checked);
    RC_ASSERT(first.witnesses.size() == second.witnesses.size());
    for (std::size_t i = 0; i < first.witnesses.size(); ++i) {
      RC_ASSERT(first.witnesses[i].explanation == second.witnesses[i].explanation);
    }
  }
}

}  // namespace
}  // namespace fracas::checker
