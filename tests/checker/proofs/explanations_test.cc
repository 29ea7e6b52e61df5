// Violations of different kinds as people are told of them, compared with files that were read aloud:
// explanations/*.txt. FRACAS_WRITE_EXPLANATIONS=1 writes them anew; read them before they are committed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "checker/proofs/minimise.h"
#include "checker/proofs/proof_text.h"
#include "tests/checker/story.h"

namespace fracas::checker {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(FRACAS_SOURCE_DIR) / "tests" / "checker" / "proofs" / "explanations";
const std::string kContext = R"({"n1#1":1})";

std::string told(std::string_view property, Story& story, const Evidence& evidence) {
  const History history = story.history();
  const Case whole(history, evidence);
  const PropertyInfo& info = *find_property(property);
  Verdict verdict = info.check(whole);
  minimise(verdict, info, whole);
  std::string text = verdict.property + " is violated\n";
  for (const Witness& witness : verdict.witnesses)
    text += '\n' + witness.explanation + "\n\n" + to_string(proof_text(witness, info, whole), 100);
  return text;
}

void expect_told(const std::string& name, std::string_view property, Story& story,
                 const Evidence& evidence = {}) {
  const std::filesystem::path file = kFolder / (name + ".txt");
  const std::string text = told(property, story, evidence);
  if (std::getenv("FRACAS_WRITE_EXPLANATIONS") != nullptr) std::ofstream(file) << text;
  std::ifstream in(file);
  std::stringstream expected;
  expected << in.rdbuf();
  EXPECT_EQ(text, expected.str()) << file;
}

Evidence partitioned(Evidence evidence) {
  evidence.faults.push_back({.kind = "network.partition",
                             .nodes = {"n1", "n2"},
                             .begin_ns = 1'500'000'000,
                             .end_ns = 4'500'000'000,
                             .took_effect = true});
  return evidence;
}

TEST(Explanations, AReadOfWhatHadBeenSuperseded) {
  Story s;
  s.wrote(1, R"("blue")").wrote(4, R"("grey")").wrote(2, R"("green")").found(5, R"("green")");
  s.found(3, R"("blue")");
  expect_told("regular", "regular", s, partitioned({}));
}

TEST(Explanations, ASiblingThatIsMissing) {
  Story s;
  s.wrote(1, R"("blue")").wrote(2, R"("green")").found(3, R"(["green"])");
  expect_told("regular-siblings", "regular", s, partitioned(siblings_store()));
}

TEST(Explanations, AnOwnWriteThatIsNotSeen) {
  Story s;
  s.wrote(2, R"("blue")").wrote(1, R"("green")").found(1, R"("blue")");
  expect_told("read-your-writes", "read-your-writes", s);
}

TEST(Explanations, AReadThatGoesBack) {
  Story s;
  s.wrote(1, R"("blue")").write(2, R"("green")").found(3, R"("green")").found(3, R"("blue")").ok(2);
  expect_told("monotonic-reads", "monotonic-reads", s);
}

TEST(Explanations, AWriteThatComesBeforeWhatItsSessionHadRead) {
  Story s;
  s.wrote(1, R"("blue")").found(2, R"(["blue"])").wrote(2, R"("green")", "", kContext);
  s.found(3, R"(["blue","green"])");
  expect_told("writes-follow-reads", "writes-follow-reads", s, siblings_store());
}

TEST(Explanations, AnUpdateThatIsLost) {
  Story s;
  s.add(3, R"("milk")").ok(3, "null", "", "", "[]");
  s.add(1, R"("bread")").add(2, R"("eggs")");
  s.ok(1, "null", "", "", R"(["milk"])").ok(2, "null", "", "", R"(["milk"])");
  s.found(4, R"(["milk","eggs"])", "", true);
  expect_told("lost-updates", "lost-updates", s, partitioned({}));
}

TEST(Explanations, AWriteThatLosesToAnEarlierOne) {
  Story s;
  s.wrote(1, R"("blue")", R"([62000000,"n1",0])").wrote(2, R"("green")", R"([3000000,"n2",0])");
  Evidence evidence;
  evidence.conflict = "lww";
  evidence.wall_start_us = 0;
  evidence.faults.push_back({.kind = "clock.jump",
                             .nodes = {"n1"},
                             .begin_ns = 0,
                             .end_ns = 2'000'000'000,
                             .took_effect = true,
                             .skew_ns = 60'000'000'000});
  expect_told("lost-writes", "lost-writes", s, evidence);
}

TEST(Explanations, AWriteThatIsGoneAtTheEnd) {
  Story s;
  s.wrote(1, R"("blue")").wrote(2, R"("green")");
  expect_told("durability", "durability", s, dumped("siblings", {{R"("blue")"}, {R"("blue")"}}));
}

TEST(Explanations, AVersionBesideWhatSupersededIt) {
  Story s;
  s.wrote(1, R"("blue")").found(2, R"(["blue"])").wrote(2, R"("green")", "", kContext);
  s.found(3, R"(["blue","green"])");
  expect_told("antichain", "antichain", s, siblings_store());
}

TEST(Explanations, ReplicasThatDiffer) {
  Story s;
  s.wrote(1, R"("blue")").wrote(2, R"("green")");
  expect_told("convergence", "convergence", s, dumped("siblings", {{R"("blue")"}, {R"("green")"}}));
}

TEST(Explanations, AFailureThatHappened) {
  Story s;
  s.write(1, R"("blue")").fail(1, "timeout after 2 s").found(2, R"("blue")");
  expect_told("honest-failures", "honest-failures", s);
}

TEST(Explanations, AValueThatNobodyWrote) {
  Story s;
  s.wrote(1, R"("blue")").found(2, R"("bleu")");
  expect_told("no-phantoms", "no-phantoms", s);
}

}  // namespace
}  // namespace fracas::checker
