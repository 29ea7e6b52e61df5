// How often reads will be stale, from quorums and delays: probabilistically bounded staleness. A prediction,
// to be shown beside what was measured (staleness.h), for a store whose replicas get nothing but what writes
// send them: read repair, hints and anti-entropy make it an upper bound.
//
// Source: Bailis, Venkataraman, Franklin, Hellerstein, Stoica: Probabilistically bounded staleness for
// practical partial quorums, VLDB 2012, sections 3.1 (versions), 4 and 5.2 (time; the WARS model).
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <vector>

namespace fracas::results {

struct Quorums {
  int n = 3;
  int r = 2;
  int w = 2;
};

/// The chance that a read's r replicas are all others than the w that have acknowledged the last write, where
/// nothing reaches further ones: C(n - w, r) / C(n, r). Of k versions in a row: its kth power.
double miss_probability(const Quorums&);

/// Milliseconds, from a distribution or from what was measured.
using Delay = std::function<double(std::mt19937_64&)>;

/// The four ways of a message between a coordinator and one replica.
struct Wars {
  Delay write;         ///< W: until the replica has the write
  Delay acknowledged;  ///< A: from there until the coordinator knows
  Delay read;          ///< R: until the replica answers a read
  Delay answered;      ///< S: from there until the coordinator has the answer
  /// How often the coordinator is one of the replicas, which has the write and an answer at once.
  double at_home = 0;
  Delay own_acknowledged = [](std::mt19937_64&) { return 0.0; };  ///< until its own copy counts
};

/// In [0, 1), the same from any compiler.
double uniform(std::mt19937_64&);

/// What was measured, drawn with equal chances; at least one.
Delay drawn_from(std::vector<double> milliseconds);

/// How long after its acknowledgement a write is seen by reads.
class Visibility {
 public:
  /// `trials` writes, and a read after each: at least one.
  Visibility(const Quorums&, const Wars&, int trials, std::uint64_t seed);

  /// The chance that a read that begins so many ms after the acknowledgement returns the write or a newer
  /// one.
  double seen_after(double ms) const;
  /// So long after the acknowledgement that chance is `share` (0 to 1) at least.
  double until(double share) const;

 private:
  std::vector<double> needed_ms_;  ///< of each trial, ascending
};

}  // namespace fracas::results
