#include "results/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

namespace fracas::results {

namespace {

using Test = std::function<bool(const VerdictRecord&)>;

std::vector<const VerdictRecord*> those(const RunFolder& folder, const Test& test) {
  std::vector<const VerdictRecord*> found;
  if (!folder.verdicts) return found;
  for (const VerdictRecord& verdict : *folder.verdicts)
    if (test(verdict)) found.push_back(&verdict);
  return found;
}

bool failed(const VerdictRecord& v) { return v.expected == "unmet" && v.result != "unknown"; }

/// Undecided where a decision was promised or expected.
bool undecided(const VerdictRecord& v) {
  return v.result == "unknown" && (v.expected == "unmet" || v.promise == "guaranteed");
}

bool broken_but_allowed(const VerdictRecord& v) { return v.result == "violated" && v.expected == "met"; }

std::string names(const std::vector<const VerdictRecord*>& verdicts) {
  std::string list;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (i > 0) list += i + 1 == verdicts.size() ? " and " : ", ";
    list += verdicts[i]->name;
  }
  return list;
}

std::string why_failed(const std::vector<const VerdictRecord*>& failures) {
  const VerdictRecord& first = *failures.front();
  std::string sentence;
  if (first.result != "violated")
    sentence = fmt::format("{} was expected to be violated, but was not ({})", first.name, first.result);
  else
    sentence =
        fmt::format("{} was violated {} {}", first.name, first.count, first.count == 1 ? "time" : "times");
  if (failures.size() > 1)
    sentence += fmt::format("; {} properties failed: {}", failures.size(), names(failures));
  return sentence + ".";
}

bool no_fault_took_effect(const RunFolder& folder) {
  return folder.planned_faults > 0 &&
         std::none_of(folder.log.faults.begin(), folder.log.faults.end(),
                      [](const FaultRecord& fault) { return fault.took_effect; });
}

std::string why_passed(const RunFolder& folder) {
  const auto allowed = those(folder, broken_but_allowed);
  if (allowed.empty()) return "Every guaranteed property holds.";
  return fmt::format(
      "Every guaranteed property holds; {} {} violated, which this configuration does not rule out.",
      names(allowed), allowed.size() == 1 ? "was" : "were");
}

}  // namespace

Overall overall_verdict(const RunFolder& folder, const Outcomes& operations) {
  const RunInfo& run = folder.run;
  if (run.error) return {"error", *run.error};
  if (!run.ended && !run.interrupted)
    return {"error", "The run did not come to its end: it is still going on, or fracas was killed."};
  if (const auto failures = those(folder, failed); !failures.empty()) return {"fail", why_failed(failures)};
  if (run.interrupted)
    return {"interrupted", "The run was interrupted; what it recorded until then was kept."};
  if (!folder.verdicts) return {"error", "The run was recorded but not judged: there is no verdicts.json."};
  if (operations.ok == 0) return {"vacuous", "No operation succeeded, so nothing was tested."};
  if (no_fault_took_effect(folder))
    return {"vacuous", fmt::format("{} faults were planned and none took effect.", folder.planned_faults)};
  if (const auto open = those(folder, undecided); !open.empty())
    return {"unknown", fmt::format("{} could not be decided: {}", names(open), open.front()->reason)};
  return {"pass", why_passed(folder)};
}

}  // namespace fracas::results
