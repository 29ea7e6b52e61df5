// The guarantee matrix: one function per property, one reason per cell.
//
// Rows, as configurations that exist so far (strict placement, tombstones kept, ids of actors fresh per
// process):
//   lww with wall stamps, r + w > n      L-QUO     siblings, r + w > n     D-QUO
//   lww with wall stamps, r + w <= n     L-ONE     siblings, r + w <= n    D-ONE
// Columns: which kinds of fault took effect. A kill -9 keeps the page cache, so that fsync = never loses
// nothing by it; pauses, partitions and faults of single messages delay, and timed-out writes may take effect
// late; the model of a history allows that. A full, failing or slow disk is the same again: the node ends or
// waits before it acknowledges. A power loss takes what was not synced: nothing under fsync = always,
// acknowledged writes under never. An empty, old, shortened or damaged disk takes acknowledged writes
// whatever is synced, so that fewer than w copies may be left and quorums meet in vain; where the experiment
// says that fewer than w nodes suffer it, each once, a copy of every acknowledged write is left. Clocks
// matter to lww alone. Repair changes how soon replicas agree, never what is promised: asynchronous read
// repair comes after the answer. Contexts: a put without one supersedes nothing, so under siblings it loses
// nothing either; it only makes siblings grow up to their limit, at which puts are refused. Seeded bugs are
// no part of a promise: a bug has to break it.
#include "harness/promises.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

/// What the cells ask about.
struct Facts {
  const store::Config& store;
  const ClientBehaviour& clients;
  bool lww = false;
  bool quorum = false;       ///< every read quorum meets every write quorum
  bool clocks = false;       ///< a wall clock was distorted
  bool power_loss = false;   ///< what was not synced is gone
  std::string state_damage;  ///< how replicas may have lost acknowledged state; empty: they have not
  bool copies_left = true;   ///< so few replicas have that each acknowledged write is still on one
};

Promise yes(std::string reason) { return {true, std::move(reason)}; }
Promise no(std::string reason) { return {false, std::move(reason)}; }

std::string quorums(const Facts& f) {
  return fmt::format("r + w = {} + {} {} n = {}", f.store.r, f.store.w, f.quorum ? ">" : "<=", f.store.n);
}

Promise damaged(const Facts& f) {
  return no(fmt::format("{}: of an acknowledged write fewer than w = {} copies may be left", f.state_damage,
                        f.store.w));
}

Promise read_your_writes(const Facts& f) {
  if (!f.state_damage.empty()) return damaged(f);
  if (!f.quorum)
    return no(
        fmt::format("{}: a read may be answered by replicas that have not seen the session's own write{}",
                    quorums(f), f.clients.sticky ? ", also when the client keeps to one coordinator" : ""));
  if (f.lww && f.clocks)
    return yes(quorums(f) +
               ": every read meets a replica that has the session's own write or one with a higher stamp "
               "(judged in stamp order: an own write that lost by its stamp is lost-writes' business)");
  return yes(quorums(f) + ": every read meets a replica that has the session's own write or a later one");
}

Promise regular(const Facts& f) {
  if (!f.state_damage.empty()) return damaged(f);
  if (!f.quorum)
    return no(quorums(f) +
              ": a read may be answered by replicas that an acknowledged write has not reached yet");
  if (!f.lww)
    return yes(quorums(f) +
               ": every read meets every acknowledged write, and siblings are kept until a context "
               "covers them");
  if (f.clocks)
    return no(
        "a distorted wall clock gives a later write a lower stamp, and reads then return the earlier one");
  return yes(quorums(f) +
             ": every read meets every acknowledged write, and undistorted clocks of one machine stamp "
             "a later write higher");
}

/// Without either, what is read at the end may be an old replica's answer. (Where the replicas themselves can
/// be asked, the checkers look at them; a run that is cut short has only its reads.)
bool final_state_is_known(const Facts& f) { return f.quorum || f.store.anti_entropy_ns > 0; }

Promise not_known(const Facts& f) {
  return no(quorums(f) +
            " and anti-entropy is off: what is read at the end may come from a replica that missed the "
            "write for good");
}

Promise lost_updates(const Facts& f) {
  if (f.lww)
    return no(
        "lww keeps one of two concurrent read-modify-writes and drops the effect of the other, without any "
        "fault");
  if (!f.copies_left) return damaged(f);
  if (!final_state_is_known(f)) return not_known(f);
  if (!f.clients.contexts)
    return yes("a put without context supersedes nothing: every update stays as a sibling of its own");
  return yes(
      "a put supersedes only what its context covers, which is what its client had read and merged; at any r "
      "and w, under any clock");
}

Promise lost_writes(const Facts& f) {
  if (!f.state_damage.empty()) return damaged(f);
  if (f.lww && f.clocks)
    return no(
        "the higher stamp wins: a distorted wall clock lets an earlier write beat one that began after it "
        "ended");
  if (!final_state_is_known(f)) return not_known(f);
  if (f.lww)
    return yes(
        "undistorted clocks of one machine stamp a write higher than every write that ended before it began");
  return yes("a write is superseded only by one whose context covers it, whatever clocks say");
}

