#include "harness/swarm/tally.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/commands/table.h"
#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

std::string times(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

double per(double amount, double seconds) { return seconds > 0 ? amount / seconds : 0; }

/// As many digits as say something.
std::string factor_text(double factor) { return fmt::format("{:.{}f}", factor, factor < 10 ? 1 : 0); }

nlohmann::ordered_json failure_json(const SwarmRun& run) {
  return {{"seed", run.seed},       {"verdict", run.verdict}, {"property", run.property},
          {"reason", run.sentence}, {"folder", run.folder},   {"reproduce", run.reproduce}};
}

}  // namespace

std::string time_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

void SwarmTally::add(const SwarmRun& run) {
  ++runs_;
  ++verdicts_[run.verdict];
  if (run.failed()) failures_.push_back(run);
  ok_ += run.ok;
  fail_ += run.fail;
  info_ += run.info;
  world_s_ += run.world_s;
  for (const auto& [kind, count] : run.faults) faults_[kind] += count;
  for (const std::string& mark : run.coverage) ++coverage_[mark];
}

std::uint64_t SwarmTally::count(const std::string& verdict) const {
  const auto found = verdicts_.find(verdict);
  return found == verdicts_.end() ? 0 : found->second;
}

std::vector<std::string> SwarmTally::never_reached() const {
  std::vector<std::string> names;
  for (const std::string& mark : known_)
    if (!coverage_.contains(mark)) names.push_back(mark);
  return names;
}

Exit SwarmTally::exit(bool interrupted) const {
  const auto any = [this](Exit exit) {
    return std::any_of(failures_.begin(), failures_.end(), [&](const SwarmRun& r) { return r.exit == exit; });
  };
  for (const Exit exit : {Exit::environment, Exit::violated})
    if (any(exit)) return exit;
  if (interrupted) return Exit::interrupted;
  if (count("pass") > 0) return Exit::pass;
  return count("unknown") > 0 && count("vacuous") == 0 ? Exit::unknown : Exit::vacuous;
}

std::string SwarmTally::verdict(bool interrupted) const {
  switch (exit(interrupted)) {
    case Exit::environment:
      return "error";
    case Exit::violated:
      return "fail";
    case Exit::interrupted:
      return "interrupted";
    case Exit::vacuous:
      return "vacuous";
    case Exit::unknown:
      return "unknown";
    default:
      return "pass";
  }
}

std::string SwarmTally::sentence(bool interrupted) const {
  if (!failures_.empty()) {
    std::map<std::string, std::uint64_t> reasons;
    for (const SwarmRun& run : failures_) ++reasons[run.property.empty() ? run.verdict : run.property];
    std::string text;
    for (const auto& [reason, number] : reasons)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", reason, number);
    return fmt::format("{} of {} failed ({})", failures_.size(), times(runs_, "run"), text);
  }
  if (interrupted) return fmt::format("stopped after {}; none of them failed", times(runs_, "run"));
  const std::uint64_t passed = count("pass");
  if (passed == 0)
    return fmt::format("of {} none tested enough to pass, and none failed", times(runs_, "run"));
  return fmt::format("{} passed, none failed{}", times(passed, "run"),
                     passed == runs_ ? "" : fmt::format("; {} did not count", times(runs_ - passed, "run")));
}

std::map<std::string, std::uint64_t> SwarmTally::faults_by_class() const {
  std::map<std::string, std::uint64_t> classes;
  for (const auto& [kind, number] : faults_) classes[std::string(nemesis::class_of(kind))] += number;
  return classes;
}

std::string SwarmTally::text(double wall_s, int workers) const {
  std::string verdicts;
  for (const auto& [verdict, number] : verdicts_)
    verdicts += fmt::format("{}{} {}", verdicts.empty() ? "" : ", ", verdict, number);
  std::string faults;
  for (const auto& [name, number] : faults_by_class())
    faults += fmt::format("{}{} {}", faults.empty() ? "" : ", ", name, number);
  const std::vector<std::string> never = never_reached();
  std::string coverage = fmt::format("{} of {} marks reached", known_.size() - never.size(), known_.size());
  if (!never.empty()) coverage += fmt::format("; never: {}", fmt::join(never, ", "));
  return table({}, {{"runs", fmt::format("{}: {}", runs_, verdicts.empty() ? "none" : verdicts)},
                    {"operations", fmt::format("ok {}, fail {}, info {}", ok_, fail_, info_)},
                    {"faults", faults.empty() ? "none took effect" : faults + " (that took effect)"},
                    {"time", fmt::format("{} in the world, {} here with {}: {} times the clock, {} runs/s",
                                         time_text(world_s_), time_text(wall_s), times(workers, "worker"),
                                         factor_text(per(world_s_, wall_s)),
                                         factor_text(per(static_cast<double>(runs_), wall_s)))},
                    {"coverage", coverage}});
}

nlohmann::ordered_json SwarmTally::json(double wall_s, int workers) const {
  nlohmann::ordered_json failures = nlohmann::ordered_json::array();
  for (const SwarmRun& run : failures_) failures.push_back(failure_json(run));
  return {{"runs", runs_},
          {"verdicts", verdicts_},
          {"operations", {{"ok", ok_}, {"fail", fail_}, {"info", info_}}},
          {"faults", faults_},
          {"world_s", world_s_},
          {"wall_s", wall_s},
          {"workers", workers},
          {"coverage", {{"reached", coverage_}, {"never", never_reached()}}},
          {"failures", std::move(failures)}};
}

}  // namespace fracas::harness
