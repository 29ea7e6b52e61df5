#include "harness/commands/swarm.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/commands/plan.h"
#include "harness/commands/run_folder.h"
#include "harness/line_file.h"
#include "harness/marks.h"
#include "harness/swarm/one_run.h"
#include "harness/swarm/tally.h"
#include "harness/swarm/workers.h"

namespace fracas::harness {
namespace {

namespace fs = std::filesystem;

using Clock = std::chrono::steady_clock;

constexpr double kSimulatedRunLimit_s = 60;
/// Beyond its planned phases: start, heal, final reads and checking, on a slow machine.
constexpr double kLocalRunLimit_s = 180;
/// A local run that is told to end heals and stops its nodes first.
constexpr double kLocalPatience_s = 30;
constexpr double kPlainLineEvery_s = 10;

double seconds(Nanoseconds time) { return static_cast<double>(time) / 1e9; }

RunOptions options_for(const RunOptions& all, std::uint64_t seed) {
  RunOptions one = all;
  one.settings.emplace_back("seed", std::to_string(seed));
  one.seeds.reset();
  one.out.reset();
  return one;
}

/// What --dry-run prints: a line per run.
Exit print_plans(const RunOptions& options, Console& console) {
  nlohmann::ordered_json plans = nlohmann::ordered_json::array();
  for (std::uint64_t seed = options.seeds->first; seed <= options.seeds->last; ++seed) {
    const Result<Experiment> experiment = resolve(options_for(options, seed));
    if (!experiment) return complain(console, experiment.error());
    const Result<nemesis::Plan> plan = plan_for(*experiment);
    if (!plan) return complain(console, plan.error());
    if (options.json)
      plans.push_back({{"seed", seed}, {"plan", headline(*experiment, *plan)}});
    else
      console.out << headline(*experiment, *plan) << '\n';
  }
  if (options.json) console.out << nlohmann::ordered_json{{"plans", plans}}.dump(2) << '\n';
  return Exit::pass;
}

/// A run that took its process with it.
SwarmRun died(const JobEnd& end, const fs::path& folder, const std::string& reproduce) {
  SwarmRun run;
  run.seed = end.number;
  run.exit = Exit::environment;
  run.verdict = "died";
  run.sentence = fmt::format("the run took its process with it: {}{}{}", end.death,
                             end.last_words.empty() ? "" : ": ", end.last_words);
  run.folder = folder.string();
  run.reproduce = reproduce;
  return run;
}

class Swarm {
 public:
  Swarm(const RunOptions& options, const Experiment& first, fs::path folder, Console& console)
      : options_(options),
        world_(first.world),
        folder_(std::move(folder)),
        console_(console),
        tally_(known_marks(world_)),
        begin_(Clock::now()) {
    workers_.workers = options.jobs > 0 ? options.jobs : world_ == WorldKind::sim ? usual_workers() : 1;
    if (world_ == WorldKind::sim) {
      workers_.limit_s = kSimulatedRunLimit_s;
    } else {
      workers_.limit_s =
          kLocalRunLimit_s + seconds(first.steady) + seconds(first.duration) + seconds(first.settle);
      workers_.patience_s = kLocalPatience_s;
    }
  }

  Exit run() {
    if (!options_.quiet)
      console_.err << fmt::format("swarm: seeds {}..{}, {}, world {}, {} at a time\nfolder: {}\n",
                                  options_.seeds->first, options_.seeds->last,
                                  options_.experiment == fs::path(kSwarm) ? "each draws its own experiment"
                                                                          : options_.experiment->string(),
                                  to_string(world_), workers_.workers, folder_.string())
                   << std::flush;
    const bool stopped = run_jobs(
        options_.seeds->first, options_.seeds->last, workers_,
        [this](std::uint64_t seed) { return job(seed); }, [this](const JobEnd& end) { return ended(end); },
        [this] { show(); });
    erase_live_line();
    if (input_error_) return complain(console_, {Exit::usage, *input_error_});
    return conclude(stopped);
  }

 private:
  fs::path folder_of(std::uint64_t seed) const { return folder_ / fmt::format("seed-{}", seed); }

  std::string reproduce(std::uint64_t seed) const {
    const RunOptions one = options_for(options_, seed);
    const Result<Experiment> experiment = resolve(one);
    return experiment ? reproduce_command(one, *experiment) : std::string();
  }

  /// In a worker.
  std::string job(std::uint64_t seed) const {
    const RunOptions one = options_for(options_, seed);
    const Result<Experiment> experiment = resolve(one);
    if (experiment)
      return to_text(run_one(folder_of(seed), *experiment, reproduce_command(one, *experiment)));
    SwarmRun refused;
    refused.seed = seed;
    refused.exit = experiment.error().code;
    refused.sentence = experiment.error().message;
    return to_text(refused);
  }

  Next ended(const JobEnd& end) {
    if (end.stopped) {
      std::error_code ignored;
      fs::remove_all(folder_of(end.number), ignored);
      return Next::stop;
    }
    const SwarmRun run =
        end.answer ? swarm_run_from(*end.answer) : died(end, folder_of(end.number), reproduce(end.number));
    if (run.exit == Exit::usage) {
      if (!input_error_) input_error_ = fmt::format("seed {}: {}", run.seed, run.sentence);
      return Next::stop;
    }
    tally_.add(run);
    if (!run.failed()) return Next::go_on;
    tell(run);
    return options_.keep_going ? Next::go_on : Next::stop;
  }

