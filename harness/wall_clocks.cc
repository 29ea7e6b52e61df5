#include "harness/wall_clocks.h"

#include <algorithm>
#include <utility>

namespace fracas::harness {

using nemesis::Nanoseconds;
using nemesis::Skew;

namespace {

/// Readings kept per node; older ones are forgotten.
constexpr std::size_t kSamples = 100'000;
/// What VdsoClock takes.
constexpr double kLargestRate = 100;
constexpr Nanoseconds kShortestPeriod = 1'000'000;

}  // namespace

WallClocks::WallClocks(Hooks hooks) : hooks_(std::move(hooks)) {}

std::string WallClocks::unavailable(const std::string& node) const { return hooks_.unavailable(node); }

std::uint64_t WallClocks::add(const std::string& node, Skew skew) {
  const std::uint64_t handle = next_handle_++;
  distortions_.emplace(handle, Distortion{.node = node, .skew = skew, .since = hooks_.now()});
  hooks_.changed(node, in_force(node));
  return handle;
}

std::uint64_t WallClocks::distort(const std::string& node, Skew skew) { return add(node, skew); }

std::uint64_t WallClocks::strobe(const std::string& node, Skew skew, Nanoseconds period) {
  const std::uint64_t handle = add(node, skew);
  Distortion& distortion = distortions_.at(handle);
  distortion.period = std::max(period, kShortestPeriod);
  distortion.next_flip = hooks_.now() + distortion.period;
  wait_for_flip(handle);
  return handle;
}

void WallClocks::wait_for_flip(std::uint64_t handle) {
  hooks_.after(distortions_.at(handle).next_flip - hooks_.now(), [this, handle] {
    const auto found = distortions_.find(handle);
    if (found == distortions_.end()) return;
    Distortion& distortion = found->second;
    distortion.active = !distortion.active;
    distortion.since = hooks_.now();
    distortion.next_flip += distortion.period;
    hooks_.changed(distortion.node, in_force(distortion.node));
    wait_for_flip(handle);
  });
}

void WallClocks::release(std::uint64_t handle) {
  const auto found = distortions_.find(handle);
  if (found == distortions_.end()) return;
  const std::string node = found->second.node;
  distortions_.erase(found);
  hooks_.changed(node, in_force(node));
}

Skew WallClocks::in_force(const std::string& node) const {
  const Nanoseconds now = hooks_.now();
  Skew sum;
  for (const auto& [handle, distortion] : distortions_) {
    if (distortion.node != node || !distortion.active) continue;
    const double drift = distortion.skew.rate - 1;
    sum.offset += distortion.skew.offset +
                  static_cast<Nanoseconds>(static_cast<double>(now - distortion.since) * drift);
    sum.rate += drift;
  }
  sum.rate = std::clamp(sum.rate, 0.0, kLargestRate);
  return sum;
}

void WallClocks::read_back(const std::string& node, const ClockReading& reading) {
  auto& samples = samples_[node];
  samples.push_back({hooks_.now(), reading});
  if (samples.size() > kSamples) samples.pop_front();
}

/// Of several readings those count that prove the most: a slow one may be far off.
nemesis::ObservedSkew WallClocks::observed(const std::string& node, Nanoseconds since) const {
  const auto found = samples_.find(node);
  if (found == samples_.end()) return {};
  ClockReading lowest, highest;
  std::uint64_t count = 0;
  for (auto sample = found->second.rbegin(); sample != found->second.rend() && sample->at >= since;
       ++sample) {
    const ClockReading& it = sample->reading;
    const bool first = count++ == 0;
    if (first || it.skew_ns + it.uncertainty_ns < lowest.skew_ns + lowest.uncertainty_ns) lowest = it;
    if (first || it.skew_ns - it.uncertainty_ns > highest.skew_ns - highest.uncertainty_ns) highest = it;
  }
  return {count, lowest.skew_ns, highest.skew_ns, std::max(lowest.uncertainty_ns, highest.uncertainty_ns)};
}

}  // namespace fracas::harness
