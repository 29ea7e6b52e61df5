// Consistency models of transactions, which of them imply which, and which anomaly rules out which: so that
// anomalies found in a history become the weakest models that it contradicts.
//
// Sources: Adya, "Weak Consistency" (1999); Bailis et al., "Highly Available Transactions" (VLDB 2014);
// Cerone, Bernardi, Gotsman, "A Framework for Transactional Consistency Models with Atomic Visibility"
// (CONCUR 2015); Cerone, Gotsman, "Analysing Snapshot Isolation" (PODC 2016); Daudjee, Salem, "Lazy Database
// Replication with Snapshot Isolation" (VLDB 2006); Kingsbury, Alvaro, "Elle" (VLDB 2020), whose names and
// whose lattice these are.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace fracas::checker::transactions {

/// In an order in which whatever is weaker comes first.
enum class Isolation : std::uint8_t {
  read_uncommitted,
  session_read_uncommitted,
  strong_read_uncommitted,
  read_committed,
  session_read_committed,
  strong_read_committed,
  cursor_stability,
  monotonic_atomic_view,
  monotonic_view,
  monotonic_snapshot_read,
  consistent_view,
  forward_consistent_view,
  update_serializable,
  read_atomic,
  causal,
  update_atomic,
  prefix,
  parallel_snapshot_isolation,
  repeatable_read,
  snapshot_isolation,
  session_snapshot_isolation,
  strong_snapshot_isolation,
  serializable,
  session_serializable,
  strict_serializable
};
inline constexpr std::size_t kIsolations = 25;

std::string_view to_string(Isolation);

/// A set of models.
class Isolations {
 public:
  constexpr Isolations() = default;
  constexpr Isolations(std::initializer_list<Isolation> models) {
    for (const Isolation model : models) bits_ |= 1U << static_cast<unsigned>(model);
  }
  constexpr bool has(Isolation model) const { return (bits_ >> static_cast<unsigned>(model) & 1U) != 0; }
  constexpr void add(Isolation model) { bits_ |= 1U << static_cast<unsigned>(model); }
  constexpr void add(Isolations others) { bits_ |= others.bits_; }
  constexpr bool operator==(const Isolations&) const = default;
  std::vector<Isolation> list() const;

 private:
  std::uint32_t bits_ = 0;
};

/// What an anomaly is. Cycles first, from the worst to the slightest.
enum class Phenomenon : std::uint8_t {
  g0,                   ///< a cycle of writes over writes
  g1c,                  ///< and of writes that were read
  g_single,             ///< with one read that missed a write
  g_nonadjacent,        ///< with several, no two of which follow each other
  g2_item,              ///< with two that do
  g1a,                  ///< a read of what failed
  g1b,                  ///< a read of what its transaction wrote over
  garbage_read,         ///< a read of what nobody wrote
  internal,             ///< a transaction does not find its own write
  non_repeatable_read,  ///< reads twice, and finds two things
  future_read,          ///< reads what it writes only later
  dirty_update,         ///< a write on top of one that failed
  lost_update,          ///< two that read the same version wrote over it
  incompatible_order,   ///< two reads of a list, neither of which is a prefix of the other
  duplicate_elements,   ///< a list with the same element twice
  cyclic_versions       ///< a key whose versions come before themselves
};

/// What has to be taken into account beside the data for an anomaly to be one.
enum class Scope : std::uint8_t {
  data,
  process,  ///< a session's transactions happen in its order
  realtime  ///< what was acknowledged comes before what begins later
};

/// "G-single-realtime"; items are all that there is here, so that Elle's "-item" is left out but of G2.
std::string_view to_string(Phenomenon);
std::string_view suffix(Scope);

/// The models that no history with such an anomaly satisfies, all that are stronger included.
Isolations ruled_out(Phenomenon, Scope);
/// Those of a set that nothing else in it is weaker than.
Isolations weakest(Isolations);

}  // namespace fracas::checker::transactions
