#include "harness/script_outcome.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>

#include "checker/json_text.h"

namespace fracas::harness {
namespace {

using checker::Operation;

std::string values_text(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? "nothing" : fmt::format("{}", fmt::join(values, " and "));
}

std::string ends_text(std::string_view ends) {
  if (ends == "ok") return "be acknowledged";
  return ends == "fail" ? "fail" : "end without an answer";
}

std::string_view end_of(const Operation& operation) {
  switch (operation.outcome) {
    case checker::Outcome::ok:
      return "ok";
    case checker::Outcome::fail:
      return "fail";
    case checker::Outcome::info:
      return "info";
    case checker::Outcome::open:
      break;
  }
  return "no end at all";
}

std::vector<std::string> seen_by(const Operation& operation, const checker::History& history) {
  std::vector<std::string_view> leaves;
  checker::append_leaves(history.text(operation.value), leaves);
  return {leaves.begin(), leaves.end()};
}

/// What came instead; empty if it is what was expected.
std::string instead(const ScriptedOperation& scripted, const Operation& operation,
                    const checker::History& history) {
  const std::string_view ended = end_of(operation);
  if (!scripted.ends.empty() && scripted.ends != ended) {
    const std::string_view error = history.text(history.error(operation));
    return ended == "ok" ? "it was acknowledged"
                         : fmt::format("it ended in {}{}{}", ended, error.empty() ? "" : ": ", error);
  }
  if (!scripted.sees) return {};
  if (ended != "ok") return fmt::format("it ended in {}", ended);
  std::vector<std::string> seen = seen_by(operation, history), wanted = *scripted.sees;
  std::sort(seen.begin(), seen.end());
  std::sort(wanted.begin(), wanted.end());
  return seen == wanted ? std::string() : "it saw " + values_text(std::move(seen));
}

/// The operations of each session as they were begun, without final reads.
std::map<std::int32_t, std::vector<const Operation*>> by_session(const checker::History& history) {
  std::map<std::int32_t, std::vector<const Operation*>> sessions;
  for (const Operation& operation : history.operations())
    if (!operation.final) sessions[history.session(operation)].push_back(&operation);
  return sessions;
}

}  // namespace

std::string expectation_of(const ScriptedOperation& scripted) {
  std::vector<std::string> parts;
  if (!scripted.ends.empty()) parts.push_back(ends_text(scripted.ends));
  if (scripted.sees) parts.push_back("see " + values_text(*scripted.sees));
  return fmt::format("{}", fmt::join(parts, " and "));
}

ScriptOutcome script_outcome(const Experiment& experiment, const checker::History& history, bool cut_short) {
  std::vector<std::size_t> order(experiment.script.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return experiment.script[a].at < experiment.script[b].at;
  });
  auto sessions = by_session(history);
  std::map<int, std::size_t> begun;
  ScriptOutcome outcome;
  for (const std::size_t i : order) {
    const ScriptedOperation& scripted = experiment.script[i];
    const std::vector<const Operation*>& own = sessions[scripted.client];
    const std::size_t nth = begun[scripted.client]++;
    if (scripted.ends.empty() && !scripted.sees) continue;
    ++outcome.expected;
    if (nth >= own.size() && cut_short) continue;
    const std::string came = nth < own.size() ? instead(scripted, *own[nth], history) : "it was never begun";
    if (came.empty()) continue;
    outcome.other.push_back(fmt::format("operation.{}, the {} of {} by client {}{}, was to {}, but {}", i,
                                        to_string(scripted.intent.f), scripted.intent.key, scripted.client,
                                        scripted.node.empty() ? "" : " via " + scripted.node,
                                        expectation_of(scripted), came));
  }
  return outcome;
}

}  // namespace fracas::harness
