// Every key of an experiment in one table: its name, the values it takes, what it means, how it is set and
// read. The file, `--set`, experiment.json and `fracas explain` are all served by it. [store] keys live in
// store/config.h, parameters of faults with their kinds.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "harness/experiment.h"

namespace fracas::harness {

/// What is wrong with a value ("must be ..., is ..."); empty: it was set.
using Problem = std::optional<std::string>;

struct Field {
  std::string_view key;  ///< dotted
  std::string_view values;
  std::string_view sentence;
  Problem (*set)(Experiment&, const nemesis::Parameter&);
  nlohmann::json (*get)(const Experiment&);
};
std::span<const Field> fields();

/// A key that every [[fault]] entry takes, beside the parameters of its kind.
struct FaultField {
  std::string_view key;
  std::string_view values;
  std::string_view sentence;
  Problem (*set)(nemesis::FaultSpec&, const nemesis::Parameter&);
  nlohmann::json (*get)(const nemesis::FaultSpec&);
};
std::span<const FaultField> fault_fields();

/// Sets one knob of [store]; numbers become numbers when read back.
Problem set_knob(store::Config&, std::string_view name, const nemesis::Parameter&);
nlohmann::json get_knob(const store::Config&, std::string_view name);

nlohmann::json to_json(const nemesis::Parameter&);

}  // namespace fracas::harness
