// A small world that can be explored completely: a configuration of the store, two to four operations, how
// much may go wrong, and what is expected to come of it. Data; the list is in scopes.cc.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/explore/property.h"

namespace fracas::harness::explore {

/// add: writes what its client has read, and one element more (values are JSON arrays).
enum class Deed : std::uint8_t { get, put, add, remove };

inline constexpr int any_node = 0;

/// Clients are sequential: an operation begins after the previous one of its client has ended, at any moment.
/// It carries the context that its client got last.
struct Operation {
  int client = 1;
  Deed deed = Deed::get;
  std::string value{};  ///< put: JSON; add: the element; unique in the scope
  int node = any_node;  ///< 1 .. nodes: where it is sent; any_node: all of them are tried
};

struct Expectation {
  Property property = Property::linearizable;
  bool violated = false;  ///< else it must hold in every schedule
};

/// As in [store] of an experiment.
using Knobs = std::vector<std::pair<std::string, std::string>>;

struct Scope {
  std::string name{};
  std::string sentence{};
  bool slow = false;  ///< more than a second or two: only when asked for
  /// Knobs that differ from the ground: lww, n = 3, no repair, no hints, no anti-entropy, and all nodes are
  /// homes.
  Knobs store{};
  std::vector<Operation> operations{};
  int losses = 0;       ///< messages that may be lost
  int repetitions = 0;  ///< messages that may arrive twice
  int crashes = 0;      ///< nodes may be killed so often; each is restarted at some moment
  int timers = 0;       ///< timers may fire so often, each at any moment
  /// A crash is a power cut: what was written without a sync is gone.
  bool power_cuts = false;
  /// The messages of a link arrive in the order in which they were sent. Otherwise they overtake each other.
  bool ordered_links = false;
  std::map<int, std::int64_t> wall_skew_us{};  ///< by node, from 1
  std::vector<Expectation> expected{};
};

const std::vector<Scope>& scopes();
const Scope* find_scope(std::string_view name);

}  // namespace fracas::harness::explore
