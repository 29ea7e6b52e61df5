// Carrying out again what a run folder holds: shared by `fracas replay` and `fracas shrink`.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "harness/conduct.h"
#include "harness/error.h"
#include "harness/experiment.h"
#include "nemesis/fault.h"

namespace fracas::harness {

/// What was run: enough to do exactly that again.
struct StoredRun {
  Experiment experiment;
  nemesis::Plan plan;
};
/// Errors: the file that is missing or wrong; usage.
Result<StoredRun> read_stored_run(const std::filesystem::path& folder);

/// The folder that a path means now, though "latest" may soon point to another one.
std::filesystem::path settled_path(const std::filesystem::path& run);

/// One run in `folder`, which is made anew.
Result<Conducted> conduct_in(const std::filesystem::path& folder, const Experiment&, const nemesis::Plan&,
                             const std::string& reproduce,
                             const std::function<void(const Progress&)>& progress);
/// Everything in one folder goes into the other, which keeps nothing of the same name; the first is gone.
Result<void> move_into(const std::filesystem::path& from, const std::filesystem::path& to);

/// The property that tells most of what should not have been violated and was; null if there is none.
const Judged* failure_of(const Judgement&);
/// Whether the property was violated though it should not have been.
bool fails_for(const Judgement&, std::string_view property);

}  // namespace fracas::harness
