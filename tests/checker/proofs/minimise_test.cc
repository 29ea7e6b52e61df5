// A proof is a part of the history that the same property finds guilty of the same when it sees nothing else,
// and from which nothing can be taken.
#include "checker/proofs/minimise.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "checker/proofs/sub_history.h"
#include "tests/checker/random_run.h"
#include "tests/checker/story.h"

namespace fracas::checker {
namespace {

using Names = std::vector<std::uint32_t>;

std::vector<const Operation*> operations_of(const History& history, const Names& names) {
  std::vector<const Operation*> found;
  for (const std::uint32_t name : names) found.push_back(history.invoked_at(name));
  return found;
}

/// Whether the property, shown these alone, accuses what the witness names.
bool guilty(const PropertyInfo& property, const Case& whole, const Witness& witness, const Names& names) {
  const SubHistory sub = sub_history(whole, operations_of(whole.history(), names), witness.key);
  const Verdict verdict = property.check(Case(sub.history, sub.evidence, whole.judged_as()));
  return std::any_of(verdict.witnesses.begin(), verdict.witnesses.end(), [&](const Witness& found) {
    std::set<std::uint32_t> accused;
    for (const std::uint32_t name : found.operations) accused.insert(sub.names[name]);
    return std::all_of(witness.operations.begin(), witness.operations.end(),
                       [&](std::uint32_t name) { return accused.contains(name); });
  });
}

struct Tally {
  int witnesses = 0;
  int proved = 0;
};

void check_proofs(const ModelRun& run, std::map<std::string_view, Tally>& tallies) {
  const Case whole(run.history, run.evidence);
  for (const PropertyInfo& property : properties()) {
    Verdict verdict = property.check(whole);
    minimise(verdict, property, whole);
    Tally& tally = tallies[property.name];
    for (const Witness& witness : verdict.witnesses) {
      if (witness.operations.empty()) continue;  // dumps alone prove it
      ++tally.witnesses;
      if (witness.proof.empty()) continue;
      ++tally.proved;
      EXPECT_TRUE(std::is_sorted(witness.proof.begin(), witness.proof.end()));
      EXPECT_TRUE(std::includes(witness.proof.begin(), witness.proof.end(), witness.operations.begin(),
                                witness.operations.end()));
      EXPECT_TRUE(guilty(property, whole, witness, witness.proof)) << property.name;
    }
  }
}

bool of_the_end(std::string_view property) { return property == "durability" || property == "lost-updates"; }

TEST(Minimise, EveryProofIsGuiltyByItself) {
  std::map<std::string_view, Tally> tallies;
  std::uint64_t seed = 1;
  for (const char* conflict : {"siblings", "lww", ""})
    for (const Function updates : {Function::add, Function::append, Function::increment})
      for (const bool dumps : {true, false})
        for (int i = 0; i < 150; ++i)
          check_proofs(random_run({.seed = ++seed,
                                   .conflict = conflict,
                                   .operations = 25,
                                   .updates = updates,
                                   .dumps = dumps,
                                   .stamps = i % 3 == 0 && conflict[0] != 's'}),
                       tallies);
  for (const auto& [property, tally] : tallies) {
    // What counters lost, and what dumps of other keys tell, cannot always be judged by a part.
    EXPECT_GE(tally.proved * 100, tally.witnesses * (of_the_end(property) ? 75 : 100)) << property;
  }
}

TEST(Minimise, LeavesOutWhatProvesNothing) {
  Story story;
  story.wrote(1, R"("a")").wrote(2, R"("b")").found(4, R"("b")").wrote(3, R"("c")");
  story.found(4, R"("c")").found(5, R"("a")");
  const History history = std::move(story).history();
  const Evidence nothing;
  const Case whole(history, nothing);
  const PropertyInfo& regular = *find_property("regular");
  Verdict verdict = regular.check(whole);
  minimise(verdict, regular, whole);
  ASSERT_EQ(verdict.witnesses.size(), 1U);
  EXPECT_EQ(verdict.witnesses[0].proof, (Names{0, 6, 10}));
}

TEST(Minimise, TellsElementsFromEachOther) {
  Story story;
  for (int i = 0; i < 20; ++i) story.add(1, std::to_string(i)).ok(1, "null", "", "", "[]");
  std::string all;
  for (int i = 0; i < 20; ++i)
    if (i != 7) all += (all.empty() ? "[" : ",") + std::to_string(i);
  story.found(2, all + "]");
  const History history = std::move(story).history();
  const Evidence nothing;
  const Case whole(history, nothing);
  const PropertyInfo& lost = *find_property("lost-updates");
  Verdict verdict = lost.check(whole);
  minimise(verdict, lost, whole);
  ASSERT_EQ(verdict.witnesses.size(), 1U);
  EXPECT_EQ(verdict.witnesses[0].proof, (Names{14, 40}));
}

TEST(Minimise, GivesUpWithinItsLimits) {
  Story story;
  story.wrote(1, R"("a")").wrote(2, R"("b")").found(3, R"("a")");
  const History history = std::move(story).history();
  const Evidence nothing;
  const Case whole(history, nothing);
  const PropertyInfo& regular = *find_property("regular");
  Verdict verdict = regular.check(whole);
  minimise(verdict, regular, whole, {.judged = 5});
  ASSERT_EQ(verdict.witnesses.size(), 1U);
  EXPECT_TRUE(verdict.witnesses[0].proof.empty());
}

}  // namespace
}  // namespace fracas::checker
