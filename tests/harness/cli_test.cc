// The command line, without processes: what is said to mistakes, what is listed and explained, and what a dry
// run prints.
#include "harness/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/commands/list.h"
#include "harness/commands/live_line.h"
#include "harness/commands/run.h"
#include "harness/commands/table.h"

namespace fracas::harness {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct Said {
  Exit code;
  std::string out, err;
};
Said fracas(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  Console console{out, err};
  const Exit code = run_command_line(arguments, console);
  return {code, out.str(), err.str()};
}

TEST(CommandLine, MistakesAre254WithTheWordMeant) {
  const std::pair<std::vector<std::string>, std::string> mistakes[] = {
      {{"rnu"}, "fracas: there is no command 'rnu', did you mean 'run'?\n"},
      {{"run", "--sede", "7"}, "fracas: run has no option '--sede', did you mean '--seed'?\n"},
      {{"run", "--set", "store.rr=1", "--dry-run"},
       "fracas: --set store.rr=1: there is no key 'rr' in [store], did you mean 'r'?\n"},
      {{"run", "--fault", "netwrok", "--dry-run"},
       "fracas: --fault netwrok: there is no such class or kind of fault, did you mean 'network'?\n"},
      {{"run", "weak-qorum", "--dry-run"},
       "fracas: weak-qorum: there is no such experiment file, did you mean 'weak-quorum'?\n"},
      {{"list", "fautls"},
       "fracas: list fautls: there is nothing to list of that name, did you mean 'faults'?\n"},
      {{"explain", "regullar"},
       "fracas: explain regullar: nothing is called that, did you mean 'regular'?\n"},
      {{"report", "no-such-folder"}, "fracas: no-such-folder: is no run folder\n"},
      {{"check", "no-such-folder"}, "fracas: no-such-folder: there is no such run folder or history\n"},
      {{"check", "any", "--format", "edm"},
       "fracas: --format edm: there is no such format, did you mean 'edn'?\n"},
      {{"check", "any", "--algorithm", "zone"},
       "fracas: --algorithm zone: there is no such algorithm, did you mean 'zones'?\n"},
      {{"check", "any", "--model", "cas-regsiter"},
       "fracas: --model cas-regsiter: there is no such model, did you mean 'cas-register'?\n"},
      {{"check", "any", "--initial", "nil"},
       "fracas: --initial nil: no JSON value, expected one such as 0 or '\"a\"'\n"},
  };
  for (const auto& [arguments, message] : mistakes) {
    const Said said = fracas(arguments);
    EXPECT_EQ(said.code, Exit::usage);
    EXPECT_EQ(said.err, message);
    EXPECT_EQ(said.out, "");
  }
}

TEST(CommandLine, AFolderIsNoExperiment) {
  EXPECT_THAT(fracas({"run", "/", "--dry-run"}).err,
              StartsWith("fracas: /: is no file; an experiment is a TOML"));
}

TEST(CommandLine, AMessageDoesNotCommandTheTerminal) {
  std::ostringstream out, err;
  const Console console{out, err};
  complain(console, {Exit::usage, "a\033[2Jb"});
  EXPECT_EQ(err.str(), "fracas: a?[2Jb\n");
}

TEST(CommandLine, OtherUsageErrorsAre254Too) {
  const std::vector<std::vector<std::string>> mistakes = {{},
                                                          {"check"},
                                                          {"run", "--seed", "seven"},
                                                          {"run", "--seed", "0"},
                                                          {"run", "--duration", "30 parsecs"},
                                                          {"run", "--set", "store.r"},
                                                          {"run", "--world", "mars"},
                                                          {"list"},
                                                          {"--frobnicate"}};
  for (const auto& arguments : mistakes) {
    const Said said = fracas(arguments);
    EXPECT_EQ(said.code, Exit::usage) << testing::PrintToString(arguments);
    EXPECT_THAT(said.err, StartsWith("fracas: "));
  }
}

TEST(CommandLine, HelpBeginsWithExamples) {
  const Said said = fracas({"--help"});
  EXPECT_EQ(said.code, Exit::pass);
  EXPECT_LT(said.out.find("Examples:"), said.out.find("Usage:"));
  for (const char* command : {"run", "check", "cluster", "list", "explain", "doctor", "report"}) {
    const Said help = fracas({command, "--help"});
    EXPECT_EQ(help.code, Exit::pass) << command;
    EXPECT_FALSE(help.out.empty());
  }
}

TEST(CommandLine, SaysItsVersion) { EXPECT_THAT(fracas({"--version"}).out, StartsWith("fracas 0.")); }

TEST(DryRun, PrintsExperimentAndPlanAsJson) {
  const Said said = fracas({"run", "--seed", "7", "--duration", "10s", "--dry-run", "--json"});
  ASSERT_EQ(said.code, Exit::pass) << said.err;
  const nlohmann::json document = nlohmann::json::parse(said.out);
  EXPECT_EQ(document["experiment"]["seed"], 7);
  EXPECT_EQ(document["experiment"]["duration"], "10s");
  EXPECT_EQ(document["plan"]["seed"], 7);
  EXPECT_FALSE(document["plan"]["faults"].empty());
}

TEST(DryRun, IsReadableWithoutJson) {
  const Said said = fracas({"run", "partition", "--seed", "7", "--dry-run"});
  EXPECT_THAT(said.out, HasSubstr("Promised, if all these faults take effect"));
  EXPECT_THAT(said.out, HasSubstr("begins  lasts  fault"));
}

TEST(DryRun, IsDecidedByTheSeed) {
  const std::vector<std::string> arguments{"run", "--dry-run", "--json", "--seed"};
  const auto with = [&](const char* seed) {
    std::vector<std::string> all = arguments;
    all.emplace_back(seed);
    return fracas(all).out;
  };
  EXPECT_EQ(with("7"), with("7"));
  EXPECT_NE(with("7"), with("8"));
}

TEST(DryRun, FaultsCanBeReplacedByClassOrKind) {
  const Said said = fracas({"run", "--fault", "clock,process.kill", "--seed", "7", "--dry-run", "--json"});
  ASSERT_EQ(said.code, Exit::pass) << said.err;
  std::vector<std::string> kinds;
  const nlohmann::json document = nlohmann::json::parse(said.out);
  for (const auto& fault : document["experiment"]["fault"]) kinds.push_back(fault["kind"]);
  EXPECT_THAT(kinds, testing::UnorderedElementsAre("clock.jump", "clock.drift", "clock.strobe",
                                                   "clock.freeze", "process.kill"));
}

TEST(DryRun, FaultNoneIsARunWithoutFaults) {
  const Said said = fracas({"run", "--fault", "none", "--seed", "7", "--dry-run", "--json"});
  ASSERT_EQ(said.code, Exit::pass) << said.err;
  EXPECT_TRUE(nlohmann::json::parse(said.out)["plan"]["faults"].empty());
  EXPECT_EQ(fracas({"run", "--fault", "none,network", "--dry-run"}).code, Exit::usage);
}

TEST(Reproduce, TheCommandRepeatsEverythingThatMatters) {
  RunOptions options;
  options.experiment = "my try.toml";
  options.settings = {{"store.r", "1"}, {"seed", "7"}, {"workload.kind", "set"}};
  options.faults = {"clock"};
  options.json = true;
  Experiment experiment;
  experiment.seed = 7;
  EXPECT_EQ(reproduce_command(options, experiment),
            "fracas run 'my try.toml' --set store.r=1 --set workload.kind=set --fault clock --seed 7");
}

TEST(List, NamesEverythingWithASentence) {
  for (const std::string& name : catalogue_names()) {
    const Said said = fracas({"list", name});
    EXPECT_EQ(said.code, Exit::pass);
    for (const CatalogueEntry& entry : catalogue(name)) {
      EXPECT_THAT(said.out, HasSubstr(entry.name));
      EXPECT_FALSE(entry.sentence.empty()) << entry.name;
    }
  }
}

TEST(Explain, KnowsEveryNameThatListPrints) {
  for (const std::string& name : catalogue_names())
    for (const CatalogueEntry& entry : catalogue(name))
      EXPECT_EQ(fracas({"explain", entry.name}).code, Exit::pass) << entry.name;
}

TEST(Explain, TellsEveryMeaningOfAName) {
  EXPECT_THAT(fracas({"explain", "register"}).out, AllOf(HasSubstr("a workload"), HasSubstr("a model")));
}

TEST(Explain, OfAnExperimentSaysWhatIsPromisedAndFits100Columns) {
  const Said said = fracas({"explain", "lww-clock-skew"});
  EXPECT_THAT(said.out, HasSubstr("not guaranteed"));
  EXPECT_THAT(said.out, HasSubstr("expected: violated"));
  std::istringstream lines(said.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100U) << line;
}

/// The cells of a property in the matrix: "yes" and "no", without the numbers of their reasons.
std::vector<std::string> cells(const std::string& text, const std::string& property) {
  std::istringstream lines(text.substr(text.find("under each group of faults")));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(property + ' ')) continue;
    std::istringstream words(line.substr(property.size()));
    std::vector<std::string> found;
    for (std::string word; words >> word;)
      if (word == "yes" || word == "no") found.push_back(word);
    return found;
  }
  return {};
}

