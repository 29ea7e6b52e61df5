// The plan of a run: which fault, on whom, when; drawn before anything starts, and shown to people.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/error.h"
#include "harness/experiment.h"
#include "nemesis/fault.h"

namespace fracas::harness {

/// Draws it from the experiment's seed; `primaries` are the homes of the workload's hottest key.
Result<nemesis::Plan> plan_for(const Experiment&);

/// plan.json (results/README.md).
nlohmann::ordered_json plan_json(const Experiment&, const nemesis::Plan&);
/// A table: begin, for how long, kind, on whom, parameters.
std::string plan_text(const nemesis::Plan&);
/// A table of the scripted operations, the first `most` of them.
std::string script_text(const std::vector<ScriptedOperation>&, std::size_t most = 40);
/// The plan of a stored run, ready to be carried out again. Errors: the file, and what is wrong in it; usage.
Result<nemesis::Plan> read_plan(const std::filesystem::path& folder, const Experiment&);

}  // namespace fracas::harness
