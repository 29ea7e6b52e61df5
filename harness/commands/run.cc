// Every arrow of a run is a file in its folder, written before the next one begins; whatever happens after
// the folder exists ends in a report.
#include "harness/commands/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <random>

#include "harness/commands/experiments_folder.h"
#include "harness/commands/explain.h"
#include "harness/commands/judgement_text.h"
#include "harness/commands/live_line.h"
#include "harness/commands/plan.h"
#include "harness/commands/report.h"
#include "harness/commands/run_folder.h"
#include "harness/conduct.h"
#include "harness/default_experiment.h"
#include "harness/experiment_resolver.h"
#include "harness/setting.h"
#include "harness/suggest.h"
#include "harness/swarm/draw.h"
#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

/// Short enough to be typed again.
std::uint64_t drawn_seed() {
  constexpr std::uint64_t kMost = 999'999'999;
  std::random_device entropy;
  return entropy() % kMost + 1;
}

/// The kinds that --fault means: whole classes, single kinds, or none.
Result<std::vector<nemesis::FaultSpec>> chosen_faults(const std::vector<std::string>& names) {
  std::vector<nemesis::FaultSpec> specs;
  if (names == std::vector<std::string>{"none"}) return specs;
  for (const std::string& name : names) {
    std::vector<std::string> known{"none"};
    const std::size_t before = specs.size();
    for (const nemesis::Kind& kind : nemesis::kinds()) {
      const std::string kind_class(nemesis::class_of(kind.name));
      if (std::find(known.begin(), known.end(), kind_class) == known.end()) known.push_back(kind_class);
      known.emplace_back(kind.name);
      if (name == kind.name || name == kind_class) specs.push_back(default_fault(kind.name));
    }
    if (specs.size() == before)
      return Error{Exit::usage, fmt::format("--fault {}: there is no such class or kind of fault{}", name,
                                            did_you_mean(name, known))};
  }
  return specs;
}

}  // namespace

std::string headline(const Experiment& e, const nemesis::Plan& plan) {
  return fmt::format("{}: seed {}, {} nodes, n={} r={} w={} {}, workload {}, {} in {}", e.name, e.seed,
                     e.store.nodes, e.store.n, e.store.r, e.store.w, store::get(e.store, "conflict"),
                     e.workload, plan.size() == 1 ? "1 fault" : fmt::format("{} faults", plan.size()),
                     nemesis::format_duration(e.duration));
}

namespace {

void print_dry_run(const Experiment& experiment, const nemesis::Plan& plan, bool json, Console& console) {
  if (json) {
    const nlohmann::ordered_json document = {{"experiment", to_json(experiment)},
                                             {"plan", plan_json(experiment, plan)}};
    console.out << document.dump(2) << '\n';
    return;
  }
  console.out << explanation(experiment) << "\nThe plan (times since torment begins):\n\n" << plan_text(plan);
}

void print_last_lines(const Judgement& judgement, const std::filesystem::path& folder,
                      const std::string& reproduce, Console& console) {
  console.err << bold(console, "verdict: " + judgement.verdict) << '\n'
              << "why:     " << judgement.sentence << '\n'
              << "report:  " << (folder / "report.html").string() << '\n'
              << "again:   " << reproduce << '\n';
}

/// What the settings say of the keys that decide what is drawn.
Result<Experiment> with_seed_and_world(const RunOptions& options) {
  ExperimentResolver resolver(Experiment{}, std::string(kSwarm));
  for (const auto& [key, text] : options.settings)
    if (key == "seed" || key == "world")
      if (auto applied = resolver.apply(parse_setting(key, text)); !applied) return applied.error();
  return std::move(resolver).finish();
}

bool sets_the_store(const RunOptions& options) {
  return std::any_of(options.settings.begin(), options.settings.end(),
                     [](const auto& setting) { return setting.first.starts_with("store."); });
}

/// The experiment that is drawn from the seed, with the other settings on top. What was drawn of the ring may
/// not go with another store: then it has no spares, and stays as it is where it is fixed.
Result<Experiment> drawn_experiment(const RunOptions& options) {
  const Result<Experiment> base = with_seed_and_world(options);
  if (!base) return base;
  const std::uint64_t seed = base->seed == 0 ? drawn_seed() : base->seed;
  Experiment drawn = draw_swarm(seed, base->world);
  if (sets_the_store(options)) drawn.store.spares = 0;
  ExperimentResolver resolver(std::move(drawn), fmt::format("the swarm's seed {}", seed));
  for (const auto& [key, text] : options.settings)
    if (key != "seed" && key != "world")
      if (auto applied = resolver.apply(parse_setting(key, text)); !applied) return applied.error();
  Result<Experiment> experiment = std::move(resolver).finish();
  if (experiment && !store::why_ring_is_fixed(experiment->store).empty())
    std::erase_if(experiment->faults,
                  [](const nemesis::FaultSpec& spec) { return nemesis::class_of(spec.kind) == "ring"; });
  return experiment;
}

Result<Experiment> loaded_experiment(const RunOptions& options) {
  std::optional<std::filesystem::path> file;
  if (options.experiment && *options.experiment != kDefault) {
    Result<std::filesystem::path> found = find_experiment(*options.experiment);
    if (!found) return found.error();
    file = *found;
  }
  return load_experiment(file, options.settings);
}

}  // namespace