TEST(Run, RefusesToChangeARingThatIsFixedAndSaysWhy) {
  const Said said =
      fracas({"run", "--fault", "ring.leave", "--seed", "7", "--set", "store.coordinator=client", "--set",
              "store.hints=off", "--set", "store.rejoin=immediate", "--dry-run"});
  EXPECT_EQ(said.code, Exit::usage);
  EXPECT_THAT(said.err, HasSubstr("ring.leave: with coordinator = client the ring stays as it is"));
  EXPECT_EQ(fracas({"run", "--fault", "ring", "--seed", "7", "--dry-run"}).code, Exit::pass);
}

TEST(Run, ADrawnExperimentWithAnotherStoreChangesItsRingWhereItCan) {
  for (int seed = 1; seed <= 60; ++seed) {
    const Said said = fracas({"run", "swarm", "--world", "sim", "--seed", std::to_string(seed), "--set",
                              "store.nodes=5", "--set", "store.preset=dynamo", "--dry-run", "--json"});
    ASSERT_EQ(said.code, Exit::pass) << said.err;
    EXPECT_THAT(said.out, testing::Not(HasSubstr("\"ring."))) << "stand-ins";
  }
}

TEST(Explain, OfAConfigurationHasACellForEachGroupOfFaultsAndAReasonForEachCell) {
  const std::string out = fracas({"explain", "lww-clock-skew"}).out;
  // none, process, network, clock, full disk, power, 1 disk, disks, ring
  EXPECT_THAT(cells(out, "regular"), ElementsAre("yes", "yes", "yes", "no", "yes", "yes", "no", "no", "yes"));
  EXPECT_THAT(cells(out, "durability"),
              ElementsAre("yes", "yes", "yes", "yes", "yes", "yes", "yes", "no", "yes"));
  EXPECT_THAT(out, HasSubstr("\n 1  "));
}

