#include "harness/commands/doctor.h"

#include <algorithm>

#include "harness/commands/table.h"
#include "harness/local/doctor.h"

namespace fracas::harness {
namespace {

std::string_view outcome_text(Capability::Outcome outcome) {
  switch (outcome) {
    case Capability::Outcome::works:
      return "works";
    case Capability::Outcome::fails:
      return "does not work here";
    case Capability::Outcome::foreign:
      break;
  }
  return "only simulated";
}

std::string faults_text(const std::vector<Capability>& capabilities) {
  std::vector<Row> rows;
  for (const Capability& capability : capabilities)
    rows.push_back({capability.fault, std::string(outcome_text(capability.outcome)), capability.why});
  return table({"fault", "tried", ""}, rows);
}

std::string environment_text(const std::vector<EnvironmentFact>& facts) {
  std::vector<Row> rows;
  for (const EnvironmentFact& fact : facts)
    rows.push_back({fact.name, fact.value, fact.concern.empty() ? "enough" : fact.concern});
  return table({"environment", "", ""}, rows);
}

}  // namespace

Exit doctor_command(Console& console) {
  const std::vector<Capability> found = capabilities();
  console.out << faults_text(found) << '\n' << environment_text(environment());
  const auto missing = std::count_if(found.begin(), found.end(), [](const Capability& c) {
    return c.outcome == Capability::Outcome::fails;
  });
  console.err
      << (missing == 0
              ? "Every fault of the local world works on this machine.\n"
              : "The other faults work; a run that asks for a missing one says that it did nothing.\n");
  return Exit::pass;
}

}  // namespace fracas::harness
