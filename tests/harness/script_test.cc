// Scripted operations: what is read from [[operation]] entries, what is refused and with which words.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/experiment.h"

namespace fracas::harness {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// The file's name does not tell the machine's folders, so that messages can be compared.
Result<Experiment> load(const std::string& text, const Settings& settings = {}) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("fracas-script-" + std::to_string(::getpid()) + ".toml");
  std::ofstream(file) << text;
  Result<Experiment> loaded = load_experiment(file, settings);
  std::filesystem::remove(file);
  if (loaded) return loaded;
  std::string message = loaded.error().message;
  if (message.starts_with(file.string())) message.replace(0, file.string().size(), "my-try.toml");
  return Error{loaded.error().code, message};
}

std::string refusal(const std::string& text, const Settings& settings = {}) {
  const Result<Experiment> experiment = load(text, settings);
  return experiment ? "accepted" : experiment.error().message;
}

constexpr const char* kScript = R"(
[store]
nodes = 3
[workload]
kind = "register"
clients = 2
[[operation]]
at = "100ms"
client = 1
do = "write"
key = "k0"
value = '"1-1"'
node = "n2"
[[operation]]
at = "1.5s"
do = "read"
key = "k0"
)";

TEST(Script, SaysExactlyWhoDoesWhatWhen) {
  const Result<Experiment> e = load(kScript);
  ASSERT_TRUE(e) << e.error().message;
  ASSERT_EQ(e->script.size(), 2U);
  const ScriptedOperation& write = e->script[0];
  EXPECT_EQ(write.at, 100'000'000);
  EXPECT_EQ(write.client, 1);
  EXPECT_EQ(write.intent.f, checker::Function::write);
  EXPECT_EQ(write.intent.key, "k0");
  EXPECT_EQ(write.intent.value, "\"1-1\"");
  EXPECT_EQ(write.node, "n2");
  const ScriptedOperation& read = e->script[1];
  EXPECT_EQ(read.client, 0);
  EXPECT_EQ(read.intent.value, "null");
  EXPECT_EQ(read.node, "") << "the session chooses";
}

TEST(Script, MayBeALineForEachOperation) {
  const Result<Experiment> e = load(
      "operation = [\n  { at = \"1s\", do = \"write\", key = \"k\", value = 1 },\n"
      "  { at = \"2s\", do = \"read\", key = \"k\" },\n]\n[workload]\nkind = \"register\"\n");
  ASSERT_TRUE(e) << e.error().message;
  EXPECT_EQ(e->script.size(), 2U);
  EXPECT_EQ(e->script[0].intent.value, "1");
}

TEST(Script, GoesToJsonAndBackWithoutLoss) {
  const nlohmann::json json = to_json(*load(kScript));
  const Result<Experiment> again = experiment_from_json(json);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), json);
  EXPECT_EQ(json.at("operation").at(0).at("value"), "\"1-1\"") << "the JSON text of the value";
  EXPECT_FALSE(json.at("operation").at(1).contains("node"));
}

TEST(Script, KeepsItsValuesCompact) {
  const Result<Experiment> e = load(kScript, {{"operation.0.value", "'{ \"a\": [1, 2] }'"}});
  ASSERT_TRUE(e) << e.error().message;
  EXPECT_EQ(e->script[0].intent.value, "{\"a\":[1,2]}");
}

TEST(Script, CanBeAddedToOnTheCommandLine) {
  const Result<Experiment> e =
      load(kScript, {{"operation.2.do", "delete"}, {"operation.2.key", "k1"}, {"operation.0.at", "2s"}});
  ASSERT_TRUE(e) << e.error().message;
  EXPECT_EQ(e->script.size(), 3U);
  EXPECT_EQ(e->script[0].at, 2'000'000'000);
  EXPECT_EQ(e->script[2].intent.f, checker::Function::remove_key);
}

TEST(Script, MistakesAreAnsweredWithPlaceAndWordMeant) {
  const std::string head =
      "[store]\nnodes = 3\n[workload]\nkind = \"register\"\nclients = 2\n[[operation]]\n";
  const std::pair<const char*, const char*> mistakes[] = {
      {"do = \"raed\"\n",
       "my-try.toml:7:6: operation.0.do: there is no operation 'raed', did you mean 'read'?"},
      {"kye = \"k0\"\n", "my-try.toml:7:1: there is no key 'kye' in [[operation]], did you mean 'key'?"},
      {"do = \"read\"\n", "my-try.toml:7:6: operation.0.key: is missing"},
      {"do = \"read\"\nkey = \"k0\"\nclient = 2\n",
       "my-try.toml:9:10: operation.0.client: must be below workload.clients, 2, is '2'"},
      {"do = \"read\"\nkey = \"k0\"\nnode = \"m2\"\n",
       "my-try.toml:9:8: operation.0.node: there is no node 'm2' (known: n1, n2, n3)"},
      {"do = \"add\"\nkey = \"k0\"\nvalue = 1\n",
       "my-try.toml:7:6: operation.0.do: the workload register has no add on the key 'k0'"},
      {"do = \"write\"\nkey = \"k0\"\n",
       "my-try.toml:7:6: operation.0.value: is missing: what does the write write?"},
      {"do = \"read\"\nkey = \"k0\"\nends = \"okay\"\n",
       "my-try.toml:9:8: operation.0.ends: 'okay' is no end of an operation (known: ok, fail, info)"},
      {"do = \"read\"\nkey = \"k0\"\nsees = ['v7']\n",
       "my-try.toml:9:8: operation.0.sees: 'v7' is not the JSON text of a value, such as '\"3-17\"'"},
      {"do = \"write\"\nkey = \"k0\"\nvalue = 1\nsees = ['1']\n",
       "my-try.toml:10:8: operation.0.sees: a write sees nothing that could be expected; read after it"},
      {"do = \"read\"\nkey = \"k0\"\nvalue = 1\n",
       "my-try.toml:9:9: operation.0.value: a read writes no value"},
      {"do = \"write\"\nkey = \"k0\"\nvalue = \"3-17\"\n",
       "my-try.toml:9:9: operation.0.value: must be the JSON text of a value, such as '\"3-17\"' or '17', is "
       "'3-17'"},
      {"do = \"read\"\nkey = \"k0\"\nat = 5\n",
       "my-try.toml:9:6: operation.0.at: must be a duration from 0s to 24h, such as \"2s\" or \"250ms\", is "
       "'5'"},
      {"do = \"write\"\nkey = \"k0\"\nvalue = 1\n[[operation]]\ndo = \"write\"\nkey = \"k0\"\nvalue = 1\n",
       "my-try.toml:13:9: operation.1.value: operation.0 writes 1 to k0 already; every value must be its "
       "own"},
  };
  for (const auto& [text, message] : mistakes) EXPECT_EQ(refusal(head + text), message) << text;
}

TEST(Script, MustBeAListOfEntriesOfALimitedLength) {
  EXPECT_EQ(refusal("[operation]\ndo = \"read\"\n"),
            "my-try.toml:2:1: 'operation.do': every operation of a script is an entry of its own: write "
            "[[operation]] in a file, --set operation.0.at=2s on the command line");
  EXPECT_EQ(refusal("", {{"operation.1000000.do", "read"}}),
            "--set operation.1000000.do=read: 'operation.1000000.do': an experiment has at most 1000000 "
            "[[operation]] entries, counted from 0");
}

}  // namespace
}  // namespace fracas::harness
