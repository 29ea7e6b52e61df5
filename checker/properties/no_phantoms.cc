// No value is seen that nobody wrote, nor before anybody began to write it.
#include <fmt/format.h>

#include <algorithm>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/properties/sightings.h"
#include "checker/verdict.h"

namespace fracas::checker {

Verdict check_no_phantoms(const Case& whole) {
  const History& history = whole.history();
  VerdictBuilder verdict("no-phantoms");
  const auto judge = [&](const Sighting& sighting) {
    verdict.checked();
    const auto writers = sighting.writers;
    if (!writers.empty() && writers.front()->invoked < sighting.end()) return;
    verdict.violated([&] {
      Witness found;
      if (sighting.operation != nullptr) found.operations.push_back(sighting.operation->invoked);
      if (sighting.operation == nullptr) found.key = sighting.key;
      if (!writers.empty()) found.operations.push_back(writers.front()->invoked);
      found.explanation =
          writers.empty()
              ? fmt::format("Nobody wrote {} to {}, yet {}.", shown(sighting.value), sighting.key,
                            where(history, sighting))
              : fmt::format("{} was seen before anybody began to write it: {}, and only later {}.",
                            shown(sighting.value), where(history, sighting),
                            describe(history, *writers.front()));
      return found;
    });
  };
  if (std::string reason = for_each_sighting(whole, judge); !reason.empty()) verdict.undecided(reason);
  return std::move(verdict).finish("no value was seen");
}

}  // namespace fracas::checker
