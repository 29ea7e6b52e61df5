// What `fracas run` does when nobody says anything: every class of fault, often enough that each takes effect
// in 30 s, seldom enough that the store also works in between.
#include "harness/default_experiment.h"

#include <algorithm>

#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

constexpr Nanoseconds kSecond = 1'000'000'000;
constexpr Nanoseconds kEvery = 8 * kSecond;

nemesis::FaultSpec spec(std::string kind, std::string target, Nanoseconds every, Nanoseconds lasts,
                        nemesis::Parameters parameters = {}) {
  return {std::move(kind), std::move(target), every, lasts, 0, std::move(parameters)};
}

/// How each kind is dosed. Kinds without a line of their own strike one node every 8 s for as long as they
/// do.
std::vector<nemesis::FaultSpec> doses() {
  return {
      spec("process.kill", "one", 7 * kSecond, 2 * kSecond),
      spec("process.pause", "one", 7 * kSecond, 3 * kSecond / 2),
      spec("network.partition", "one", 6 * kSecond, 3 * kSecond),
      spec("clock.jump", "one", 8 * kSecond, 3 * kSecond),
      spec("clock.drift", "one", 9 * kSecond, 4 * kSecond),
      spec("clock.strobe", "one", 9 * kSecond, 3 * kSecond),
  };
}

}  // namespace

nemesis::FaultSpec default_fault(std::string_view kind) {
  for (nemesis::FaultSpec& dose : doses())
    if (dose.kind == kind) return dose;
  return spec(std::string(kind), "one", kEvery, 0);
}

Experiment default_experiment(WorldKind world) {
  Experiment experiment;
  experiment.world = world;
  experiment.about = "The bundled store under faults of every class.";
  // Whoever asks a node that is paused or cut off waits for its time-out: enough others must go on meanwhile.
  experiment.load.clients = 30;
  experiment.clients.rate = 500;
  for (const nemesis::Kind& kind : nemesis::kinds()) {
    if (why_not(world, kind.needs).empty()) experiment.faults.push_back(default_fault(kind.name));
  }
  return experiment;
}

}  // namespace fracas::harness
