// The nodes' wall clocks, in every world: adds up the distortions in force on each node, lets strobes flip,
// and keeps what was read back.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "harness/clock_reading.h"
#include "nemesis/surroundings.h"

namespace fracas::harness {

class WallClocks : public nemesis::Clocks {
 public:
  struct Hooks {
    std::function<nemesis::Nanoseconds()> now;  ///< since the run began
    std::function<void(nemesis::Nanoseconds delay, std::function<void()>)> after;
    std::function<std::string(const std::string& node)> unavailable;
    /// What the node's clock shall show from now on: sets it, and soon reads it back.
    std::function<void(const std::string& node, nemesis::Skew)> changed;
  };

  explicit WallClocks(Hooks);

  std::string unavailable(const std::string& node) const override;
  std::uint64_t distort(const std::string& node, nemesis::Skew) override;
  std::uint64_t strobe(const std::string& node, nemesis::Skew, nemesis::Nanoseconds period) override;
  void release(std::uint64_t handle) override;
  nemesis::ObservedSkew observed(const std::string& node, nemesis::Nanoseconds since) const override;

  /// All that is in force now, as one: offsets and what drifts have gathered add up, and so do the drifts.
  nemesis::Skew in_force(const std::string& node) const;
  void read_back(const std::string& node, const ClockReading&);

 private:
  struct Distortion {
    std::string node;
    nemesis::Skew skew;
    nemesis::Nanoseconds since = 0;
    bool active = true;
    nemesis::Nanoseconds period = 0;     ///< of a strobe
    nemesis::Nanoseconds next_flip = 0;  ///< of a strobe
  };
  struct Sample {
    nemesis::Nanoseconds at;
    ClockReading reading;
  };

  std::uint64_t add(const std::string& node, nemesis::Skew);
  void wait_for_flip(std::uint64_t handle);

  Hooks hooks_;
  std::uint64_t next_handle_ = 1;
  std::map<std::uint64_t, Distortion> distortions_;
  std::map<std::string, std::deque<Sample>> samples_;
};

}  // namespace fracas::harness
