#include "harness/commands/doctor.h"

#include "harness/commands/table.h"
#include "nemesis/clock/vdso_clock.h"
#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

/// Empty: works here. Signals and proxies on loopback need nothing that an ordinary user lacks.
std::string unavailable(const nemesis::Kind& kind) {
  if (nemesis::class_of(kind.name) == "clock") return nemesis::VdsoClock::unavailable();
  return "";
}

}  // namespace

Exit doctor_command(Console& console) {
  std::vector<Row> rows;
  for (const nemesis::Kind& kind : nemesis::kinds()) {
    const std::string why = unavailable(kind);
    rows.push_back({std::string(kind.name), why.empty() ? "works" : "not here",
                    why.empty() ? std::string(kind.sentence) : why});
  }
  console.out << table({"fault", "", ""}, rows);
  return Exit::pass;
}

}  // namespace fracas::harness
