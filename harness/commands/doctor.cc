#include "harness/commands/doctor.h"

#include <algorithm>

#include "harness/commands/table.h"
#include "harness/local/doctor.h"

namespace fracas::harness {
namespace {

std::string faults_text(const std::vector<Capability>& capabilities) {
  std::vector<Row> rows;
  for (const Capability& capability : capabilities) {
    std::string remark = capability.why;
    if (!capability.remedy.empty()) remark += "; " + capability.remedy;
    rows.push_back({capability.fault, capability.works ? "works" : "does not work here", std::move(remark)});
  }
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
  const auto missing =
      std::count_if(found.begin(), found.end(), [](const Capability& c) { return !c.works; });
  console.err
      << (missing == 0
              ? "Every fault works on this machine.\n"
              : "The other faults work; a run that asks for a missing one says that it did nothing.\n");
  return Exit::pass;
}

}  // namespace fracas::harness
