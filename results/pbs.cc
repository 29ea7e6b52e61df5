#include "results/pbs.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

namespace fracas::results {
namespace {

double choose(int n, int k) {
  if (k > n) return 0;
  double ways = 1;
  for (int i = 1; i <= k; ++i) ways *= static_cast<double>(n - k + i) / i;
  return ways;
}

/// One write and the delays of one read of it.
class Trial {
 public:
  explicit Trial(int n) : replicas_(static_cast<std::size_t>(n)), acknowledgements_(replicas_.size()) {}

  /// How long after the acknowledgement a read must begin to see the write.
  double needed_ms(const Quorums& quorums, const Wars& wars, std::mt19937_64& random) {
    const std::size_t writer = coordinator(wars, random);
    const std::size_t reader = coordinator(wars, random);
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
      Replica& replica = replicas_[i];
      replica.write = i == writer ? 0 : wars.write(random);
      acknowledgements_[i] =
          i == writer ? wars.own_acknowledged(random) : replica.write + wars.acknowledged(random);
      replica.read = i == reader ? 0 : wars.read(random);
      replica.answer = i == reader ? 0 : replica.read + wars.answered(random);
    }
    const auto last = acknowledgements_.begin() + (quorums.w - 1);
    std::nth_element(acknowledgements_.begin(), last, acknowledgements_.end());
    const auto end = replicas_.begin() + quorums.r;
    std::nth_element(replicas_.begin(), std::prev(end), replicas_.end(),
                     [](const Replica& x, const Replica& y) { return x.answer < y.answer; });
    double needed = std::numeric_limits<double>::infinity();
    for (auto replica = replicas_.begin(); replica != end; ++replica)
      needed = std::min(needed, replica->write - *last - replica->read);
    return std::max(needed, 0.0);
  }

 private:
  /// Which of the replicas it is; none: another node.
  std::size_t coordinator(const Wars& wars, std::mt19937_64& random) const {
    const double drawn = uniform(random);
    if (drawn >= wars.at_home) return replicas_.size();
    return static_cast<std::size_t>(drawn / wars.at_home * static_cast<double>(replicas_.size()));
  }

  struct Replica {
    double write = 0, read = 0, answer = 0;
  };
  std::vector<Replica> replicas_;
  std::vector<double> acknowledgements_;
};

}  // namespace

double miss_probability(const Quorums& quorums) {
  return choose(quorums.n - quorums.w, quorums.r) / choose(quorums.n, quorums.r);
}

double uniform(std::mt19937_64& random) { return std::ldexp(static_cast<double>(random() >> 11), -53); }

Delay drawn_from(std::vector<double> milliseconds) {
  assert(!milliseconds.empty());
  return [delays = std::move(milliseconds)](std::mt19937_64& random) {
    return delays[static_cast<std::size_t>(uniform(random) * static_cast<double>(delays.size()))];
  };
}

Visibility::Visibility(const Quorums& quorums, const Wars& wars, int trials, std::uint64_t seed) {
  assert(1 <= quorums.r && quorums.r <= quorums.n && 1 <= quorums.w && quorums.w <= quorums.n && trials > 0);
  std::mt19937_64 random(seed);
  Trial trial(quorums.n);
  needed_ms_.reserve(static_cast<std::size_t>(trials));
  for (int i = 0; i < trials; ++i) needed_ms_.push_back(trial.needed_ms(quorums, wars, random));
  std::sort(needed_ms_.begin(), needed_ms_.end());
}

double Visibility::seen_after(double ms) const {
  const auto seen = std::upper_bound(needed_ms_.begin(), needed_ms_.end(), ms) - needed_ms_.begin();
  return static_cast<double>(seen) / static_cast<double>(needed_ms_.size());
}

double Visibility::until(double share) const {
  const double rank = std::ceil(share * static_cast<double>(needed_ms_.size()));
  return needed_ms_[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace fracas::results
