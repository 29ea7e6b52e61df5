// Elle's own unit tests, as they were recorded: each gets the anomalies and the models that Elle expects.
// Three things differ on purpose. A read of what nobody wrote is an anomaly here (garbage-read) and goes
// unnoticed there; it is left out of the comparison. An empty graph is no anomaly here. And where Elle stops
// at the first anomaly that ties some transactions together, ours also tells of those that sessions and real
// time add, though they rule out nothing more.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "checker/transactions/analysis.h"

namespace fracas::checker::transactions {
namespace {

using nlohmann::json;
using Names = std::set<std::string>;

/// FRACAS_HISTORIES, else shared/histories beside the checkout or further up.
std::filesystem::path recorded(const std::string& name) {
  if (const char* folder = std::getenv("FRACAS_HISTORIES")) return std::filesystem::path(folder) / name;
  for (auto at = std::filesystem::current_path(); at.has_relative_path(); at = at.parent_path())
    if (const auto file = at / "shared" / "histories" / name; std::filesystem::exists(file)) return file;
  return name;
}

/// A completion without an invocation may have been invoked before anything else, by anyone.
class Recording {
 public:
  History history(const json& events) {
    for (std::size_t i = 0; i < events.size(); ++i)
      if (events[i]["type"] != "invoke" && !open_before(events, i)) alone_.insert(i);
    for (const std::size_t i : alone_) {
      processes_[i] = next_process_++;
      add(events[i], EventType::invoke, processes_[i]);
    }
    std::map<int, std::vector<int>> open;  // of each process of the recording: ours
    for (std::size_t i = 0; i < events.size(); ++i) {
      const int process = events[i]["process"];
      if (events[i]["type"] == "invoke") {
        const int ours = open[process].empty() ? process : next_process_++;
        open[process].push_back(ours);
        add(events[i], EventType::invoke, ours);
      } else if (alone_.contains(i)) {
        add(events[i], *event_type_from(events[i]["type"].get<std::string>()), processes_[i]);
      } else {
        add(events[i], *event_type_from(events[i]["type"].get<std::string>()), open[process].back());
        open[process].pop_back();
      }
    }
    return std::move(builder_).finish();
  }

 private:
  static bool open_before(const json& events, std::size_t completion) {
    int open = 0;
    for (std::size_t i = 0; i < completion; ++i)
      if (events[i]["process"] == events[completion]["process"])
        open = std::max(0, open + (events[i]["type"] == "invoke" ? 1 : -1));
    return open > 0;
  }

  void add(const json& recorded, EventType type, int process) {
    Event event;
    event.index = index_++;
    event.type = type;
    event.process = event.session = process;
    event.f = Function::txn;
    event.value = recorded["value"].dump();
    const auto added = builder_.add(event);
    EXPECT_TRUE(added) << added.error();
  }

  HistoryBuilder builder_;
  std::set<std::size_t> alone_;
  std::map<std::size_t, int> processes_;
  std::uint64_t index_ = 0;
  int next_process_ = 1000;
};

Names strings(const json& array) {
  Names names;
  if (array.is_array())
    for (const json& name : array) names.insert(name.get<std::string>());
  return names;
}

bool any_has(const Names& names, std::string_view part) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return name.find(part) != std::string::npos; });
}

/// What Elle was asked to look for: anomalies by name, or those that some models forbid.
bool asked_for(const Kind& kind, const Names& anomalies, const Names& models) {
  const std::string name(to_string(kind.phenomenon));
  if (!anomalies.empty())
    return anomalies.contains(name) || (anomalies.contains("G1") && name.starts_with("G1")) ||
           (anomalies.contains("G2") && name == "G2-item");
  for (const Isolation model : kind.ruled_out.list())
    if (models.contains(std::string(to_string(model)))) return true;
  return false;
}

std::string in_elle(Isolation model) {
  return model == Isolation::strict_serializable ? "strong-serializable" : std::string(to_string(model));
}

std::string in_elle(const Kind& kind) {
  std::string name(to_string(kind.phenomenon));
  if (kind.phenomenon == Phenomenon::g_single || kind.phenomenon == Phenomenon::g_nonadjacent)
    name += "-item";
  return name + std::string(suffix(kind.scope));
}

void judge(const json& recorded) {
  const json& wanted = recorded["opts"];
  Names models = strings(wanted.value("consistency-models", json()));
  const Names anomalies = strings(wanted.value("anomalies", json()));
  if (models.empty()) models = {"strict-serializable"};
  if (models.contains("strong-serializable")) models.insert("strict-serializable");
  AnalysisOptions options;
  options.graph.process = anomalies.empty() && any_has(models, "strong-session");
  options.graph.realtime = anomalies.empty() && models.contains("strict-serializable");
  options.vouched.linearizable_keys = wanted.value("linearizable-keys?", false);
  const History history = Recording().history(recorded["history"]);
  JudgedAs judged_as;
  judged_as.model = model_from(recorded["checker"].get<std::string>());
  const Transactions txns = decode(history, judged_as);
  ASSERT_EQ(txns.problem, "");
  Names expected = strings(recorded["expect"]["anomaly-types"]);
  expected.erase("empty-transaction-graph");
  Names found;
  Isolations ruled;
  const Findings findings = analyse(txns, options);
  for (const Kind* kind : findings.found()) {
    if (kind->phenomenon == Phenomenon::garbage_read || !asked_for(*kind, anomalies, models)) continue;
    if (kind->scope == Scope::data || expected.contains(in_elle(*kind)) || expected.empty())
      found.insert(in_elle(*kind));
    ruled.add(kind->ruled_out);
    for (const Story& story : kind->stories) EXPECT_FALSE(story.text.empty());
  }
  EXPECT_EQ(found, expected);
  Names is_not;
  for (const Isolation model : weakest(ruled).list()) is_not.insert(in_elle(model));
  Names also_not;
  for (const Isolation model : ruled.list())
    if (!is_not.contains(in_elle(model))) also_not.insert(in_elle(model));
  EXPECT_EQ(is_not, strings(recorded["expect"]["not"]));
  EXPECT_EQ(also_not, strings(recorded["expect"]["also-not"]));
}

TEST(ElleCases, GetTheirKnownVerdicts) {
  const auto file = recorded("elle_cases.jsonl");
  if (!std::filesystem::exists(file))
    GTEST_SKIP() << file << " is absent (FRACAS_HISTORIES names the folder)";
  std::ifstream lines(file);
  int number = 0;
  for (std::string line; std::getline(lines, line); ++number) {
    const json recorded = json::parse(line);
    SCOPED_TRACE("line " + std::to_string(number + 1) + ": " + recorded["test"].get<std::string>() + " " +
                 recorded["opts"].dump());
    judge(recorded);
  }
  EXPECT_EQ(number, 40);
}

}  // namespace
}  // namespace fracas::checker::transactions
