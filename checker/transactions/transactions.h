// The transactions of a history in Jepsen's form, as numbers: [["r", "x", [1, 2]], ["append", "x", 3]] of a
// list-append history, [["r", "x", 1], ["w", "x", 2]] of a history of registers. Keys and versions are dense
// ids, so that everything that follows is arrays.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checker/history.h"
#include "checker/model.h"

namespace fracas::checker::transactions {

using TxnId = std::uint32_t;
using KeyId = std::uint32_t;
using VersionId = std::uint32_t;
inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

enum class Access : std::uint8_t { read, append, write };

/// One step of a transaction. Reads are kept of committed transactions only: of others nothing is known.
struct MicroOp {
  KeyId key = 0;
  VersionId version = 0;     ///< written; or read: of a list that of its last element
  std::uint32_t length = 0;  ///< of a list that was read; if it strayed, its index among the strays
  Access access = Access::read;
  bool strayed = false;  ///< the list is no prefix of the key's longest
};

/// Committed: ok. Failed ones are here because somebody may have read what they wrote.
struct Transaction {
  std::uint32_t operation = 0;  ///< its index among the history's operations
  std::uint32_t first = 0;      ///< of its micro-operations
  std::uint32_t count = 0;
  std::uint32_t invoked = 0;
  std::uint32_t completed = kNever;
  std::uint32_t session = 0;  ///< dense
  Outcome outcome = Outcome::open;
  bool observed = false;  ///< a committed transaction has read something of it: then it did commit, or is
                          ///< read although it failed
};

/// What a write makes of its key, named by the value written (values are unique); and the nil version of each
/// key, which is there before any write.
struct Version {
  KeyId key = 0;
  TxnId writer = kNone;         ///< kNone: nil, or nobody wrote it
  std::uint32_t place = kNone;  ///< in the key's list; kNone: in none that was read, or no list
  std::uint32_t micro_op = 0;   ///< that wrote it
  bool nil = false;
  bool intermediate = false;  ///< its transaction wrote the key again
};

struct Key {
  std::string_view text{};  ///< JSON
  VersionId nil = 0;
  std::vector<VersionId> list{};  ///< the longest list that was read, as far as the others agree with it
  bool repeats = false;           ///< some list shows an element twice
  bool strays = false;            ///< some list is no prefix of the longest: the order is not known
};

/// Views into the history, which has to outlive it. In order of invocation.
struct Transactions {
  const History* history = nullptr;
  bool lists = false;  ///< list-append, else registers
  std::vector<Transaction> all{};
  std::vector<MicroOp> micro_ops{};
  std::vector<Key> keys{};
  std::vector<Version> versions{};
  std::vector<std::string_view> values{};        ///< JSON text of each version
  std::vector<std::vector<VersionId>> strays{};  ///< lists that contradict the longest of their key
  std::uint32_t sessions = 0;
  std::uint64_t committed = 0;
  std::string problem{};  ///< why it cannot be judged, and which operation is to blame; empty: nothing

  std::span<const MicroOp> micro_ops_of(TxnId txn) const {
    return std::span(micro_ops).subspan(all[txn].first, all[txn].count);
  }
  /// The list that a read of a list returned.
  std::span<const VersionId> list_of(const MicroOp& read) const {
    return read.strayed ? std::span<const VersionId>(strays[read.length])
                        : std::span<const VersionId>(keys[read.key].list).first(read.length);
  }
  const Operation& operation(TxnId txn) const { return history->operations()[all[txn].operation]; }
  bool failed(TxnId txn) const { return all[txn].outcome == Outcome::fail; }
  /// Certainly took effect.
  bool committed_or_seen(TxnId txn) const {
    return all[txn].outcome == Outcome::ok || (all[txn].observed && !failed(txn));
  }
  /// Was written by a transaction that may have taken effect.
  bool living(VersionId version) const {
    const TxnId writer = versions[version].writer;
    return writer != kNone && !failed(writer);
  }
};

/// `asked`: the model to read it by; none: what its writes show.
Transactions decode(const History&, const JudgedAs&);

}  // namespace fracas::checker::transactions
