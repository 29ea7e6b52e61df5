// Contradictions in the order of writes told in words, operation by operation: "Let A = ..., then A came
// before B, because ...; however B came before A, because ...: a contradiction."
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "checker/property.h"
#include "checker/visibility/arbitration.h"
#include "checker/visibility/session_steps.h"

namespace fracas::checker {

/// Collects the operations of a story, and names them by letters in the order in which they began.
class Cast {
 public:
  explicit Cast(const SessionHistory& history) : history_(history) {}
  void add(std::uint32_t place) { places_.insert(place); }
  void add_steps(const std::vector<std::uint32_t>& steps) {
    for (const std::uint32_t step : steps) add(history_.steps[step].place());
  }
  /// A, B, ... Z, A1, B1...
  std::string name(std::uint32_t place) const;
  /// "Let A = session 1 wrote ..., and B = ...."
  std::string introduction() const;
  /// The story with what goes before and after it, as a witness.
  Witness tell(const Evidence&, std::string story) const;

 private:
  const SessionHistory& history_;
  std::set<std::uint32_t> places_;
};

class OrderStory {
 public:
  OrderStory(const Case& whole, const SessionHistory& history)
      : whole_(whole), history_(history), sessions_(history) {}

  Witness tell(const SeenBefore&) const;
  Witness tell(const OrderCycle&) const;

 private:
  /// Why one write comes before another.
  struct Reason {
    WriteId before = 0;
    WriteId after = 0;
    bool forced = false;
    std::uint32_t step = 0;                ///< in whose past `before` is: that of the read, or of `after`
    std::vector<std::uint32_t> between{};  ///< steps by which that came to be
  };
  std::vector<Reason> reasons(const OrderCycle&) const;
  Reason caused(WriteId before, WriteId after) const;
  std::string because(const Cast&, const Reason&) const;
  std::string had_seen(const Cast&, WriteId, std::uint32_t step,
                       const std::vector<std::uint32_t>& between) const;

  const Case& whole_;
  const SessionHistory& history_;
  SessionSteps sessions_;
};

}  // namespace fracas::checker
