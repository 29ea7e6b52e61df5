// The order of a register's versions, as far as it can be told (version_order.h).
#pragma once

#include <vector>

#include "checker/transactions/version_order.h"

namespace fracas::checker::transactions {

class RegisterOrder {
 public:
  RegisterOrder(const Transactions&, Vouched, VersionOrder&);
  void run();

 private:
  /// What a transaction did to a key, as others could see it.
  struct Touch {
    TxnId txn = 0;
    KeyId key = 0;
    VersionId first = kNone;  ///< that it found, or else made
    VersionId last = kNone;   ///< that it left
    VersionId read = kNone;   ///< before it wrote the key
    VersionId written = kNone;
  };
  struct Edge {
    VersionId from = 0;
    VersionId to = 0;
    bool operator==(const Edge&) const = default;
    auto operator<=>(const Edge&) const = default;
  };

  std::vector<Touch> touches() const;
  void judge(std::span<const Touch> of_key);
  std::vector<Edge> by_data(std::span<const Touch> of_key) const;
  std::vector<Edge> by_sessions(std::span<const Touch> of_key);
  std::vector<Edge> by_time(std::span<const Touch> of_key) const;
  /// `sound`: nothing in the key goes round, as is known already.
  void accept(std::vector<Edge> edges, Scope scope, bool vouched, bool sound);
  bool reports_cycles(const std::vector<Edge>& edges, Scope scope, bool vouched);
  void place_all();

  struct Accepted {
    Edge edge;
    Scope scope;
  };

  const Transactions& txns_;
  Vouched vouched_;
  VersionOrder& order_;
  std::vector<Edge> so_far_;        ///< accepted edges of the key at hand
  std::vector<Accepted> accepted_;  ///< of all keys
  std::vector<const Touch*> last_of_session_;
};

}  // namespace fracas::checker::transactions
