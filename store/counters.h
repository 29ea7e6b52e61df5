// What a node counts, for /metrics and for tests that ask whether something happened.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "store/node.h"

namespace fracas::store {

struct Counters {
  static constexpr std::size_t verbs = 3;
  static constexpr std::size_t outcomes = 10;  ///< ok, then ErrorKind + 1

  std::array<std::array<std::uint64_t, outcomes>, verbs> requests{};
  std::uint64_t read_repairs = 0;
  std::array<std::uint64_t, 4> read_repairs_by{};  ///< the same, by `repair` of the get
  std::uint64_t read_replies = 0;                  ///< of homes, to gets that this node coordinated
  std::uint64_t stale_replies = 0;                 ///< of these, behind what another reply had
  std::uint64_t hints_stored = 0;
  std::uint64_t hints_delivered = 0;
  std::uint64_t hints_over_window = 0;  ///< refused: their target had been away for too long
  std::uint64_t hints_over_quota = 0;   ///< refused: so many, or so large ones, are kept already
  std::uint64_t hints_not_written = 0;  ///< refused: this node's disk took no writes
  std::uint64_t fallback_acks = 0;      ///< of stand-ins, in writes that this node coordinated
  std::uint64_t fallback_replies = 0;   ///< of stand-ins, in gets
  std::uint64_t exchanges_begun = 0;
  std::uint64_t exchanges_completed = 0;
  std::uint64_t exchange_keys_repaired = 0;
  std::uint64_t exchange_keys_sent = 0;  ///< because the other side seemed to lack them
  std::uint64_t tombstones_dropped = 0;
  std::uint64_t tombstones_kept = 0;   ///< candidates that not everybody agreed to
  std::uint64_t late_messages = 0;     ///< past the time within which they may be merged (gc = confirmed)
  std::uint64_t clocks_refused = 0;    ///< hlc: of peers, too far ahead to be followed
  std::uint64_t messages_refused = 0;  ///< from nobody we know, or about another kind of state

  /// Copies given to others because they seemed to be behind.
  std::uint64_t repairs() const { return read_repairs + hints_delivered + exchange_keys_sent; }

  void count(Verb verb, const std::optional<ClientError>& error) {
    const std::size_t outcome = error ? static_cast<std::size_t>(error->kind) + 1 : 0;
    ++requests[static_cast<std::size_t>(verb)][outcome];
  }
};

}  // namespace fracas::store
