// An operation reported as failed certainly did not happen: its value is never seen. (Jepsen's analysis of
// Aerospike 3.99.0.3 found time-outs reported as failures.)
#include <fmt/format.h>

#include <algorithm>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/properties/sightings.h"
#include "checker/real_time.h"
#include "checker/verdict.h"

namespace fracas::checker {

Verdict check_honest_failures(const Case& whole) {
  const History& history = whole.history();
  VerdictBuilder verdict("honest-failures");
  const auto judge = [&](const Sighting& sighting) {
    const auto writers = sighting.writers;
    if (writers.empty()) return;
    verdict.checked();
    const auto failed = std::find_if(writers.begin(), writers.end(),
                                     [](const Operation* o) { return o->outcome == Outcome::fail; });
    if (failed == writers.end() || best_writer(writers, sighting.end()) != nullptr) return;
    verdict.violated([&] {
      const Operation& write = **failed;
      const std::string_view message = history.text(history.error(write));
      const std::string error = message.empty() ? std::string() : fmt::format(" with \"{}\"", message);
      Witness found{.explanation = fmt::format(
                        "{}{}, yet {}: it had happened{}.", describe_first(history, write), error,
                        where(history, sighting), faults_around(history, whole.evidence(), write, write)),
                    .operations = {write.invoked}};
      if (sighting.operation != nullptr) found.operations.push_back(sighting.operation->invoked);
      return found;
    });
  };
  if (std::string reason = for_each_sighting(whole, judge); !reason.empty()) verdict.undecided(reason);
  return std::move(verdict).finish("no written value was seen");
}

}  // namespace fracas::checker
