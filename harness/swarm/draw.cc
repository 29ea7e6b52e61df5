#include "harness/swarm/draw.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <vector>

#include "harness/swarm/dice.h"
#include "harness/swarm/swarm_faults.h"
#include "harness/swarm/words.h"

namespace fracas::harness {
namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr Nanoseconds kSecond = 1000 * kMillisecond;

/// Quorums by what they have to do with each other; plain majorities come most often.
void draw_quorums(Dice& dice, store::Config& store) {
  enum Relation { kMajorities, kMeeting, kApart, kOneAndAll };
  const Relation relation =
      dice.pick({kMajorities, kMajorities, kMajorities, kMeeting, kMeeting, kApart, kApart, kOneAndAll});
  const int n = store.n;
  if (relation == kMajorities) {
    store.r = store.w = n / 2 + 1;
  } else if (relation == kOneAndAll) {
    const bool read_one = dice.one_in(2);
    store.r = read_one ? 1 : n;
    store.w = read_one ? n : 1;
  } else if (relation == kApart && n > 1) {
    store.r = static_cast<int>(dice.between(1, n - 1));
    store.w = static_cast<int>(dice.between(1, n - store.r));
  } else {
    store.r = static_cast<int>(dice.between(1, n));
    store.w = static_cast<int>(dice.between(n - store.r + 1, n));
  }
}

void draw_cluster(Dice& dice, store::Config& store) {
  store.nodes = static_cast<int>(dice.between(2, 7));
  const int most = std::min(store.nodes, 5);
  // Three homes are what most clusters have.
  const bool usual = dice.one_in(2);
  store.n = usual && most >= 3 ? 3 : static_cast<int>(dice.between(1, most));
  draw_quorums(dice, store);
}

/// Sets every knob that is a choice of words, unless the word does not go with the rest. Who coordinates is
/// drawn with what goes with it.
void draw_choices(Dice& dice, store::Config& store) {
  for (const store::Knob& knob : store::knobs()) {
    const std::vector<std::string> words = words_of(knob.values);
    if (words.size() < 2 || knob.name == "coordinator") continue;
    const std::string& word = dice.pick(words);
    store::Config changed = store;
    if (store::set(changed, knob.name, word) && store::check(changed)) store = changed;
  }
}

/// Two words that go together only.
void draw_placement(Dice& dice, store::Config& store) {
  if (!dice.one_in(3)) return;
  store::Config sloppy = store;
  sloppy.placement = store::Placement::sloppy;
  sloppy.hints = store::Hints::fallback;
  if (!store::check(sloppy)) return;
  store = sloppy;
  store.patience_ns = dice.pick({5L, 20L, 100L}) * kMillisecond;
  store.suspect_after = static_cast<int>(dice.between(1, 3));
}

/// Clients that coordinate themselves, with a source of stamps that they have; and sessions that keep a
/// token.
void draw_clients(Dice& dice, Experiment& experiment) {
  experiment.clients.session_tokens = dice.one_in(4) && experiment.store.gc == store::Gc::keep;
  if (dice.one_in(8)) experiment.store.session_keys = static_cast<int>(dice.magnitude(1, 60));
  if (!dice.one_in(4)) return;
  store::Config store = experiment.store;
  store.coordinator = store::Coordination::client;
  store.placement = store::Placement::strict;
  store.hints = store::Hints::off;
  store.rejoin = store::RejoinMode::immediate;
  if (store.conflict == store::Conflict::lww)
    store.stamp = dice.one_in(2) ? store::StampSource::client : store::StampSource::query;
  if (store::check(store)) experiment.store = store;
}

/// Nodes that are outside the ring at first, where it can change.
void draw_spares(Dice& dice, store::Config& store) {
  const int most = std::min(store.nodes - store.n, 2);
  if (most < 1 || !store::why_ring_is_fixed(store).empty() || dice.one_in(3)) return;
  store::Config spared = store;
  spared.spares = static_cast<int>(dice.between(1, most));
  if (store::check(spared)) store = spared;
}

void draw_amounts(Dice& dice, store::Config& store) {
  store.anti_entropy_ns = dice.pick({0L, 100L, 250L, 250L, 500L, 500L, 1000L, 2000L}) * kMillisecond;
  store.fsync_period_ns = dice.pick({10L, 100L, 1000L}) * kMillisecond;
  if (dice.one_in(8)) store.max_siblings = static_cast<int>(dice.between(1, 6));
  if (dice.one_in(16)) store.max_value_bytes = dice.between(100, 400);
  store.clock_error_ns = dice.pick({1L, 2L, 5L, 10L, 20L}) * kMillisecond;
  store.max_clock_offset_ns = dice.pick({50L, 500L, 500L, 5000L, 60'000L}) * kMillisecond;
  if (dice.one_in(8)) store.hint_window_ns = dice.between(100, 3000) * kMillisecond;
  if (dice.one_in(8)) store.hint_quota = dice.magnitude(1, 50);
  store.gc_after_ns = dice.pick({50L, 200L, 1000L, 3000L}) * kMillisecond;
}

void draw_load(Dice& dice, Experiment& experiment) {
  experiment.workload = dice.pick(workloads::workloads()).name;
  workloads::Parameters& load = experiment.load;
  load.clients = static_cast<int>(dice.between(2, 20));
  load.keys = static_cast<int>(dice.magnitude(1, 60));
  load.cold_keys = dice.one_in(2) ? 0 : static_cast<int>(dice.between(1, 10));
  load.reads = static_cast<double>(dice.between(10, 80)) / 100;
  load.deletes = dice.one_in(2) ? 0 : static_cast<double>(dice.between(1, 20)) / 100;
  load.hot = dice.pick({0.0, 0.2, 0.5, 0.9});
  ClientBehaviour& clients = experiment.clients;
  clients.rate = static_cast<double>(dice.magnitude(20, 300));
  clients.sticky = dice.one_in(3);
  clients.contexts = !dice.one_in(4);
  clients.timeout = dice.pick({100L, 250L, 500L, 1000L}) * kMillisecond;
  if (dice.one_in(3)) clients.clock_skew = dice.between(-400, 400) * kMillisecond;
}

void draw_times(Dice& dice, Experiment& experiment) {
  experiment.steady = dice.between(500, 1500) * kMillisecond;
  experiment.duration = dice.between(4000, 12'000) * kMillisecond;
  experiment.settle = 20 * kSecond;  // as good as never reached: settled is settled
}

}  // namespace

Experiment draw_swarm(std::uint64_t seed, WorldKind world) {
  Experiment experiment;
  experiment.name = "swarm";
  experiment.about = "Drawn from its seed: cluster, configuration, load and faults.";
  experiment.seed = seed;
  experiment.load.seed = seed;
  experiment.world = world;
  Dice cluster(seed, Dice::Of::cluster);
  draw_cluster(cluster, experiment.store);
  Dice knobs(seed, Dice::Of::knobs);
  draw_choices(knobs, experiment.store);
  draw_amounts(knobs, experiment.store);
  Dice placement(seed, Dice::Of::placement);
  draw_placement(placement, experiment.store);
  Dice load(seed, Dice::Of::load);
  draw_load(load, experiment);
  Dice clients(seed, Dice::Of::clients);
  draw_clients(clients, experiment);
  Dice spares(seed, Dice::Of::spares);
  draw_spares(spares, experiment.store);
  Dice times(seed, Dice::Of::times);
  draw_times(times, experiment);
  Dice faults(seed, Dice::Of::faults);
  experiment.faults = draw_swarm_faults(faults, experiment);
  assert(store::check(experiment.store));
  return experiment;
}

}  // namespace fracas::harness
