#include "harness/commands/explore.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "harness/commands/table.h"
#include "harness/explore/outcome.h"
#include "harness/suggest.h"

namespace fracas::harness {
namespace {

using explore::Finding;
using explore::Scope;

struct Explored {
  const Scope* scope = nullptr;
  explore::Outcome outcome;
  double seconds = 0;
};

std::string_view word(Exit exit) {
  return exit == Exit::pass ? "as expected" : exit == Exit::unknown ? "unknown" : "NOT AS EXPECTED";
}

std::vector<std::string> scope_names() {
  std::vector<std::string> names;
  for (const Scope& scope : explore::scopes()) names.push_back(scope.name);
  return names;
}

Result<std::vector<const Scope*>> chosen(const ExploreCommand& command) {
  std::vector<const Scope*> scopes;
  for (const std::string& name : command.scopes) {
    const Scope* scope = explore::find_scope(name);
    if (scope == nullptr)
      return Error{Exit::usage,
                   fmt::format("explore: there is no scope '{}'{}", name, did_you_mean(name, scope_names()))};
    scopes.push_back(scope);
  }
  for (const Scope& scope : explore::scopes()) {
    const bool wanted = command.all || command.list || !scope.slow;
    if (command.scopes.empty() && wanted) scopes.push_back(&scope);
  }
  return scopes;
}

Exit list_scopes(const std::vector<const Scope*>& scopes, bool json, Console& console) {
  std::vector<Row> rows;
  nlohmann::json list = nlohmann::json::array();
  for (const Scope* scope : scopes) {
    rows.push_back({scope->name, scope->slow ? "slow" : "", scope->sentence});
    list.push_back({{"name", scope->name}, {"slow", scope->slow}, {"sentence", scope->sentence}});
  }
  console.out << (json ? nlohmann::json{{"scopes", list}}.dump() + "\n" : table({}, rows));
  return Exit::pass;
}

std::string counts(const explore::Exploration& e) {
  return fmt::format(
      "{} situations, {:.4g} complete schedules, up to {} steps, {} states of nodes, {} stories",
      e.situations, e.schedules, e.depth, e.node_states, e.stories);
}

std::string finding_text(const Finding& finding, const explore::Exploration& exploration) {
  const std::string_view property = to_string(finding.expected.property);
  const std::string_view expected = finding.as_expected() ? "as expected" : "NOT as expected";
  if (finding.found == explore::Found::holds)
    return fmt::format("  {} holds in every schedule, {}\n", property, expected);
  if (finding.found == explore::Found::unknown)
    return fmt::format("  {} is undecided: the limit of {} situations was reached (--limit)\n", property,
                       exploration.situations);
  std::string text = fmt::format("  {} is violated, {}. It says: {}.\n", property, expected,
                                 sentence(finding.expected.property));
  std::vector<Row> rows;
  const auto& steps = finding.counterexample.steps;
  for (std::size_t i = 0; i < steps.size(); ++i)
    rows.push_back({fmt::format("  {:4}", i + 1), steps[i].what, steps[i].came});
  text += table({}, rows);
  for (const std::string& operation : finding.counterexample.operations)
    text += fmt::format("    {}\n", operation);
  if (!finding.counterexample.ending.empty())
    text += fmt::format("    in the end {}\n", finding.counterexample.ending);
  return text;
}

std::string in_full(const Console& console, const Explored& explored) {
  std::string text = fmt::format("{}: {}, {:.2f} s\n  {}\n  {}\n", bold(console, explored.scope->name),
                                 word(explored.outcome.exit()), explored.seconds,
                                 wrapped(explored.scope->sentence, 2), counts(explored.outcome.exploration));
  for (const Finding& finding : explored.outcome.findings)
    text += finding_text(finding, explored.outcome.exploration);
  return text;
}

std::string in_short(const Explored& explored) {
  std::vector<std::string> found;
  for (const Finding& finding : explored.outcome.findings) {
    found.push_back(fmt::format("{} {}", to_string(finding.expected.property), to_string(finding.found)));
    const std::size_t steps = finding.counterexample.steps.size();
    if (steps != 0) found.back() += fmt::format(" in {} steps", steps);
  }
  return fmt::format("{:<30}{:<13}{:>8} situations {:>6.2f} s  {}\n", explored.scope->name,
                     word(explored.outcome.exit()), explored.outcome.exploration.situations, explored.seconds,
                     fmt::join(found, ", "));
}

nlohmann::json to_json(const Finding& finding) {
  nlohmann::json json{{"property", to_string(finding.expected.property)},
                      {"expected", finding.expected.violated ? "violated" : "holds"},
                      {"found", to_string(finding.found)}};
  if (finding.found != explore::Found::violated) return json;
  for (const explore::Step& step : finding.counterexample.steps)
    json["steps"].push_back({{"what", step.what}, {"came", step.came}});
  json["operations"] = finding.counterexample.operations;
  if (!finding.counterexample.ending.empty()) json["ending"] = finding.counterexample.ending;
  return json;
}

nlohmann::json to_json(const Explored& explored) {
  const explore::Exploration& e = explored.outcome.exploration;
  nlohmann::json json{{"name", explored.scope->name},
                      {"sentence", explored.scope->sentence},
                      {"outcome", explored.outcome.exit() == Exit::pass      ? "as-expected"
                                  : explored.outcome.exit() == Exit::unknown ? "unknown"
                                                                             : "not-as-expected"},
                      {"situations", e.situations},
                      {"schedules", e.schedules},
                      {"steps", e.depth},
                      {"node_states", e.node_states},
                      {"stories", e.stories},
                      {"complete", e.complete},
                      {"seconds", explored.seconds}};
  for (const Finding& finding : explored.outcome.findings) json["properties"].push_back(to_json(finding));
  return json;
}

Result<Explored> explore_one(const Scope& scope, const explore::ExploreOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  auto outcome = explore::run(scope, options);
  if (!outcome) return outcome.error();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return Explored{&scope, *std::move(outcome), took.count()};
}

/// 1 before 2 before 0, as everywhere (README.md).
Exit worse(Exit a, Exit b) {
  if (a == Exit::violated || b == Exit::violated) return Exit::violated;
  return a == Exit::unknown ? a : b;
}

}  // namespace

Exit explore_command(const ExploreCommand& command, Console& console) {
  const auto scopes = chosen(command);
  if (!scopes) return complain(console, scopes.error());
  if (command.list) return list_scopes(*scopes, command.json, console);
  explore::ExploreOptions options;
  if (command.limit != 0) options.max_situations = command.limit;
  nlohmann::json report{{"scopes", nlohmann::json::array()}};
  Exit exit = Exit::pass;
  std::size_t surprises = 0;
  double seconds = 0;
  for (const Scope* scope : *scopes) {
    const auto explored = explore_one(*scope, options);
    if (!explored) return complain(console, explored.error());
    const bool full = !command.scopes.empty() || explored->outcome.exit() != Exit::pass;
    console.err << (full ? in_full(console, *explored) : in_short(*explored)) << std::flush;
    report["scopes"].push_back(to_json(*explored));
    exit = worse(exit, explored->outcome.exit());
    surprises += explored->outcome.exit() == Exit::pass ? 0 : 1;
    seconds += explored->seconds;
  }
  console.err << fmt::format(
      "{} of {} as expected, {:.1f} s{}\n", scopes->size() - surprises, scopes->size(), seconds,
      command.scopes.empty() ? "; `fracas explore NAME` shows the schedules of one" : "");
  if (command.json) console.out << report.dump() << '\n';
  return exit;
}

}  // namespace fracas::harness
