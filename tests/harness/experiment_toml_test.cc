// What is written as TOML is read back as the same experiment.
#include "harness/experiment_toml.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/experiment_resolver.h"

namespace fracas::harness {
namespace {

/// Written to a file, and loaded.
Result<Experiment> read_back(const std::string& text) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("fracas-toml-" + std::to_string(::getpid()) + ".toml");
  std::ofstream(file) << text;
  Result<Experiment> loaded = load_experiment(file, {});
  std::filesystem::remove(file);
  return loaded;
}

/// Texts that TOML must escape, now and then.
rc::Gen<std::string> any_text() {
  return rc::gen::container<std::string>(rc::gen::element('a', 'Z', '7', ' ', '"', '\'', '\\', '\n', '\t',
                                                          '\x01', '\x7f', '#', '=', '[', '{', '.'));
}

rc::Gen<Nanoseconds> any_time(Nanoseconds most) { return rc::gen::inRange<Nanoseconds>(0, most); }

constexpr Nanoseconds kSecond = 1'000'000'000;

store::Config any_store() {
  store::Config config;
  config.nodes = *rc::gen::inRange(1, 8);
  config.n = *rc::gen::inRange(1, config.nodes + 1);
  config.r = *rc::gen::inRange(1, config.n + 1);
  config.w = *rc::gen::inRange(1, config.n + 1);
  config.conflict = *rc::gen::element(store::Conflict::siblings, store::Conflict::lww);
  config.anti_entropy_ns = *rc::gen::element<std::int64_t>(0, 250'000'000, kSecond);
  for (const store::BugInfo& bug : store::bugs())
    if (*rc::gen::inRange(0, 5) == 0) config.bugs.add(bug.bug);
  return config;
}

nemesis::FaultSpec any_fault(const std::vector<std::string>& nodes) {
  nemesis::FaultSpec spec;
  spec.kind = *rc::gen::element<std::string>("process.kill", "clock.jump", "network.partition");
  spec.target = *rc::gen::elementOf(nodes);
  spec.after = *any_time(20 * kSecond);
  spec.lasts = 1 + *any_time(5 * kSecond);
  spec.every = *rc::gen::element<Nanoseconds>(0, 2 * kSecond);
  if (spec.kind == "clock.jump") spec.parameters["by"] = *rc::gen::element<std::string>("-60s", "1.5s");
  if (spec.kind == "network.partition")
    spec.parameters["cut"] = std::vector<std::string>{"clients>" + spec.target, spec.target + ">clients"};
  return spec;
}

ScriptedOperation any_operation(const Experiment& e, int number) {
  ScriptedOperation operation;
  operation.at = *any_time(30 * kSecond);
  operation.client = *rc::gen::inRange(0, e.load.clients);
  operation.intent.key = "k" + *any_text();
  operation.intent.f =
      *rc::gen::element(checker::Function::read, checker::Function::write, checker::Function::remove_key);
  if (operation.intent.f == checker::Function::write)
    operation.intent.value = nlohmann::json(*any_text() + std::to_string(number)).dump();
  if (*rc::gen::arbitrary<bool>()) operation.node = *rc::gen::elementOf(node_names(e));
  operation.ends = *rc::gen::element<std::string>("", "ok", "fail", "info");
  if (operation.intent.f == checker::Function::read && *rc::gen::arbitrary<bool>())
    operation.sees = *rc::gen::element(std::vector<std::string>{}, std::vector<std::string>{"\"1-1\""},
                                       std::vector<std::string>{"1", "{\"a\":[]}"});
  return operation;
}

Experiment any_experiment() {
  Experiment e;
  e.name = *rc::gen::element<std::string>("a", "lww-clock-skew", "A_1");
  e.about = *any_text();
  e.seed = e.load.seed = *rc::gen::inRange<std::uint64_t>(0, INT64_MAX);
  e.world = *rc::gen::element(WorldKind::local, WorldKind::sim);
  e.steady = *any_time(10 * kSecond);
  e.duration = 30 * kSecond + *any_time(10 * kSecond);
  e.store = any_store();
  e.workload = "register";
  e.load.clients = *rc::gen::inRange(1, 30);
  e.load.reads = *rc::gen::element(0.0, 0.25, 0.5, 1.0 / 3);
  e.load.deletes = *rc::gen::element(0.0, 0.05, 0.1);
  e.clients.rate = *rc::gen::element(0.0, 12.5, 200.0, 1e6);
  e.clients.contexts = *rc::gen::arbitrary<bool>();
  const int faults = *rc::gen::inRange(0, 4);
  for (int i = 0; i < faults; ++i) e.faults.push_back(any_fault(node_names(e)));
  const int operations = *rc::gen::inRange(0, 6);
  for (int i = 0; i < operations; ++i) e.script.push_back(any_operation(e, i));
  if (*rc::gen::arbitrary<bool>()) e.expect["regular"] = *rc::gen::element<std::string>("holds", "violated");
  return e;
}

RC_GTEST_PROP(ExperimentToml, IsReadBackAsTheSameExperiment, ()) {
  const Experiment e = any_experiment();
  const std::string text = to_toml(e, *any_text());
  RC_LOG() << text;
  const Result<Experiment> again = read_back(text);
  if (!again) RC_FAIL(again.error().message);
  RC_ASSERT(to_json(*again) == to_json(e));
}

TEST(ExperimentTomlText, SaysOnlyWhatIsNotAsUsual) {
  Experiment e;
  e.name = "calm";
  EXPECT_EQ(to_toml(e), "name = \"calm\"\n\n[workload]\nkind = \"mixed\"\n");
}

TEST(ExperimentTomlText, ReadsLikeAStory) {
  Experiment e;
  e.name = "stale";
  e.workload = "register";
  e.load.clients = 2;
  e.store.nodes = 3;
  e.script = {{100'000'000, 0, {checker::Function::write, "k0", "\"1\""}, "n1"},
              {1'200'000'000, 1, {checker::Function::read, "k0"}, ""}};
  e.faults.push_back({"process.kill", "n2", 0, 2'000'000'000, 500'000'000, {}});
  EXPECT_EQ(
      to_toml(e, "What goes wrong:\n\na stale read."),
      "# What goes wrong:\n#\n# a stale read.\n\nname = \"stale\"\n\noperation = [\n"
      "  { at = \"100ms\", client = 0, do = \"write\", key = \"k0\", value = '\"1\"', node = \"n1\" },\n"
      "  { at = \"1.2s\",  client = 1, do = \"read\",  key = \"k0\" },\n]\n\n[store]\nnodes = "
      "3\n\n[workload]\n"
      "kind = \"register\"\nclients = 2\n\n[[fault]]\nkind = \"process.kill\"\ntarget = \"n2\"\n"
      "lasts = \"2s\"\nafter = \"500ms\"\n");
}

}  // namespace
}  // namespace fracas::harness
