#include "harness/explore/outcome.h"

#include <algorithm>

namespace fracas::harness::explore {

std::string_view to_string(Found found) {
  switch (found) {
    case Found::holds:
      return "holds";
    case Found::violated:
      return "violated";
    case Found::unknown:
      break;
  }
  return "unknown";
}

Exit Outcome::exit() const {
  const auto decided_otherwise = [](const Finding& f) {
    return !f.as_expected() && f.found != Found::unknown;
  };
  if (std::any_of(findings.begin(), findings.end(), decided_otherwise)) return Exit::violated;
  const bool all =
      std::all_of(findings.begin(), findings.end(), [](const Finding& f) { return f.as_expected(); });
  return all ? Exit::pass : Exit::unknown;
}

Result<Outcome> run(const Scope& scope, const ExploreOptions& options) {
  auto world = SmallWorld::open(scope);
  if (!world) return world.error();
  std::vector<Property> properties;
  for (const Expectation& expectation : scope.expected) properties.push_back(expectation.property);
  Outcome outcome;
  outcome.exploration = explore(*world, properties, options);
  for (const Expectation& expectation : scope.expected) {
    Finding finding{.expected = expectation, .found = Found::unknown, .counterexample = {}};
    const auto violation = outcome.exploration.violations.find(expectation.property);
    if (violation != outcome.exploration.violations.end()) {
      finding.found = Found::violated;
      finding.counterexample = narrate(*world, violation->second, expectation.property);
    } else if (outcome.exploration.complete) {
      finding.found = Found::holds;
    }
    outcome.findings.push_back(std::move(finding));
  }
  return outcome;
}

}  // namespace fracas::harness::explore
