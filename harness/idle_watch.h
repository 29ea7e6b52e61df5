// What the nodes do once the replicas have settled and nobody writes any more: which copies change, which are
// given to others. Sound about what still was under way: changes count from a node's first report on, since
// settled copies are equal; repairs, which may repeat what the other side has got meanwhile, only once every
// pair has completed an exchange since. It ends when each has completed another.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checker/evidence.h"
#include "harness/settle.h"
#include "harness/target.h"

namespace fracas::harness {

class IdleWatch {
 public:
  explicit IdleWatch(std::vector<std::string> nodes, Settling::Pairs pairs)
      : nodes_(std::move(nodes)), pairs_(std::move(pairs)) {}

  void observe(const std::string& node, const NodeStatus&);
  bool done() const;
  /// `seconds` is the caller's business.
  checker::IdleTime idle_time() const;

 private:
  struct Report {
    std::map<std::string, std::uint64_t> exchanges{};
    std::uint64_t changes = 0;
    std::uint64_t repairs = 0;
  };
  using Reports = std::map<std::string, Report>;  ///< by node

  /// Every pair has completed an exchange between these reports and the latest.
  bool exchanged_since(const Reports& before) const;

  std::vector<std::string> nodes_;
  Settling::Pairs pairs_;
  Reports first_;
  Reports drained_;  ///< each node's first report after every pair had completed an exchange since `first_`
  Reports latest_;
};

}  // namespace fracas::harness
