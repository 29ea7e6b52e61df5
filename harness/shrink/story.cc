#include "harness/shrink/story.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "checker/explain.h"
#include "harness/setting.h"

namespace fracas::harness {
namespace {

/// More of a story than this nobody reads.
constexpr std::size_t kMostLines = 60;

struct Line {
  Nanoseconds at = 0;
  std::string text;
};

/// To the millisecond, or to the microsecond where something happens within one.
std::string moment(Nanoseconds at) {
  const double milliseconds = static_cast<double>(at) / 1e6;
  return at % 1'000'000 == 0 ? fmt::format("{:>9.0f} ms", milliseconds)
                             : fmt::format("{:>9.3f} ms", milliseconds);
}

std::string outcome(const checker::History& history, const checker::Operation& operation) {
  const std::string_view error = history.text(history.error(operation));
  switch (operation.outcome) {
    case checker::Outcome::fail:
      return fmt::format("fails ({})", error);
    case checker::Outcome::info:
    case checker::Outcome::open:
      return fmt::format("no answer, it may have happened ({})", error.empty() ? "open" : error);
    case checker::Outcome::ok:
      break;
  }
  if (operation.f == checker::Function::read) return checker::got(history.text(operation.value));
  return "acknowledged";
}

std::string what(const checker::History& history, const checker::Operation& operation) {
  const std::string_view key = history.text(operation.key);
  const std::string value = checker::shown(history.text(operation.value));
  switch (operation.f) {
    case checker::Function::read:
      return fmt::format("reads {}", key);
    case checker::Function::write:
      return fmt::format("writes {} to {}", value, key);
    case checker::Function::remove_key:
      return fmt::format("deletes {}", key);
    default:
      return fmt::format("does {} {} on {}", to_string(operation.f), value, key);
  }
}

std::string operation_text(const checker::History& history, const checker::Operation& operation) {
  return fmt::format("client {} {} by {}: {}", history.session(operation), what(history, operation),
                     history.text(history.node(operation)), outcome(history, operation));
}

std::string fault_text(const nemesis::FaultSpec& fault) {
  std::string text =
      fmt::format("{} on {} for {}", fault.kind, fault.target, nemesis::format_duration(fault.lasts));
  for (const auto& [name, value] : fault.parameters) text += fmt::format(", {} {}", name, to_text(value));
  return text;
}

}  // namespace

std::string story_of(const Experiment& experiment, const checker::History& history,
                     Nanoseconds load_began_ns) {
  std::vector<Line> lines;
  for (const nemesis::FaultSpec& fault : experiment.faults) {
    const Nanoseconds begin = experiment.steady + fault.after;
    lines.push_back({begin, fault_text(fault)});
    lines.push_back({begin + fault.lasts, fmt::format("{} on {} ends", fault.kind, fault.target)});
  }
  std::vector<std::string> at_the_end;
  for (const checker::Operation& operation : history.operations()) {
    if (operation.final)
      at_the_end.push_back(fmt::format("{} by {} {}", history.text(operation.key),
                                       history.text(history.node(operation)), outcome(history, operation)));
    else
      lines.push_back({history.invoked_ns(operation) - load_began_ns, operation_text(history, operation)});
  }
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.at < b.at; });
  std::string text;
  for (std::size_t i = 0; i < lines.size() && i < kMostLines; ++i)
    text += fmt::format("{}  {}\n", moment(lines[i].at), lines[i].text);
  if (lines.size() > kMostLines) return text + fmt::format("... and {} more\n", lines.size() - kMostLines);
  if (!at_the_end.empty()) text += fmt::format("In the end, a read of {}.\n", fmt::join(at_the_end, "; of "));
  return text;
}

}  // namespace fracas::harness