  void tell(const SwarmRun& run) {
    erase_live_line();
    std::string sentence = run.sentence;
    std::replace(sentence.begin(), sentence.end(), '\n', ' ');
    const bool report = run.verdict != "died";
    console_.err << bold(console_, fmt::format("seed {}: {}", run.seed, run.verdict)) << ": " << sentence
                 << "\n  " << (report ? "report: " : "folder: ")
                 << (report ? (fs::path(run.folder) / "report.html").string() : run.folder)
                 << "\n  again:  " << run.reproduce << std::endl;
  }

  double wall_s() const { return std::chrono::duration<double>(Clock::now() - begin_).count(); }

  /// One line that rewrites itself on a terminal, a plain line now and then elsewhere.
  void show() {
    if (options_.quiet || (!console_.live && wall_s() < shown_at_s_ + kPlainLineEvery_s)) return;
    shown_at_s_ = wall_s();
    const std::uint64_t all = options_.seeds->last - options_.seeds->first + 1;
    const std::string line =
        fmt::format("{} of {} runs in {} | failed {}, unknown {}, vacuous {} | {} in the world",
                    tally_.runs(), all, time_text(shown_at_s_), tally_.failures().size(),
                    tally_.count("unknown"), tally_.count("vacuous"), time_text(tally_.world_s()));
    if (console_.live)
      console_.err << "\r\033[K" << line << std::flush;
    else
      console_.err << line << std::endl;
    drawn_ = console_.live;
  }

  void erase_live_line() {
    if (drawn_) console_.err << "\r\033[K" << std::flush;
    drawn_ = false;
  }

  std::string again() const {
    std::string command =
        fmt::format("fracas run --seeds {}..{}", options_.seeds->first, options_.seeds->last);
    if (options_.keep_going) command += " --keep-going";
    // The rest as for one run, without the seed that it ends with.
    RunOptions one = options_;
    if (one.experiment == fs::path(kSwarm)) one.experiment.reset();
    Experiment experiment;
    experiment.world = world_;
    const std::string rest = reproduce_command(one, experiment);
    const std::size_t begin = std::string_view("fracas run").size();
    return command + rest.substr(begin, rest.rfind(" --seed ") - begin);
  }

  Exit conclude(bool stopped) {
    const double wall = wall_s();
    nlohmann::ordered_json summary = {{"verdict", tally_.verdict(stopped)},
                                      {"reason", tally_.sentence(stopped)},
                                      {"reproduce", again()},
                                      {"world", to_string(world_)},
                                      {"seeds", {options_.seeds->first, options_.seeds->last}}};
    summary.update(tally_.json(wall, workers_.workers));
    if (const auto written = write_file(folder_ / "swarm.json", summary.dump(2) + "\n"); !written)
      return complain(console_, written.error());
    if (!options_.quiet) console_.err << tally_.text(wall, workers_.workers) << '\n';
    console_.err << bold(console_, "verdict: " + tally_.verdict(stopped)) << '\n'
                 << "why:     " << tally_.sentence(stopped) << "\nfolder:  " << folder_.string()
                 << "\nagain:   " << again() << '\n';
    if (options_.json) console_.out << summary.dump(2) << '\n';
    return tally_.exit(stopped);
  }

  const RunOptions& options_;
  WorldKind world_;
  fs::path folder_;
  Console& console_;
  SwarmTally tally_;
  Clock::time_point begin_;
  WorkerOptions workers_;
  std::optional<std::string> input_error_;
  double shown_at_s_ = 0;
  bool drawn_ = false;
};

}  // namespace

std::optional<SeedRange> parse_seeds(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto parse = [](std::string_view number) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    constexpr std::uint64_t kMost = 9'223'372'036'854'775'806;  // as a seed is; the next one must exist
    if (error != std::errc() || end != number.data() + number.size() || value == 0 || value > kMost)
      return std::nullopt;
    return value;
  };
  const auto first = parse(text.substr(0, dots));
  const auto last = dots == text.npos ? first : parse(text.substr(dots + 2));
  if (!first || !last || *first > *last) return std::nullopt;
  return SeedRange{*first, *last};
}

Exit swarm_command(RunOptions options, Console& console) {
  if (!options.experiment) options.experiment = fs::path(kSwarm);
  if (options.dry_run) return print_plans(options, console);
  // What is wrong with every seed is said before anything starts.
  const Result<Experiment> first = resolve(options_for(options, options.seeds->first));
  if (!first) return complain(console, first.error());
  const Result<nemesis::Plan> plan = plan_for(*first);
  if (!plan) return complain(console, plan.error());
  if (const auto possible = check_world(*first, *plan); !possible) return complain(console, possible.error());
  std::signal(SIGPIPE, SIG_IGN);
  const std::string name = fmt::format("{}-{}-{}", first->name, options.seeds->first, options.seeds->last);
  const Result<fs::path> folder = create_folder(name, options.out);
  if (!folder) return complain(console, folder.error());
  return Swarm(options, *first, *folder, console).run();
}

}  // namespace fracas::harness
