#include "harness/commands/bugs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "harness/line_file.h"
#include "harness/suggest.h"
#include "harness/swarm/bug_table.h"
#include "harness/swarm/workers.h"

namespace fracas::harness {
namespace {

namespace fs = std::filesystem;

/// Beyond the time in which a bug must be caught: its last run, and the correct store.
constexpr double kSimulatedLimit_s = 300;
constexpr double kLocalLimit_s = 900;
constexpr double kLocalPatience_s = 30;
/// A simulated run costs next to nothing.
constexpr std::uint64_t kCorrectSimulatedRuns = 5;

Result<std::vector<store::BugInfo>> chosen_bugs(const std::vector<std::string>& names) {
  const auto all = store::bugs();
  if (names.empty()) return std::vector<store::BugInfo>(all.begin(), all.end());
  std::vector<store::BugInfo> chosen;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& info) { return info.name == name; });
    if (found != all.end()) {
      chosen.push_back(*found);
      continue;
    }
    std::vector<std::string> known;
    for (const store::BugInfo& info : all) known.emplace_back(info.name);
    return Error{Exit::usage, fmt::format("bugs {}: there is no seeded bug of that name{}", name,
                                          did_you_mean(name, known))};
  }
  return chosen;
}

/// Its process died, or took too long.
BugTrial lost(const store::BugInfo& bug, WorldKind world, const JobEnd& end) {
  BugTrial trial;
  trial.bug = bug.name;
  trial.world = world;
  trial.sentence = fmt::format("the run took its process with it: {}{}{}", end.death,
                               end.last_words.empty() ? "" : ": ", end.last_words);
  return trial;
}

/// Tries all in one world; false if the user wanted to stop.
bool try_all(const std::vector<store::BugInfo>& bugs, WorldKind world, const BugsOptions& options,
             const fs::path& scratch, Console& console, std::vector<BugTrial>& trials) {
  BugTrialLimits limits;
  limits.seeds = options.seeds.value_or(limits.seeds);
  WorkerOptions workers;
  if (world == WorldKind::sim) {
    limits.correct_runs = kCorrectSimulatedRuns;
    workers.workers = usual_workers();
    workers.limit_s = kSimulatedLimit_s;
  } else {
    workers.limit_s = kLocalLimit_s;
    workers.patience_s = kLocalPatience_s;
  }
  const std::size_t before = trials.size();
  const bool stopped = run_jobs(
      1, bugs.size(), workers,
      [&](std::uint64_t number) {
        return to_text(try_bug(bugs[number - 1], world, limits, scratch / std::to_string(number)));
      },
      [&](const JobEnd& end) {
        if (end.stopped) return Next::stop;
        const BugTrial trial =
            end.answer ? bug_trial_from(*end.answer) : lost(bugs[end.number - 1], world, end);
        trials.push_back(trial);
        console.err << line_of(trial) << std::endl;
        return Next::go_on;
      },
      [] {});
  // As in the table of bugs, whichever was quicker.
  const auto place = [&](const BugTrial& trial) {
    return std::find_if(bugs.begin(), bugs.end(), [&](const auto& info) { return info.name == trial.bug; });
  };
  std::sort(trials.begin() + static_cast<std::ptrdiff_t>(before), trials.end(),
            [&](const BugTrial& a, const BugTrial& b) { return place(a) < place(b); });
  return !stopped;
}

std::string document(const std::vector<BugTrial>& trials) {
  return "# Seeded bugs: each is caught, the correct store is not accused\n\n"
         "Printed by `fracas bugs`: each bug's experiment with seed after seed until a guaranteed property "
         "is "
         "violated (`script`: an operation\nof its script is not answered as it must be); beside it the "
         "correct store in the same configuration with the same seeds. `operations` had begun when the "
         "violation\nwas there to see, `world s` is time in the world, `wall s` time on one core, judging "
         "included.\n\n" +
         table_of(trials) + '\n' + summary_of(trials);
}

}  // namespace

Exit bugs_command(const BugsOptions& options, Console& console) {
  const auto bugs = chosen_bugs(options.names);
  if (!bugs) return complain(console, bugs.error());
  std::signal(SIGPIPE, SIG_IGN);
  const fs::path scratch = fs::temp_directory_path() / fmt::format("fracas-bugs-{}", getpid());
  std::vector<BugTrial> trials;
  bool finished = true;
  for (const WorldKind world : options.worlds)
    finished = finished && try_all(*bugs, world, options, scratch, console, trials);
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  if (options.json) {
    console.out << json_of(trials).dump(2) << '\n';
    console.err << summary_of(trials);
  } else {
    console.out << table_of(trials) << '\n' << summary_of(trials);
  }
  if (options.out)
    if (const auto written = write_file(*options.out, document(trials)); !written)
      return complain(console, written.error());
  const Exit exit = exit_of(trials);
  return exit == Exit::pass && !finished ? Exit::interrupted : exit;
}

}  // namespace fracas::harness
