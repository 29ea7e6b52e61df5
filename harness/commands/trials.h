// Whether candidates still fail: each is conducted in a scratch folder, a few times, and the last run that
// failed is kept.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "harness/conduct.h"
#include "harness/error.h"
#include "harness/experiment.h"
#include "harness/impatience.h"

namespace fracas::harness {

/// Of how many runs of a candidate how many must fail. In a simulation, where the same seed gives the same
/// run, each has another seed.
struct Demand {
  int runs = 3;
  int failures = 1;
  bool keep = true;  ///< the first failure, when it is met
};

/// How often an experiment failed.
struct Rate {
  int failed = 0;
  int runs = 0;
};

class Trials {
 public:
  /// `property` is what candidates must fail for; `reproduce` is what the kept run says of how to do it
  /// again.
  Trials(const std::filesystem::path& scratch, std::string property, std::string reproduce);
  ~Trials();
  Trials(const Trials&) = delete;
  Trials& operator=(const Trials&) = delete;

  /// The candidate as it failed: its faults exact, with the seed of the first run that failed.
  /// Empty if it did not fail as often as demanded.
  std::optional<Experiment> fails(const Experiment&, Demand);
  /// Runs it so often, or until it is certain that fewer than `wanted` will fail.
  Rate measure(const Experiment&, int runs, int wanted);
  /// Keeps the first failure that was just measured.
  void keep();

  /// Folder and judgement of the last failure that was kept.
  const std::filesystem::path& kept() const { return kept_; }
  const std::optional<Judgement>& judgement() const { return judgement_; }
  /// The user wants the search to end.
  bool interrupted() const { return interrupted_ || impatience_.count() > 0; }
  /// The first environment error, for when nothing could be run.
  const std::optional<Error>& error() const { return error_; }
  std::uint64_t runs() const { return runs_; }

 private:
  std::optional<Judgement> conduct_once(const Experiment&, const nemesis::Plan&);
  void set_aside(Judgement);

  std::filesystem::path scratch_, failed_, kept_;
  std::string property_, reproduce_;
  std::optional<Judgement> proof_;      ///< of what was set aside
  std::optional<Judgement> judgement_;  ///< of what is kept
  std::optional<Error> error_;
  Impatience impatience_;  ///< between runs, too
  bool interrupted_ = false;
  std::uint64_t runs_ = 0;
};

}  // namespace fracas::harness
