// A kind of fault: how it is described, drawn, begun, ended and measured. One file each in nemesis/faults/,
// one line in kinds.cc.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nemesis/fault.h"
#include "nemesis/random.h"
#include "nemesis/surroundings.h"

namespace fracas::nemesis {

/// Documentation and default of one parameter.
struct ParameterInfo {
  std::string_view name;
  std::string_view values;         ///< "a duration", "halves | random | ...", for messages
  std::string_view default_value;  ///< as text
  std::string_view sentence;
};

/// What a fault did, measured.
struct Effect {
  bool took_effect = false;
  /// JSON text of an object: connections_cut, bytes_held, skew_ms, operations_in_flight...
  std::string measured = "{}";
};

/// A fault that has begun. Destroying it without end() is a bug: the runner ends all.
class ActiveFault {
 public:
  virtual ~ActiveFault() = default;
  /// Undoes the fault and says what it did. Called once; safe if the node died or was healed by others
  /// meanwhile.
  virtual Effect end(Surroundings&) = 0;
};

/// Who the members of the ring are at a moment of a plan, if every change that it planned before was made.
struct Membership {
  std::vector<std::string> nodes;  ///< all that there are, in the cluster's order
  std::set<std::string> members;
  std::size_t least = 1;  ///< so many have to stay
};

struct Kind {
  std::string_view name;      ///< "class.name"
  std::string_view sentence;  ///< for `fracas list faults`
  std::vector<ParameterInfo> parameters;
  /// Drawn in [0.5, 1.5] of it for a spec that does not say how long.
  Nanoseconds default_duration;
  /// What a world must be able to do for it, before the nodes start.
  Ability needs = Ability::processes;
  /// It stops its nodes, or makes them end. A node suffers only one fault of all such kinds at a time: the
  /// planner moves or drops the others, since what is down cannot be killed, paused or made to fail.
  bool stops_nodes = false;
  /// It may take state from a node that was acknowledged and synced.
  bool takes_state = false;
  /// Draws what the spec leaves open (ranges, splits) into fault.parameters; `fault` has its nodes already,
  /// which a kind may replace by those that the drawn parameters really affect. `all` are the names of the
  /// cluster. Names of parameters have been checked. Drawing from parameters that are resolved already
  /// changes nothing.
  FaultResult<void> (*draw)(const FaultSpec&, const std::vector<std::string>& all, Random&, Fault& fault);
  std::unique_ptr<ActiveFault> (*begin)(const Fault&, Surroundings&);
  /// Of a kind that changes the ring (others: null). Chooses among the nodes that the fault is aimed at (all,
  /// where the spec says "one") who joins or leaves, so that it makes sense at that moment of the plan, and
  /// `now` follows. False: there is nobody to choose. The planner lets no two such faults overlap: a cluster
  /// makes one change at a time.
  bool (*change_ring)(const FaultSpec&, Membership& now, Random&, Fault&) = nullptr;
};

std::span<const Kind> kinds();
const Kind* find_kind(std::string_view name);
/// "process" of "process.kill".
std::string_view class_of(std::string_view kind);

}  // namespace fracas::nemesis
