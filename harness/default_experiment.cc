// What `fracas run` does when nobody says anything: every class of fault, often enough that each takes effect
// in 30 s, seldom enough that the store also works in between. Faults that take acknowledged state away are
// left out, so that its promises stand, and changes of the ring, since this cluster has no node to spare:
// they have an experiment of their own, ring-changes.
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
      spec("network.delay", "one", 12 * kSecond, 3 * kSecond),
      spec("network.loss", "one", 12 * kSecond, 3 * kSecond),
      spec("network.duplicate", "one", 10 * kSecond, 4 * kSecond),
      spec("network.reorder", "one", 10 * kSecond, 4 * kSecond),
      spec("network.corrupt", "one", 12 * kSecond, 3 * kSecond),
      spec("network.bandwidth", "one", 14 * kSecond, 3 * kSecond),
      spec("network.hold", "one", 12 * kSecond, 3 * kSecond / 2),
      spec("network.flap", "one", 14 * kSecond, 3 * kSecond),
      spec("network.reset", "one", 8 * kSecond, kSecond / 2),
      spec("clock.jump", "one", 8 * kSecond, 3 * kSecond),
      spec("clock.drift", "one", 9 * kSecond, 4 * kSecond),
      spec("clock.strobe", "one", 9 * kSecond, 3 * kSecond),
      spec("clock.freeze", "one", 9 * kSecond, 3 * kSecond),
      spec("disk.power-loss", "one", 12 * kSecond, kSecond),
      spec("disk.full", "one", 14 * kSecond, kSecond),
      spec("disk.error", "one", 14 * kSecond, kSecond),
      spec("disk.slow", "one", 12 * kSecond, 3 * kSecond),
      spec("disk.wipe", "one", 15 * kSecond, kSecond),
      spec("disk.restore", "one", 15 * kSecond, 3 * kSecond),
      spec("disk.truncate", "one", 15 * kSecond, kSecond),
      spec("disk.bit-flip", "one", 15 * kSecond, kSecond),
      spec("ring.join", "one", 10 * kSecond, 3 * kSecond),
      spec("ring.leave", "one", 10 * kSecond, 3 * kSecond),
      spec("ring.replace", "one", 12 * kSecond, 3 * kSecond),
  };
}

bool takes_away(const nemesis::Kind& kind) { return kind.stops_nodes || kind.name == "network.partition"; }

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
    if (kind.takes_state || kind.change_ring != nullptr || !why_not(world, kind.needs).empty()) continue;
    experiment.faults.push_back(default_fault(kind.name));
    // The simulation can do three times as many kinds: those that take a node away strike half as often.
    if (world == WorldKind::sim && takes_away(kind)) experiment.faults.back().every *= 2;
  }
  return experiment;
}

}  // namespace fracas::harness