TEST(Explain, KnowsClassesOfFaults) {
  EXPECT_THAT(fracas({"explain", "clock"}).out, HasSubstr("clock.strobe"));
}

TEST(Explain, OfAnUnknownNameSaysWhereNamesAre) {
  const Said said = fracas({"explain", "zzzzzz"});
  EXPECT_EQ(said.code, Exit::usage);
  EXPECT_THAT(said.err, HasSubstr("`fracas list` names workloads, faults"));
  EXPECT_LT(said.err.size(), 300U);
}

TEST(Explain, KnowsKeysAndTables) {
  EXPECT_THAT(fracas({"explain", "workload.rate"}).out, HasSubstr("operations a second"));
  EXPECT_THAT(fracas({"explain", "anti_entropy"}).out, HasSubstr("store.anti_entropy"));
  EXPECT_THAT(fracas({"explain", "store"}).out, HasSubstr("store.conflict"));
}

TEST(Table, WrapsItsLastColumn) {
  EXPECT_EQ(table({"a", "b"}, {{"x", "one two three four five six"}}, 24),
            "a  b\nx  one two three four\n   five six\n");
}

TEST(LiveLine, ShowsPhaseRateMissingNodesAndFaults) {
  const Progress progress{"torment", 12, 30, 2400, 3, 12, 198, {"n1", "n2"}, {"n3"}, {"clock.jump n1"}};
  EXPECT_EQ(progress_text(progress, 200),
            "torment 12/30 s | 198 ops/s, ok 2400, fail 3, info 12 | clock.jump n1 | not ready: n3");
  EXPECT_EQ(progress_text(progress, 20).size(), 20U);
}

TEST(LiveLine, OfAPhaseThatEndsWhenItCanShowsALimit) {
  EXPECT_EQ(progress_text({"settle", 2, 20, 9, 0, 0, 0, {"n1"}, {}, {}}, 200),
            "settle 2 s (at most 20) | 0 ops/s, ok 9, fail 0, info 0");
}

TEST(LiveLine, IsAPlainLineEveryFiveSecondsWithoutATerminal) {
  std::ostringstream out, err;
  Console console{out, err};
  LiveLine line(console, false);
  for (int i = 0; i < 40; ++i) line.show({"torment", i * 0.25, 30, 0, 0, 0, 0, {}, {}, {}});
  const std::string text = err.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

}  // namespace
}  // namespace fracas::harness
