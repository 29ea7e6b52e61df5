// Whether lww stamps a write higher than every write that had ended before it began: by the source of stamps,
// and by how wrong clocks can be.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "harness/experiment.h"

namespace fracas::harness {

struct StampOrder {
  bool kept = true;
  std::string why;  ///< a clause: "every write is stamped above what a quorum has"
};

StampOrder stamp_order(const Experiment&, const std::set<std::string>& fault_kinds);

/// How far the faults of an experiment can put a wall clock wrong; nothing if that has no bound. Of the kinds
/// that took effect.
std::optional<nemesis::Nanoseconds> largest_skew(const Experiment&, const std::set<std::string>& fault_kinds);

}  // namespace fracas::harness