Promise durability(const Facts& f) {
  if (!f.copies_left) return damaged(f);
  if (!f.state_damage.empty())
    return yes(
        fmt::format("{}, but of the w = {} replicas that acknowledged a write one is left that has not "
                    "lost it, whatever happened to the others",
                    f.state_damage, f.store.w));
  const std::string copies =
      f.store.w == 1 ? "the one replica" : fmt::format("each of the {} replicas", f.store.w);
  if (f.store.fsync == store::Fsync::never)
    return yes(copies +
               " that acknowledged a write handed it to the kernel first: kill -9 takes the process, not the "
               "page cache, and no fault of this run takes that (fsync = never would show at a power loss)");
  if (f.power_loss)
    return yes(copies +
               " that acknowledged a write had synced it to its disk first, and a power loss takes only what "
               "was not synced");
  return yes(
      copies +
      " that acknowledged a write had synced it to its disk first, and no fault of this run takes state "
      "from a disk");
}

Promise convergence(const Facts& f) {
  if (f.store.anti_entropy_ns <= 0)
    return no(fmt::format(
        "anti-entropy is off: {} only what they happen to touch, and a write that a replica missed "
        "may never reach it",
        f.store.hints == store::Hints::off ? "read repair reaches" : "hints and read repair reach"));
  return yes(
      "anti-entropy compares every pair of homes once links are healed, and both ways of merging give the "
      "same "
      "state in any order");
}

Promise no_phantoms(const Facts&) {
  return yes(
      "no configuration and no fault makes up a value, and a message or record that a fault damages is found "
      "out by its checksum");
}

Promise honest_failures(const Facts&) {
  return yes(
      "an operation is reported as failed only when no replica was asked; everything else that went wrong is "
      "reported as of unknown outcome");
}

struct Row {
  std::string_view property;
  Promise (*promise)(const Facts&);
};
constexpr auto kRows = std::to_array<Row>({
    {"read-your-writes", read_your_writes},
    {"regular", regular},
    {"lost-updates", lost_updates},
    {"lost-writes", lost_writes},
    {"durability", durability},
    {"convergence", convergence},
    {"no-phantoms", no_phantoms},
    {"honest-failures", honest_failures},
});

/// How a kind of fault takes acknowledged state from a replica that had synced it.
struct Damage {
  std::string_view kind;
  std::string_view how;
};
constexpr auto kDamages = std::to_array<Damage>({
    {"disk.wipe", "a node came back with an empty disk"},
    {"disk.restore", "a node came back with an old state of its disk"},
    {"disk.truncate", "a node came back without its last writes, synced ones included"},
    {"disk.bit-flip", "a node whose disk was damaged came back with an empty one"},
});

/// Kinds that the matrix speaks of and that leave every replica's acknowledged and synced state alone.
bool leaves_state(std::string_view kind) {
  constexpr auto kKinds = std::to_array<std::string_view>(
      {"process.kill", "process.pause", "disk.power-loss", "disk.full", "disk.error", "disk.slow"});
  const std::string_view kind_class = nemesis::class_of(kind);
  return kind_class == "network" || kind_class == "clock" ||
         std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

/// Empty if the kind takes nothing under this configuration.
std::string damage_by(std::string_view kind, const store::Config& store) {
  for (const Damage& damage : kDamages)
    if (damage.kind == kind) return fmt::format("{} ({})", damage.how, kind);
  if (kind == "disk.power-loss" && store.fsync == store::Fsync::never)
    return "fsync = never acknowledges what is not on the disk, and a power loss took that (disk.power-loss)";
  if (leaves_state(kind)) return {};
  return fmt::format("no promise is written down for {}, which may take state from a replica", kind);
}

/// On how many nodes the faults of a kind fall in all; nothing if that is left to the planner.
std::optional<int> nodes_hit(const Experiment& e, std::string_view kind) {
  int nodes = 0;
  for (const nemesis::FaultSpec& spec : e.faults) {
    if (spec.kind != kind) continue;
    const bool named =
        spec.target == "one" || spec.target.find_first_not_of("n0123456789") == std::string::npos;
    if (spec.every != 0 || !named) return std::nullopt;
    ++nodes;
  }
  return nodes > 0 ? std::optional(nodes) : std::nullopt;
}

/// Fewer than w homes of any key have lost anything: each acknowledged write is still on one.
bool copies_left(const Experiment& e, const std::set<std::string>& kinds) {
  int lossy = 0;
  for (const std::string& kind : kinds) {
    if (damage_by(kind, e.store).empty()) continue;
    const auto hit = nodes_hit(e, kind);
    if (!hit || nemesis::class_of(kind) != "disk") return false;
    lossy += *hit;
  }
  return lossy < e.store.w;
}

Facts facts(const Experiment& e, const std::set<std::string>& kinds) {
  Facts f{.store = e.store,
          .clients = e.clients,
          .lww = e.store.conflict == store::Conflict::lww,
          .quorum = e.store.r + e.store.w > e.store.n,
          .power_loss = kinds.contains("disk.power-loss"),
          .state_damage = {},
          .copies_left = copies_left(e, kinds)};
  for (const std::string& kind : kinds) {
    if (nemesis::class_of(kind) == "clock") f.clocks = true;
    if (f.state_damage.empty()) f.state_damage = damage_by(kind, e.store);
  }
  return f;
}

}  // namespace

Promise promise(std::string_view property, const Experiment& experiment,
                const std::set<std::string>& fault_kinds) {
  for (const Row& row : kRows)
    if (row.property == property) return row.promise(facts(experiment, fault_kinds));
  return no(fmt::format("no promise is written down for '{}'", property));
}

}  // namespace fracas::harness
