#include "checker/transactions/isolation.h"

#include <array>
#include <utility>

namespace fracas::checker::transactions {
namespace {

using enum Isolation;

struct Row {
  std::string_view name;
  Isolations implies{};  ///< directly
};

/// In the order of the enumeration.
constexpr std::array<Row, kIsolations> kRows{{
    {"read-uncommitted", {}},
    {"strong-session-read-uncommitted", {read_uncommitted}},
    {"strong-read-uncommitted", {session_read_uncommitted}},
    {"read-committed", {read_uncommitted}},
    {"strong-session-read-committed", {read_committed, session_read_uncommitted}},
    {"strong-read-committed", {session_read_committed, strong_read_uncommitted}},
    {"cursor-stability", {read_committed}},
    {"monotonic-atomic-view", {read_committed}},
    {"monotonic-view", {read_committed}},
    {"monotonic-snapshot-read", {read_committed}},
    {"consistent-view", {cursor_stability, monotonic_view}},
    {"forward-consistent-view", {consistent_view}},
    {"update-serializable", {forward_consistent_view}},
    {"read-atomic", {monotonic_atomic_view}},
    {"causal-cerone", {read_atomic}},
    {"update-atomic", {read_atomic}},
    {"prefix", {causal}},
    {"parallel-snapshot-isolation", {causal, update_atomic}},
    {"repeatable-read", {cursor_stability, monotonic_atomic_view}},
    {"snapshot-isolation",
     {forward_consistent_view, monotonic_atomic_view, monotonic_snapshot_read, parallel_snapshot_isolation,
      prefix}},
    {"strong-session-snapshot-isolation", {snapshot_isolation, session_read_committed}},
    {"strong-snapshot-isolation", {session_snapshot_isolation, strong_read_committed}},
    {"serializable", {repeatable_read, update_serializable, snapshot_isolation}},
    {"strong-session-serializable", {serializable, session_snapshot_isolation}},
    {"strict-serializable", {session_serializable, strong_snapshot_isolation}},
}};

constexpr Isolation nth(std::size_t i) { return static_cast<Isolation>(i); }

/// Everything that each model implies: those in front of it are done already.
constexpr std::array<Isolations, kIsolations> all_implied() {
  std::array<Isolations, kIsolations> implied{};
  for (std::size_t i = 0; i < kIsolations; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (!kRows[i].implies.has(nth(j))) continue;
      implied[i].add(nth(j));
      implied[i].add(implied[j]);
    }
  return implied;
}
constexpr std::array<Isolations, kIsolations> kImplied = all_implied();

/// The weakest models that forbid a cycle, by what has to be taken into account.
using Forbidding = std::array<Isolations, 3>;

constexpr Isolations forbidding(Phenomenon phenomenon, Scope scope) {
  const auto by_scope = [&](const Forbidding& models) { return models[static_cast<std::size_t>(scope)]; };
  switch (phenomenon) {
    case Phenomenon::g0:
      return by_scope({{{read_uncommitted}, {session_read_uncommitted}, {strong_read_uncommitted}}});
    case Phenomenon::g1c:
      return by_scope({{{read_committed}, {session_read_committed}, {strong_read_committed}}});
    case Phenomenon::g_single:
      return by_scope(
          {{{consistent_view, repeatable_read}, {session_snapshot_isolation}, {strong_snapshot_isolation}}});
    case Phenomenon::g_nonadjacent:
      return by_scope({{{snapshot_isolation, repeatable_read},
                        {session_snapshot_isolation},
                        {strong_snapshot_isolation}}});
    case Phenomenon::g2_item:
      return by_scope({{{repeatable_read}, {session_serializable}, {strict_serializable}}});
    case Phenomenon::g1a:
    case Phenomenon::g1b:
    case Phenomenon::garbage_read:
    case Phenomenon::future_read:
    case Phenomenon::dirty_update:
    case Phenomenon::incompatible_order:
      return {read_committed};
    case Phenomenon::internal:
    case Phenomenon::duplicate_elements:
      return {read_uncommitted};
    case Phenomenon::non_repeatable_read:
      return {consistent_view, repeatable_read, read_atomic};
    case Phenomenon::lost_update:
      return {cursor_stability, update_atomic};
    case Phenomenon::cyclic_versions:
      // Of the data alone: a version was read before one that was read before it was written, which is a G1c.
      // Orders that only sessions or real time give are those of strong snapshots.
      return by_scope({{{read_committed}, {session_snapshot_isolation}, {strong_snapshot_isolation}}});
  }
  return {};
}

}  // namespace

std::string_view to_string(Isolation model) { return kRows[static_cast<std::size_t>(model)].name; }

std::vector<Isolation> Isolations::list() const {
  std::vector<Isolation> models;
  for (std::size_t i = 0; i < kIsolations; ++i)
    if (has(nth(i))) models.push_back(nth(i));
  return models;
}

std::string_view to_string(Phenomenon phenomenon) {
  constexpr std::array<std::string_view, 16> kNames = {"G0",
                                                       "G1c",
                                                       "G-single",
                                                       "G-nonadjacent",
                                                       "G2-item",
                                                       "G1a",
                                                       "G1b",
                                                       "garbage-read",
                                                       "internal",
                                                       "non-repeatable-read",
                                                       "future-read",
                                                       "dirty-update",
                                                       "lost-update",
                                                       "incompatible-order",
                                                       "duplicate-elements",
                                                       "cyclic-versions"};
  return kNames.at(static_cast<std::size_t>(phenomenon));
}

std::string_view suffix(Scope scope) {
  constexpr std::array<std::string_view, 3> kSuffixes = {"", "-process", "-realtime"};
  return kSuffixes.at(static_cast<std::size_t>(scope));
}

Isolations ruled_out(Phenomenon phenomenon, Scope scope) {
  Isolations models = forbidding(phenomenon, scope);
  for (std::size_t i = 0; i < kIsolations; ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (models.has(nth(j)) && kImplied[i].has(nth(j))) models.add(nth(i));
  return models;
}

Isolations weakest(Isolations models) {
  Isolations result;
  for (std::size_t i = 0; i < kIsolations; ++i) {
    bool least = models.has(nth(i));
    for (std::size_t j = 0; j < i; ++j) least = least && !(models.has(nth(j)) && kImplied[i].has(nth(j)));
    if (least) result.add(nth(i));
  }
  return result;
}

}  // namespace fracas::checker::transactions
