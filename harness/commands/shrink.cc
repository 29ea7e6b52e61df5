#include "harness/commands/shrink.h"

#include <fmt/format.h>

#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "checker/history.h"
#include "harness/commands/plan.h"
#include "harness/commands/report.h"
#include "harness/commands/rerun.h"
#include "harness/commands/run_folder.h"
#include "harness/commands/shrink_search.h"
#include "harness/commands/trials.h"
#include "harness/experiment_toml.h"
#include "harness/line_file.h"
#include "harness/run_files.h"
#include "harness/shrink/parts.h"
#include "harness/shrink/script_of_run.h"
#include "harness/shrink/story.h"
#include "harness/stopwatch.h"

namespace fracas::harness {
namespace {

namespace fs = std::filesystem;

std::string many(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// How much there is of everything, in words.
std::string extent(const Experiment& e) {
  return fmt::format("{}, {}, {}, {}, {}", many(e.script.size(), "operation"), many(e.faults.size(), "fault"),
                     many(static_cast<std::size_t>(e.store.nodes), "node"),
                     many(operations_by_client(e).size(), "client"),
                     fmt::format("{:.1f} s", static_cast<double>(e.steady + e.duration) / 1e9));
}

/// The run that is to be shrunk, read and judged.
struct Origin {
  Experiment script;
  std::string property;
  std::vector<Suspicion> suspicions;
};

Result<const Judged*> chosen_failure(const Judgement& judgement, const ShrinkOptions& options) {
  if (!options.property) {
    if (const Judged* judged = failure_of(judgement)) return judged;
    return Error{
        Exit::usage,
        fmt::format("{}: no property was violated that should not have been ({}): there is nothing to "
                    "shrink; --property names another one that was violated",
                    options.run.string(), judgement.verdict)};
  }
  for (const Judged& judged : judgement.properties)
    if (judged.verdict.property == *options.property && judged.verdict.result == checker::Result::violated)
      return &judged;
  return Error{Exit::usage,
               fmt::format("--property {}: was not violated in {}", *options.property, options.run.string())};
}

/// Only what the shrunk experiment is about: and it must fail, also where the property is not promised.
void expect_only(Experiment& experiment, const Judged& judged) {
  const std::string property = judged.verdict.property;
  const bool expected = experiment.expect.contains(property);
  experiment.expect.clear();
  if (expected || !judged.promise.guaranteed) experiment.expect[property] = "holds";
}

Result<Origin> read_origin(const ShrinkOptions& options) {
  Result<StoredRun> stored = read_stored_run(options.run);
  if (!stored) return stored.error();
  if (auto possible = check_world(stored->experiment, stored->plan); !possible) return possible.error();
  const Result<Judgement> judgement = judge_run(
      options.run, true, options.property ? std::vector{*options.property} : std::vector<std::string>{});
  if (!judgement) return judgement.error();
  const Result<const Judged*> judged = chosen_failure(*judgement, options);
  if (!judged) return judged.error();
  const auto history = checker::read_history(options.run / "history.jsonl");
  if (!history) return Error{Exit::usage, history.error().to_string()};
  const Result<RunFacts> facts = read_run_facts(options.run);
  if (!facts) return facts.error();
  if (!facts->load_began_ns)
    return Error{Exit::usage, fmt::format("{}: does not say when the load began (\"phases\")",
                                          (options.run / "run.json").string())};
  const Nanoseconds load = *facts->load_began_ns;
  const RunTimes times{load, facts->torment_began_ns.value_or(load + stored->experiment.steady)};
  Origin origin{script_of(stored->experiment, stored->plan, *history, times), (*judged)->verdict.property,
                suspicions_of((*judged)->verdict, *history)};
  expect_only(origin.script, **judged);
  return origin;
}

/// What goes wrong, in the words of the property that it is all about.
std::string reason_of(const Judgement& judgement, const std::string& property) {
  for (const Judged& judged : judgement.properties)
    if (judged.verdict.property == property && !judged.verdict.witnesses.empty())
      return fmt::format("{} is {} but was violated: {}", property,
                         judged.promise.guaranteed ? "guaranteed" : "expected to hold",
                         judged.verdict.witnesses.front().explanation);
  return judgement.sentence;
}

class Shrink {
 public:
  Shrink(const ShrinkOptions& options, Console& console, Origin origin)
      : options_(options), console_(console), origin_(std::move(origin)) {}

  Exit run() {
    const Result<nemesis::Plan> plan = plan_for(origin_.script);
    if (!plan) return complain(console_, plan.error());
    const Result<fs::path> folder = create_run_folder(origin_.script, *plan, options_.out);
    if (!folder) return complain(console_, folder.error());
    folder_ = *folder;
    if (!options_.quiet)
      console_.err << fmt::format("{} fails for {}\nfolder: {}\n", options_.run.string(), origin_.property,
                                  folder_.string())
                   << std::flush;
    trials_ = std::make_unique<Trials>(folder_, origin_.property, again());
    ShrinkTask task{origin_.script, origin_.suspicions, options_.times, [this] { return out_of_time(); },
                    [this](const Experiment& best, std::uint64_t trials, std::string_view next) {
                      if (!options_.quiet) show(best, trials, next);
                    }};
    std::optional<Shrunk> shrunk = shrink(task, *trials_);
    if (!shrunk) return not_again();
    shrunk_ = std::move(*shrunk);
    searched_s_ = watch_.seconds();
    return finish();
  }

 private:
  bool out_of_time() const {
    return trials_->interrupted() || watch_.seconds() * 1e9 > static_cast<double>(options_.budget_ns);
  }

  Exit not_again() {
    if (trials_->error()) return complain(console_, *trials_->error());
    if (trials_->interrupted())
      return complain(console_, {Exit::interrupted, "interrupted before anything could be left out"});
    const fs::path script = folder_ / "script.toml";
    if (auto written = write_file(script, to_toml(origin_.script)); !written)
      return complain(console_, written.error());
    console_.err << fmt::format(
        "fracas: the operations and faults of the run (as a script: {}) did not fail again for {} in {} "
        "runs, "
        "so nothing can be left out; `fracas replay {} --times 10` says how often the run itself does\n",
        script.string(), origin_.property, trials_->runs(), shell_quoted(options_.run.string()));
    return Exit::unknown;
  }

  void show(const Experiment& best, std::uint64_t trials, std::string_view next) {
    console_.err << fmt::format("{:6.1f} s  {} ({}), next: {}", watch_.seconds(), extent(best),
                                many(trials, "trial"), next)
                 << std::endl;
  }

  /// In a simulation the same seed gives the same run.
  std::string rate() const {
    if (!shrunk_.rate) return "every time";
    return fmt::format("{} of {} times", shrunk_.rate->failed, shrunk_.rate->runs);
  }

  std::string again() const { return "fracas run " + shell_quoted((folder_ / "shrunk.toml").string()); }

  Exit finish() {
    const std::string rate_text = rate();
    const Judgement judgement = *trials_->judgement();
    const std::string reason = reason_of(judgement, origin_.property);
    if (auto moved = move_into(trials_->kept(), folder_); !moved) return complain(console_, moved.error());
    const Result<std::string> story = story_of_run();
    if (!story) return complain(console_, story.error());
    const std::string header = fmt::format(
        "Shrunk from {}\nto {}.\nIt fails {}.\n\n{}\n(Times since the run began.)\n\nTimes since the load "
        "began:\n{}\nAgain: fracas run {}",
        extent(origin_.script), extent(shrunk_.experiment), rate_text, reason, *story, "shrunk.toml");
    if (auto written = write_file(folder_ / "shrunk.toml", to_toml(shrunk_.experiment, header)); !written)
      return complain(console_, written.error());
    const auto report = write_run_report(folder_, judgement);
    if (!report) return complain(console_, report.error());
    if (!options_.quiet && shrunk_.trials > 0) console_.err << '\n' << *story << '\n';
    if (!shrunk_.minimal)
      console_.err << (trials_->interrupted() ? std::string("limit:   the search was interrupted")
                                              : fmt::format("limit:   the budget of {} ended the search",
                                                            nemesis::format_duration(options_.budget_ns)))
                   << ": what is there fails, but more of it might be left out\n";
    console_.err << fmt::format("shrunk:  {}\nto:      {}\n         in {:.1f} s, {}, {}; it fails {} ({})\n",
                                extent(origin_.script), bold(console_, extent(shrunk_.experiment)),
                                searched_s_, many(shrunk_.trials, "trial"), many(trials_->runs(), "run"),
                                rate_text, origin_.property)
                 << "why:     " << reason << "\nreport:  " << (folder_ / "report.html").string()
                 << "\nagain:   " << again() << '\n';
    if (trials_->interrupted()) return Exit::interrupted;
    return shrunk_.trials == 0 ? Exit::unknown : Exit::pass;
  }

  Result<std::string> story_of_run() const {
    const auto history = checker::read_history(folder_ / "history.jsonl");
    if (!history) return Error{Exit::environment, history.error().to_string()};
    const Result<RunFacts> facts = read_run_facts(folder_);
    if (!facts) return facts.error();
    return story_of(shrunk_.experiment, *history, facts->load_began_ns.value_or(0));
  }

  const ShrinkOptions& options_;
  Console& console_;
  Origin origin_;
  Stopwatch watch_;
  fs::path folder_;
  std::unique_ptr<Trials> trials_;
  Shrunk shrunk_;
  double searched_s_ = 0;
};

}  // namespace

Exit shrink_command(const ShrinkOptions& asked, Console& console) {
  ShrinkOptions options = asked;
  options.run = settled_path(asked.run);
  Result<Origin> origin = read_origin(options);
  if (!origin) return complain(console, origin.error());
  std::signal(SIGPIPE, SIG_IGN);
  return Shrink(options, console, std::move(*origin)).run();
}

}  // namespace fracas::harness
