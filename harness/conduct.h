// One run, from an experiment and its plan to a verdict, in the world that the experiment names. Commands
// that run once, many times or against the clock are built on it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "harness/error.h"
#include "harness/experiment.h"
#include "harness/judge.h"
#include "harness/runner.h"
#include "nemesis/fault.h"

namespace fracas::harness {

struct Conducted {
  RunOutcome outcome;
  Judgement judgement;
};

/// `folder` exists and holds experiment.json and plan.json. When it returns no node is left, and everything
/// that the verdict rests on is in the folder. Errors: the world could not be made, or what was recorded
/// cannot be read. In the local world SIGINT and SIGTERM end the run early, in order.
Result<Conducted> conduct(const Experiment&, const nemesis::Plan&, const std::filesystem::path& folder,
                          const std::string& reproduce, const std::function<void(const Progress&)>& progress);

/// Whether the experiment's world can do all that its plan needs: if not, a usage error that names the fault.
Result<void> check_world(const Experiment&, const nemesis::Plan&);

}  // namespace fracas::harness
