// The cases of Jepsen's own checkers (queue, set, set-full, total-queue, unique-ids, counter) get the
// verdicts that Jepsen's tests expect.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "checker/property.h"
#include "checker/set_elements.h"
#include "tests/checker/recorded_histories.h"

namespace fracas::checker {
namespace {

using nlohmann::json;

/// Which of our properties say what a checker of Jepsen's says. Its set asks for lost and for unexpected
/// elements.
const std::map<std::string, std::vector<std::string>> kProperties = {
    {"queue", {"dequeued-once"}}, {"total-queue", {"total-queue"}}, {"set", {"set-full", "no-phantoms"}},
    {"set-full", {"set-full"}},   {"counter", {"counter-bounds"}},  {"unique-ids", {"unique-ids"}}};

Event to_event(const json& line, bool counter) {
  Event event{.time_ns = line["time"],
              .type = *event_type_from(line["type"].get<std::string>()),
              .process = line["process"],
              .f = *function_from(line["f"].get<std::string>()),
              .value = line["value"].dump()};
  event.session = event.process;
  if (counter && event.f == Function::add) event.f = Function::increment;
  const bool queue =
      event.f == Function::enqueue || event.f == Function::dequeue || event.f == Function::generate;
  if (!queue) event.key = "object";
  return event;
}

/// Some cases have completions without invocations, which come right before; some, processes that go on after
/// an operation of unknown outcome, which get another number.
History to_history(const json& test) {
  HistoryBuilder builder;
  std::set<std::int32_t> open;
  std::map<std::int32_t, std::int32_t> retired;
  std::uint64_t index = 0;
  const auto add = [&](Event event) {
    event.index = index++;
    const auto added = builder.add(event);
    EXPECT_TRUE(added) << added.error();
  };
  for (const json& line : test["history"]) {
    Event event = to_event(line, test["checker"] == "counter");
    event.process = event.session = event.process + 100 * retired[event.process];
    if (event.type == EventType::invoke) {
      open.insert(event.process);
    } else if (open.erase(event.process) == 0) {
      Event invocation = event;
      invocation.type = EventType::invoke;
      add(invocation);
    }
    add(event);
    if (event.type == EventType::info) ++retired[event.process % 100];
  }
  return std::move(builder).finish();
}

/// Jepsen's word for all of them together.
json valid(const json& test, const Case& whole) {
  json worst = true;
  for (const std::string& name : kProperties.at(test["checker"])) {
    const Verdict verdict = find_property(name)->check(whole);
    if (verdict.result == Result::violated) return false;
    if (verdict.result == Result::unknown) worst = "unknown";
  }
  return worst;
}

/// The elements of each fate, as Jepsen's set-full counts them.
json fates(const Case& whole) {
  json found = {
      {"lost", json::array()}, {"never_read", json::array()}, {"stale", json::array()}, {"stable_count", 0}};
  for (const KeyCase& key : whole.keys()) {
    for (const SetElement& element : set_elements(key)) {
      const json value = json::parse(whole.history().text(element.value));
      if (element.fate() == ElementFate::lost) found["lost"].push_back(value);
      if (element.fate() == ElementFate::never_read) found["never_read"].push_back(value);
      if (element.fate() != ElementFate::stable) continue;
      found["stable_count"] = found["stable_count"].get<int>() + 1;
      if (element.latency_ns(whole.history()) / 1'000'000 > 0) found["stale"].push_back(value);
    }
  }
  return found;
}

/// The largest latency in ms of the elements of a fate.
std::int64_t worst_latency(const Case& whole, ElementFate fate) {
  std::int64_t worst = 0;
  for (const KeyCase& key : whole.keys())
    for (const SetElement& element : set_elements(key))
      if (element.fate() == fate) worst = std::max(worst, element.latency_ns(whole.history()) / 1'000'000);
  return worst;
}

TEST(JepsenCases, GetTheVerdictsThatJepsenExpects) {
  const auto path = recorded_histories() / "jepsen_checker_cases.jsonl";
  FRACAS_SKIP_WITHOUT(path);
  std::ifstream file(path);
  int cases = 0;
  for (std::string line; std::getline(file, line); ++cases) {
    const json test = json::parse(line);
    SCOPED_TRACE(test["checker"].get<std::string>() + ": " + test["name"].get<std::string>());
    const History history = to_history(test);
    const Evidence nothing;
    const bool counter = test["checker"] == "counter";
    const Case whole(history, nothing, {.model = counter ? std::optional(Model::counter) : std::nullopt});
    const json& expect = test["expect"];
    EXPECT_EQ(valid(test, whole), expect["valid"]);
    if (test["checker"] != "set-full") continue;
    const json found = fates(whole);
    for (const char* fate : {"lost", "never_read", "stale", "stable_count"})
      EXPECT_EQ(found[fate], expect[fate]) << fate;
    if (expect.contains("lost_latencies")) {
      EXPECT_EQ(worst_latency(whole, ElementFate::lost), expect["lost_latencies"]["1"]);
    }
    if (expect.contains("stable_latencies")) {
      EXPECT_EQ(worst_latency(whole, ElementFate::stable), expect["stable_latencies"]["1"]);
    }
  }
  EXPECT_EQ(cases, 32);
}

}  // namespace
}  // namespace fracas::checker
