#include "harness/commands/rerun.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/commands/plan.h"
#include "harness/commands/run_folder.h"
#include "harness/judgement.h"
#include "harness/run_files.h"

namespace fracas::harness {

namespace fs = std::filesystem;

namespace {

Error cannot(const char* what, const fs::path& path, const std::error_code& error) {
  return {Exit::environment, fmt::format("{}: cannot be {}: {}", path.string(), what, error.message())};
}

bool failed(const Judged& judged) {
  return !judged.met && judged.verdict.result == checker::Result::violated;
}

}  // namespace

Result<StoredRun> read_stored_run(const fs::path& folder) {
  if (std::error_code ignored; !fs::is_directory(folder, ignored))
    return Error{Exit::usage, fmt::format("{}: there is no such run folder", folder.string())};
  Result<Experiment> experiment = read_experiment_json(folder);
  if (!experiment) return experiment.error();
  Result<nemesis::Plan> plan = read_plan(folder, *experiment);
  if (!plan) return plan.error();
  return StoredRun{std::move(*experiment), std::move(*plan)};
}

fs::path settled_path(const fs::path& given) {
  const fs::path run = given.has_filename() ? given : given.parent_path();  // "runs/latest/"
  std::error_code error;
  const fs::path target = fs::read_symlink(run, error);
  return error ? run : run.parent_path() / target;
}

Result<Conducted> conduct_in(const fs::path& folder, const Experiment& experiment, const nemesis::Plan& plan,
                             const std::string& reproduce,
                             const std::function<void(const Progress&)>& progress) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (!error) fs::create_directories(folder, error);
  if (error) return cannot("made anew", folder, error);
  if (auto written = write_run_inputs(folder, experiment, plan); !written) return written.error();
  return conduct(experiment, plan, folder, reproduce, progress);
}

Result<void> move_into(const fs::path& from, const fs::path& to) {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(from, error)) {
    const fs::path target = to / entry.path().filename();
    fs::remove_all(target, error);
    if (!error) fs::rename(entry.path(), target, error);
    if (error) return cannot("replaced", target, error);
  }
  if (!error) fs::remove_all(from, error);
  if (error) return cannot("emptied", from, error);
  return {};
}

const Judged* failure_of(const Judgement& judgement) {
  for (const Judged* judged : most_telling_first(judgement.properties))
    if (failed(*judged)) return judged;
  return nullptr;
}

bool fails_for(const Judgement& judgement, std::string_view property) {
  return std::any_of(judgement.properties.begin(), judgement.properties.end(), [&](const Judged& judged) {
    return judged.verdict.property == property && failed(judged);
  });
}

}  // namespace fracas::harness
