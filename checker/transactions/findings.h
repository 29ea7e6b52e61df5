// What was found in the transactions of a history: anomalies by kind, all counted, the first of each kind
// told.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "checker/property.h"
#include "checker/transactions/isolation.h"
#include "checker/transactions/transactions.h"

namespace fracas::checker::transactions {

struct Story {
  std::string text{};
  std::vector<TxnId> txns{};
};

/// Anomalies of one kind.
struct Kind {
  Phenomenon phenomenon = Phenomenon::g0;
  Scope scope = Scope::data;
  Isolations ruled_out{};
  std::uint64_t count = 0;
  std::vector<Story> stories{};  ///< of the first kMaxWitnesses
};

class Findings {
 public:
  /// `story` is called only while there is room for one more.
  template <typename MakeStory>
  void add(Phenomenon phenomenon, Scope scope, Isolations ruled_out, MakeStory&& story) {
    Kind& kind = kinds_[static_cast<std::size_t>(phenomenon)][static_cast<std::size_t>(scope)];
    kind.phenomenon = phenomenon;
    kind.scope = scope;
    kind.ruled_out.add(ruled_out);
    if (++kind.count <= kMaxWitnesses) kind.stories.push_back(std::forward<MakeStory>(story)());
  }
  template <typename MakeStory>
  void add(Phenomenon phenomenon, MakeStory&& story) {
    add(phenomenon, Scope::data, transactions::ruled_out(phenomenon, Scope::data),
        std::forward<MakeStory>(story));
  }

  /// Those that were found, from the worst to the slightest.
  std::vector<const Kind*> found() const {
    std::vector<const Kind*> kinds;
    for (const auto& by_scope : kinds_)
      for (const Kind& kind : by_scope)
        if (kind.count > 0) kinds.push_back(&kind);
    return kinds;
  }
  Isolations ruled_out() const {
    Isolations models;
    for (const Kind* kind : found()) models.add(kind->ruled_out);
    return models;
  }

 private:
  std::array<std::array<Kind, 3>, 16> kinds_{};
};

/// Everything but cycles: what one transaction, or one key, shows by itself.
void find_in_reads(const Transactions&, Findings&);

}  // namespace fracas::checker::transactions
