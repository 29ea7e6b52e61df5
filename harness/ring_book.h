// What a world knows of the cluster's ring: what operators asked for, and every ring that nodes were seen to
// follow. How a node is asked is the world's business.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/target.h"
#include "nemesis/surroundings.h"

namespace fracas::harness {

class RingBook : public nemesis::Rings {
 public:
  /// Called once, or never if nothing comes back.
  using Done = std::function<void(nemesis::RingAnswer)>;
  using Ask = std::function<void(const std::string& via, const nemesis::RingChange&, Done)>;

  RingBook(ClusterRing first, Ask ask) : ask_(std::move(ask)), latest_(std::move(first)) {
    seen_.push_back(latest_.view);
  }

  std::uint64_t ask(const std::string& via, const nemesis::RingChange&) override;
  nemesis::RingAnswer answer(std::uint64_t handle) const override;
  const std::vector<nemesis::RingView>& seen() const override { return seen_; }

  bool knows(std::uint64_t epoch) const;
  void saw(ClusterRing, nemesis::Nanoseconds now);
  const ClusterRing& latest() const { return latest_; }

 private:
  Ask ask_;
  ClusterRing latest_;
  std::vector<nemesis::RingView> seen_;  ///< by number
  std::map<std::uint64_t, nemesis::RingAnswer> answers_;
};

}  // namespace fracas::harness
