// The judgements of sessions over all keys find exactly what their definitions, enumerated, find; and what
// they show for it proves it when it is judged alone. FRACAS_CASES says on how many histories (.ci/nightly:
// 1,000,000).
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "checker/property.h"
#include "tests/checker/visibility/session_definitions.h"

namespace fracas::checker {
namespace {

using definitions::SessionRunOptions;
using definitions::Unclear;

std::uint64_t cases() {
  const char* wanted = std::getenv("FRACAS_CASES");
  return wanted == nullptr ? 10'000 : std::strtoull(wanted, nullptr, 10);
}

/// A different mixture for each seed.
SessionRunOptions options_of(std::uint64_t seed) {
  return {.seed = seed,
          .operations = 2 + static_cast<int>(seed % 9),
          .sessions = 1 + static_cast<int>(seed / 9 % 4),
          .keys = 1 + static_cast<int>(seed / 36 % 3),
          .writes = 30 + static_cast<int>(seed / 108 % 3) * 15,
          .troubled = static_cast<int>(seed / 324 % 3) * 20};
}

/// The history of some operations alone; those that began keep their order, and their index its place.
History only(const History& history, const std::vector<std::uint32_t>& kept) {
  struct At {
    const Operation* operation;
    bool completion;
  };
  std::vector<std::pair<std::uint32_t, At>> events;
  for (const std::uint32_t index : kept) {
    const Operation* o = history.invoked_at(index);
    events.push_back({o->invoked, {o, false}});
    if (o->outcome == Outcome::ok) events.push_back({o->completed, {o, true}});
  }
  std::sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  HistoryBuilder builder;
  std::uint64_t index = 0;
  for (const auto& [time, at] : events) {
    Event event{.index = index,
                .time_ns = static_cast<std::int64_t>(index),
                .type = at.completion ? EventType::ok : EventType::invoke,
                .process = history.process_number(*at.operation),
                .session = history.session(*at.operation),
                .f = at.operation->f,
                .key = std::string(history.text(at.operation->key))};
    if (event.f == Function::write || at.completion) event.value = history.text(at.operation->value);
    EXPECT_TRUE(builder.add(event));
    ++index;
  }
  return std::move(builder).finish();
}

using Definition = bool (*)(const History&, Unclear);

void same(const char* property, Definition definition) {
  std::uint64_t violated = 0;
  for (std::uint64_t seed = 0; seed < cases(); ++seed) {
    const History history = definitions::session_run(options_of(seed));
    const Verdict verdict = find_property(property)->check(Case(history, {}));
    const bool fine = definition(history, Unclear::left_out);
    ASSERT_EQ(verdict.result == Result::violated, !fine) << "seed " << seed;
    if (fine) continue;
    ++violated;
    for (const Witness& witness : verdict.witnesses) {
      const History alone = only(history, witness.operations);
      ASSERT_FALSE(definition(alone, Unclear::left_out)) << "seed " << seed << ": " << witness.explanation;
    }
  }
  EXPECT_GT(violated, cases() / 20);
  EXPECT_LT(violated, cases() - cases() / 20);
}

/// With deletes and equal values only what no explanation excuses is accused.
void never_wrong(const char* property, Definition definition) {
  std::uint64_t violated = 0;
  for (std::uint64_t seed = 0; seed < cases() / 4; ++seed) {
    SessionRunOptions options = options_of(seed);
    options.operations = 2 + static_cast<int>(seed % 7);
    options.deletes = 30;
    options.equal = seed % 2 == 0 ? 0 : 30;
    const History history = definitions::session_run(options);
    const Verdict verdict = find_property(property)->check(Case(history, {}));
    ASSERT_EQ(verdict.result == Result::violated, !definition(history, Unclear::left_out)) << "seed " << seed;
    if (verdict.result != Result::violated) continue;
    ++violated;
    ASSERT_FALSE(definition(history, Unclear::any_of_them)) << "seed " << seed;
  }
  EXPECT_GT(violated, cases() / 100);
}

TEST(SessionsOracle, Causal) { same("causal", definitions::causal); }
TEST(SessionsOracle, Pram) { same("pram", definitions::pram); }
TEST(SessionsOracle, PramWithDeletesAndEqualValues) { never_wrong("pram", definitions::pram); }
TEST(SessionsOracle, CausalWithDeletesAndEqualValues) { never_wrong("causal", definitions::causal); }

}  // namespace
}  // namespace fracas::checker
