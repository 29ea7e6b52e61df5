// The keys of an [[operation]] entry, one operation of a script, and what they must make together.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/experiment_fields.h"

namespace fracas::harness {

struct OperationField {
  std::string_view key;
  std::string_view values;
  std::string_view sentence;
  Problem (*set)(ScriptedOperation&, const nemesis::Parameter&);
  nlohmann::json (*get)(const ScriptedOperation&);
};
std::span<const OperationField> operation_fields();

/// Keys that the operation leaves out are not there.
nlohmann::json to_json(const ScriptedOperation&);

/// What is wrong with an entry, in view of the whole experiment.
struct ScriptProblem {
  std::size_t entry = 0;
  std::string field;
  std::string message;
};
std::optional<ScriptProblem> check_script(const Experiment&, const std::vector<std::string>& nodes);

}  // namespace fracas::harness
