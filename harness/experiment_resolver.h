// Builds an experiment from settings, one after the other, and remembers where each key was set.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/experiment.h"
#include "harness/setting.h"

namespace fracas::harness {

class ExperimentResolver {
 public:
  /// `source` is named when what is wrong was not set anywhere.
  ExperimentResolver(Experiment base, std::string source);

  /// Of a whole document: the kinds of its faults first, for their parameters depend on them.
  Result<void> apply_document(std::vector<Setting>);
  Result<void> apply(const Setting&);
  /// Checks what no key can check alone.
  Result<Experiment> finish() &&;

 private:
  Result<void> apply_preset(const Setting&);
  Result<void> apply_knob(const Setting&);
  Result<void> apply_expectation(const Setting&);
  Result<void> apply_fault(const Setting&);
  Result<void> apply_operation(const Setting&);
  Result<void> check_faults() const;
  Result<void> check_operations() const;
  Result<void> check_expectations() const;
  /// The first of the keys that was set.
  std::string where(const std::vector<std::string>& keys) const;

  Experiment experiment_;
  std::string source_;
  std::map<std::string, std::string> where_;
};

/// n1 to nN.
std::vector<std::string> node_names(const Experiment&);

}  // namespace fracas::harness