Result<Experiment> resolve(const RunOptions& options) {
  const bool drawn = options.experiment && *options.experiment == kSwarm;
  Result<Experiment> experiment = drawn ? drawn_experiment(options) : loaded_experiment(options);
  if (!experiment) return experiment;
  if (!options.faults.empty()) {
    auto faults = chosen_faults(options.faults);
    if (!faults) return faults.error();
    experiment->faults = std::move(*faults);
  }
  if (experiment->seed == 0) experiment->seed = drawn_seed();
  experiment->load.seed = experiment->seed;
  return experiment;
}

std::string reproduce_command(const RunOptions& options, const Experiment& experiment) {
  std::string command = "fracas run";
  if (options.experiment) command += ' ' + shell_quoted(options.experiment->string());
  for (const auto& [key, value] : options.settings)
    if (key != "seed" && key != "world") command += " --set " + shell_quoted(key + "=" + value);
  if (!options.faults.empty())
    command += " --fault " + shell_quoted(fmt::format("{}", fmt::join(options.faults, ",")));
  const auto says_world = [](const auto& setting) { return setting.first == "world"; };
  if (std::any_of(options.settings.begin(), options.settings.end(), says_world))
    command += fmt::format(" --world {}", to_string(experiment.world));
  return command + fmt::format(" --seed {}", experiment.seed);
}

Exit run_command(const RunOptions& options, Console& console) {
  const Result<Experiment> experiment = resolve(options);
  if (!experiment) return complain(console, experiment.error());
  const Result<nemesis::Plan> plan = plan_for(*experiment);
  if (!plan) return complain(console, plan.error());
  if (const auto possible = check_world(*experiment, *plan); !possible)
    return complain(console, possible.error());
  if (options.dry_run) {
    print_dry_run(*experiment, *plan, options.json, console);
    return Exit::pass;
  }
  // Who stops reading what is printed, as `| head` does, does not end the run: its report is written.
  std::signal(SIGPIPE, SIG_IGN);
  const Result<std::filesystem::path> folder = create_run_folder(*experiment, *plan, options.out);
  if (!folder) return complain(console, folder.error());
  if (!options.quiet)
    console.err << headline(*experiment, *plan) << "\nfolder: " << folder->string() << std::endl;

  const std::string reproduce = reproduce_command(options, *experiment);
  const Result<Conducted> run = [&] {
    LiveLine line(console, options.quiet);
    return conduct(*experiment, *plan, *folder, reproduce,
                   [&line](const Progress& progress) { line.show(progress); });
  }();
  if (!run) return complain(console, run.error());
  const Judgement& judgement = run->judgement;
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  if (!options.quiet) console.err << properties_text(judgement) << '\n' << witnesses_text(judgement, 1);
  const Result<nlohmann::ordered_json> report = write_run_report(*folder, judgement);
  if (!report) return complain(console, report.error());
  if (options.json) console.out << report->dump(2) << '\n';
  print_last_lines(judgement, *folder, reproduce, console);
  return judgement.exit;
}

}  // namespace fracas::harness
