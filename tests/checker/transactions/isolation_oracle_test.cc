// Every isolation level accuses only histories that no order explains, and of lists that were read to their
// end all of those. FRACAS_CASES says on how many histories (.ci/nightly: a million).
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "checker/property.h"
#include "checker/transactions/analysis.h"
#include "tests/checker/transactions/isolation_definitions.h"

namespace fracas::checker::transactions {
namespace {

std::uint64_t cases() {
  const char* wanted = std::getenv("FRACAS_CASES");
  return wanted == nullptr ? 10'000 : std::strtoull(wanted, nullptr, 10);
}

std::string shown(const History& history) {
  std::string out;
  for (const Operation& o : history.operations())
    out += std::to_string(o.invoked) + ".." + std::to_string(o.completed) + " session " +
           std::to_string(history.session(o)) + " " + std::string(history.text(o.value)) + "\n";
  return out;
}

struct Definition {
  std::string_view property;
  bool (*holds)(const SmallHistory&);
};

constexpr Definition kDefinitions[] = {
    {"read-committed", is_read_committed},
    {"repeatable-read", [](const SmallHistory& h) { return is_serializable(h, Scope::data); }},
    {"snapshot-isolation", [](const SmallHistory& h) { return has_snapshots(h, Scope::data); }},
    {"serializable", [](const SmallHistory& h) { return is_serializable(h, Scope::data); }},
    {"strong-session-snapshot-isolation",
     [](const SmallHistory& h) { return has_snapshots(h, Scope::process); }},
    {"strong-session-serializable", [](const SmallHistory& h) { return is_serializable(h, Scope::process); }},
    {"strong-snapshot-isolation", [](const SmallHistory& h) { return has_snapshots(h, Scope::realtime); }},
    {"strict-serializable", [](const SmallHistory& h) { return is_serializable(h, Scope::realtime); }},
};

TEST(IsolationOracle, AccusesWhatNoOrderExplains) {
  std::map<std::string_view, int> violated;
  for (std::uint64_t seed = 0; seed < cases(); ++seed) {
    const SmallHistory small = draw_small_history(seed);
    const History history = small.history();
    const Evidence nothing;
    JudgedAs judged_as;
    judged_as.model = small.lists ? Model::list_append : Model::rw_register;
    const Case whole(history, nothing, judged_as);
    for (const Definition& definition : kDefinitions) {
      const Verdict verdict = find_property(definition.property)->check(whole);
      if (verdict.result == Result::not_applicable) continue;
      const bool holds = definition.holds(small);
      if (verdict.result == Result::violated) {
        ++violated[definition.property];
        ASSERT_FALSE(holds) << "seed " << seed << ": " << definition.property << ": "
                            << verdict.witnesses.at(0).explanation << "\n"
                            << shown(history);
      } else if (small.complete) {
        ASSERT_TRUE(holds) << "seed " << seed << ": " << definition.property
                           << " is not seen to be violated\n"
                           << shown(history);
      }
    }
  }
  for (const Definition& definition : kDefinitions) {
    EXPECT_GT(violated[definition.property], 0) << definition.property;
  }
}

TEST(IsolationOracle, FansSaveEdgesAndChangeNoVerdict) {
  for (std::uint64_t seed = 0; seed < cases(); ++seed) {
    const SmallHistory small = draw_small_history(seed);
    const History history = small.history();
    const Transactions txns =
        decode(history, {.model = small.lists ? Model::list_append : Model::rw_register});
    AnalysisOptions with_fans;
    with_fans.graph.direct = 0;
    AnalysisOptions without;
    without.graph.direct = 1000;
    ASSERT_EQ(analyse(txns, with_fans).ruled_out(), analyse(txns, without).ruled_out())
        << "seed " << seed << "\n"
        << shown(history);
  }
}

}  // namespace
}  // namespace fracas::checker::transactions
