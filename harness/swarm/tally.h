// What many runs came to together: verdicts, operations, faults, time and coverage, and the verdict on the
// whole. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "harness/swarm/swarm_run.h"

namespace fracas::harness {

class SwarmTally {
 public:
  /// `known`: the marks that runs could reach.
  explicit SwarmTally(std::vector<std::string> known) : known_(std::move(known)) {}

  void add(const SwarmRun&);

  std::uint64_t runs() const { return runs_; }
  std::uint64_t count(const std::string& verdict) const;
  const std::vector<SwarmRun>& failures() const { return failures_; }
  double world_s() const { return world_s_; }
  std::vector<std::string> never_reached() const;

  /// 255, 1 and 130 as for one run. Otherwise 0 if any run passed: of many drawn runs some test too little
  /// (vacuous) or cannot be decided (unknown), which is counted. If none passed, 3 or 2.
  Exit exit(bool interrupted) const;
  std::string verdict(bool interrupted) const;
  /// One sentence why.
  std::string sentence(bool interrupted) const;

  /// Several lines: runs, operations, faults by class, time, coverage.
  std::string text(double wall_s, int workers) const;
  nlohmann::ordered_json json(double wall_s, int workers) const;

 private:
  std::map<std::string, std::uint64_t> faults_by_class() const;

  std::vector<std::string> known_;
  std::uint64_t runs_ = 0;
  std::map<std::string, std::uint64_t> verdicts_;
  std::vector<SwarmRun> failures_;
  std::uint64_t ok_ = 0, fail_ = 0, info_ = 0;
  std::map<std::string, std::uint64_t> faults_;    ///< that took effect, by kind
  std::map<std::string, std::uint64_t> coverage_;  ///< runs that reached it, by mark
  double world_s_ = 0;
};

/// "1:02:03", "4:05", "3.2 s".
std::string time_text(double seconds);

}  // namespace fracas::harness
