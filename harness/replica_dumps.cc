#include "harness/replica_dumps.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "harness/line_file.h"
#include "harness/targets/json_members.h"

namespace fracas::harness {
namespace {

struct Collection {
  World& world;
  std::set<std::string, std::less<>> keys;
  std::filesystem::path path;
  std::function<void(Result<void>)> done;
  std::vector<std::string> nodes;
  /// node -> key -> {"values":[...],"clock":...}
  std::map<std::string, std::map<std::string, std::string>> states;
};

std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

/// The members that the file wants, as the node wrote them.
std::string state_of(const std::string& line) {
  const auto members = json_members(line);
  const auto text_of = [&](const char* name, const char* absent) {
    return members ? member_text(*members, name).value_or(absent) : std::string_view(absent);
  };
  return fmt::format(R"({{"values":{},"clock":{}}})", text_of("values", "[]"), text_of("clock", "null"));
}

std::string line_of(const Collection& all, const std::string& key) {
  std::string homes, replicas;
  for (const std::string& node : all.world.homes(key)) {
    const auto& states = all.states.at(node);
    const auto found = states.find(key);
    const char* separator = homes.empty() ? "" : ",";
    homes += separator + quoted(node);
    replicas += fmt::format("{}{}:{}", separator, quoted(node),
                            found == states.end() ? R"({"values":[],"clock":null})" : found->second);
  }
  return fmt::format("{{\"key\":{},\"homes\":[{}],\"replicas\":{{{}}}}}\n", quoted(key), homes, replicas);
}

void write(Collection& all) {
  std::filesystem::path aside = all.path;
  aside += ".new";
  std::optional<Error> error;
  {
    LineFile file(aside);
    for (const std::string& key : all.keys) {
      file.buffer() += line_of(all, key);
      file.appended();
    }
    file.flush();
    error = file.error();
  }
  if (error) return all.done(*error);
  std::error_code renamed;
  std::filesystem::rename(aside, all.path, renamed);
  if (renamed)
    return all.done(Error{Exit::environment, "cannot rename " + aside.string() + ": " + renamed.message()});
  all.done({});
}

void ask_next(const std::shared_ptr<Collection>& all) {
  if (all->states.size() == all->nodes.size()) return write(*all);
  const std::string& node = all->nodes[all->states.size()];
  all->world.dump(node, [all, node](auto dump) {
    if (!dump) return all->done(dump.error());
    auto& states = all->states[node];
    for (const auto& [key, line] : *dump) {
      all->keys.insert(key);
      states.emplace(key, state_of(line));
    }
    ask_next(all);
  });
}

}  // namespace

void write_replica_dumps(World& world, std::set<std::string, std::less<>> touched,
                         const std::filesystem::path& replicas_jsonl,
                         std::function<void(Result<void>)> done) {
  ask_next(std::make_shared<Collection>(
      Collection{world, std::move(touched), replicas_jsonl, std::move(done), world.node_names(), {}}));
}

}  // namespace fracas::harness
