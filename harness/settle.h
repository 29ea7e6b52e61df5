// Decides from what the nodes report whether the replicas have had what they need to agree: no hint is
// pending, and every ordered pair of nodes that share keys has completed two more exchanges since no
// operation and no hint can change anything any more (the first of them may have begun before). What a hint
// brings one home, exchanges that ended earlier have not brought the others. Without anti-entropy nothing is
// left by then that would make them agree.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checker/evidence.h"
#include "harness/target.h"

namespace fracas::harness {

class Settling {
 public:
  /// Ordered pairs (who starts the exchange, with whom).
  using Pairs = std::set<std::pair<std::string, std::string>>;

  /// `not_before_ns`: until then an operation that its client gave up may still write, and leave hints
  /// behind.
  Settling(std::vector<std::string> nodes, Pairs, bool anti_entropy, std::int64_t not_before_ns);

  void observe(const std::string& node, const NodeStatus&, std::int64_t now_ns);
  bool done() const;
  /// How far it got; `seconds` is the caller's business.
  checker::Settlement settlement() const;

 private:
  struct Seen {
    std::uint64_t hints = 0;
    std::optional<std::int64_t> hintless_since_ns;  ///< and no operation can leave another
    std::int64_t counted_from_ns = std::numeric_limits<std::int64_t>::min();  ///< when at_begin was reported
    std::map<std::string, std::uint64_t> at_begin, now;
  };

  bool exchanged(const std::string& from, const std::string& to) const;
  /// When the last node was seen without hints; the end of time while one has some.
  std::int64_t hintless_since() const;
  std::string what_is_open() const;

  std::vector<std::string> nodes_;
  Pairs pairs_;
  bool anti_entropy_;
  std::int64_t not_before_ns_;
  std::map<std::string, Seen> seen_;
};

/// All ordered pairs of nodes that are both home to one of the keys.
template <typename Keys, typename Homes>
Settling::Pairs pairs_that_share(const Keys& keys, const Homes& homes) {
  Settling::Pairs pairs;
  for (const std::string& key : keys) {
    const std::vector<std::string> names = homes(key);
    for (const std::string& from : names) {
      for (const std::string& to : names) {
        if (from != to) pairs.emplace(from, to);
      }
    }
  }
  return pairs;
}

}  // namespace fracas::harness
