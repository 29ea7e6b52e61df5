// What the clock faults have in common: a distortion of each target's wall clock that is taken back at the
// end, and the evidence that the node's own reading of the clock followed it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "nemesis/kind.h"

namespace fracas::nemesis {

class ActiveDistortion : public ActiveFault {
 public:
  struct Law {
    /// Distorts a node's clock and returns the handle.
    std::function<std::uint64_t(Clocks&, const std::string& node)> begin;
    /// The skew asked for at its largest, `elapsed` after the begin; its sign counts.
    std::function<Nanoseconds(Nanoseconds elapsed)> asked;
    /// What share of it must be read back for the fault to have taken effect, in percent.
    int share_percent = 50;
  };

  ActiveDistortion(const Fault&, Surroundings&, Law);
  Effect end(Surroundings&) override;

 private:
  struct Target {
    std::string why_not;  ///< this node's clock cannot be distorted
    std::uint64_t handle = 0;
    ObservedSkew before;  ///< the last readings before the fault; no samples if there were none
  };

  Law law_;
  Nanoseconds begun_;
  std::map<std::string, Target> targets_;
};

/// The parameter `by`: how far a clock is set off. Left open it is 10 ms to 5 min, both signs: small ones
/// find most bugs, big ones outlast every time-out.
FaultResult<Nanoseconds> draw_by(const FaultSpec&, Random&);
Nanoseconds by_of(const Fault&);

}  // namespace fracas::nemesis
