// The only file that knows CLI11. Its exit codes become ours, and its complaints get a suggestion.
#include "harness/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>

#include "harness/commands/bugs.h"
#include "harness/commands/check.h"
#include "harness/commands/cluster.h"
#include "harness/commands/doctor.h"
#include "harness/commands/explain.h"
#include "harness/commands/explore.h"
#include "harness/commands/list.h"
#include "harness/commands/predict.h"
#include "harness/commands/replay.h"
#include "harness/commands/report.h"
#include "harness/commands/run.h"
#include "harness/commands/shrink.h"
#include "harness/commands/swarm.h"
#include "harness/commands/verify.h"
#include "harness/suggest.h"
#include "harness/version.h"
#include "nemesis/fault.h"

namespace fracas::harness {
namespace {

constexpr const char* kAbout =
    "Fracas torments a replicated store and says, with evidence, which of its promises broke.\n"
    "\n"
    "Examples:\n"
    "  fracas run                                  30 s of every class of faults on the bundled store\n"
    "  fracas run weak-quorum --seed 7             an experiment that comes with fracas\n"
    "  fracas run my.toml --set store.r=1          your own, with one key changed\n"
    "  fracas run --dry-run                        what would happen, without doing it\n"
    "  fracas check runs/latest                    judge a run again\n"
    "  fracas explain quorum                       what an experiment does, what is promised and why\n"
    "  fracas cluster                              five nodes to try with curl\n"
    "\n"
    "Exit codes: 0 every guaranteed property holds, 1 one was violated, 2 one could not be decided,\n"
    "3 too little was tested, 130 interrupted, 254 bad usage or input, 255 the environment failed.";

constexpr const char* kRunAbout =
    "Runs an experiment, judges it and writes a report.\n"
    "\n"
    "Examples:\n"
    "  fracas run --seed 7 --duration 10s\n"
    "  fracas run quorum --set store.w=1 --set workload.rate=max\n"
    "  fracas run --fault network,process.kill --out /var/tmp/first-run\n"
    "  fracas run --world sim --seeds 1..1000 --keep-going\n"
    "  fracas run --dry-run --json | jq .plan";

/// What was parsed; the chosen subcommand's callback sets `command`.
struct Parsed {
  RunOptions run;
  std::vector<std::string> settings;
  std::uint64_t seed = 0;
  std::string duration;
  std::string world;
  std::string seeds;
  BugsOptions bugs;
  ExploreCommand explore;
  CheckOptions check;
  ReplayOptions replay;
  ShrinkOptions shrink;
  std::string budget;
  std::string name;
  std::string folder;
  bool json = false;
  std::function<Exit(Console&)> command;
};

std::string check_setting(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0)
    return fmt::format("'{}' must be key=value, such as store.r=1", text);
  return "";
}

std::string check_duration(const std::string& text) {
  const auto duration = nemesis::parse_duration(text);
  if (!duration) return fmt::format("'{}' is no duration such as 30s or 500ms", text);
  return *duration > 0 ? "" : fmt::format("'{}' must be above 0", text);
}

std::string check_seeds(const std::string& text) {
  return parse_seeds(text)
             ? ""
             : fmt::format("'{}' is no seed above 0 and no range such as 1..1000, the first one first", text);
}

/// --set, --seed, --duration and --world, shared by run and cluster, as settings in one order: options after
/// --set.
void gather_settings(Parsed& parsed, const CLI::App& command) {
  for (const std::string& text : parsed.settings) {
    const std::size_t equals = text.find('=');
    parsed.run.settings.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  if (command.count("--seed") > 0) parsed.run.settings.emplace_back("seed", std::to_string(parsed.seed));
  if (command.get_option_no_throw("--duration") != nullptr && command.count("--duration") > 0)
    parsed.run.settings.emplace_back("duration", parsed.duration);
  if (command.get_option_no_throw("--world") != nullptr && command.count("--world") > 0)
    parsed.run.settings.emplace_back("world", parsed.world);
}

void add_experiment_options(CLI::App& command, Parsed& parsed) {
  command.add_option_function<std::string>(
      "EXPERIMENT", [&parsed](const std::string& file) { parsed.run.experiment = file; },
      "a TOML file, or the name of an experiment that comes with fracas");
  command.add_option("--set", parsed.settings, "sets one key: --set store.r=1; repeatable")
      ->allow_extra_args(false)
      ->check(CLI::Validator(check_setting, "KEY=VALUE"));
  command.add_option("--seed", parsed.seed, "decides the plan and every operation")
      ->check(
          CLI::Range(std::uint64_t{1}, std::uint64_t{9'223'372'036'854'775'807ULL}).description("NUMBER"));
  command.add_option_function<std::string>(
      "--out", [&parsed](const std::string& folder) { parsed.run.out = folder; }, "an empty or new folder");
}

void add_swarm_options(CLI::App& command, Parsed& parsed) {
  CLI::Option* seeds =
      command
          .add_option("--seeds", parsed.seeds,
                      "many runs: 1..1000; without EXPERIMENT each seed draws one of its own, as `fracas run "
                      "swarm --seed N` does")
          ->check(CLI::Validator(check_seeds, "A..B"))
          ->excludes("--seed");
  command.add_flag("--keep-going", parsed.run.keep_going, "does not stop at the first failure")->needs(seeds);
  command
      .add_option("--jobs", parsed.run.jobs,
                  "runs at a time; default: a simulation on each core, or one cluster")
      ->check(CLI::Range(1, 64))
      ->needs(seeds);
}

void add_run(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("run", kRunAbout);
  add_experiment_options(*command, parsed);
  command->add_option("--duration", parsed.duration, "of the torment phase: 30s")
      ->check(CLI::Validator(check_duration, "DURATION"));
  command
      ->add_option("--fault", parsed.run.faults,
                   "classes or kinds instead of the experiment's faults: network,process.kill, or none")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option("--world", parsed.world,
                   "where nodes run: local (processes on this machine) or sim (a simulation)")
      ->check(CLI::IsMember({"local", "sim"}));
  command->add_flag("--json", parsed.run.json, "prints the report object on stdout");
  command->add_flag("--dry-run", parsed.run.dry_run, "prints the experiment and the plan, runs nothing");
  command->add_flag("-q,--quiet", parsed.run.quiet, "only the last four lines");
  add_swarm_options(*command, parsed);
  command->callback([&parsed, command] {
    gather_settings(parsed, *command);
    parsed.run.seeds = parse_seeds(parsed.seeds);
    parsed.command = [&parsed](Console& console) {
      return parsed.run.seeds ? swarm_command(parsed.run, console) : run_command(parsed.run, console);
    };
  });
}

void add_cluster(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand(
      "cluster",
      "Starts the nodes of an experiment, prints their URLs for curl, and stops them on Ctrl-C.\n\n"
      "Examples:\n  fracas cluster\n  fracas cluster --set store.nodes=3 --set store.conflict=lww");
  add_experiment_options(*command, parsed);
  command->callback([&parsed, command] {
    gather_settings(parsed, *command);
    parsed.command = [&parsed](Console& console) { return cluster_command(parsed.run, console); };
  });
}

void add_check(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("check",
                                         "Judges run folders (with the promises of their experiment) and "
                                         "bare histories (every property that they can "
                                         "decide).\nChanges nothing.\n\n"
                                         "Examples:\n  fracas check runs/latest\n  fracas check "
                                         "history.jsonl --property regular --property lost-updates\n"
                                         "  fracas check store/latest/history.edn --model counter\n"
                                         "  fracas check register.edn --model cas-register --initial 0");
  command
      ->add_option("RUN|HISTORY", parsed.check.inputs,
                   "run folders, or histories: ours, Jepsen's, Porcupine's")
      ->required();
  command->add_option("--property", parsed.check.properties, "only this one; repeatable")
      ->allow_extra_args(false);
  command->add_option("--format", parsed.check.format,
                      "jsonl, edn or porcupine; default: what a history looks like");
  command->add_option("--model", parsed.check.model,
                      "what a history without its run is about (`fracas list models`); default: what the "
                      "operations of each key show");
  command->add_option("--algorithm", parsed.check.algorithm,
                      "of linearizability; default: the fastest that applies");
  command->add_option("--initial", parsed.check.initial,
                      "what a register holds before it is written, as JSON: 0; default: null, absent");
  command->add_flag("--json", parsed.check.json, "prints the judgement as JSON on stdout");
  command->callback([&parsed] {
    parsed.command = [&parsed](Console& console) { return check_command(parsed.check, console); };
  });
}

constexpr const char* kReplayAbout =
    "Does again what a stored run did: its experiment, and the plan from its folder.\n"
    "In a simulation it says whether the history is the same, bit for bit; in the local world the\n"
    "same operations and faults come at the same moments, and it says how often the run failed\n"
    "again for the same property. Keeps the first replay that did, else the last.\n"
    "Exit code: that of the replay; of several, the first that applies of 255, 1, 130, 3, 2, 0.\n"
    "\n"
    "Examples:\n"
    "  fracas replay runs/latest\n"
    "  fracas replay runs/latest --times 10";

void add_replay(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("replay", kReplayAbout);
  command->add_option("RUN", parsed.replay.run, "a run folder")->required();
  command->add_option("--times", parsed.replay.times, "how often")->check(CLI::Range(1, 100'000));
  command->add_option_function<std::string>(
      "--out", [&parsed](const std::string& folder) { parsed.replay.out = folder; },
      "an empty or new folder");
  command->add_flag("--json", parsed.replay.json, "prints counts and the kept run's report on stdout");
  command->add_flag("-q,--quiet", parsed.replay.quiet, "only the last lines");
  command->callback([&parsed] {
    parsed.command = [&parsed](Console& console) { return replay_command(parsed.replay, console); };
  });
}

constexpr const char* kShrinkAbout =
    "Finds the few operations and faults that a run failed for: leaves out faults, nodes, clients,\n"
    "keys, operations and time until nothing more can be left out. Writes an experiment that fails\n"
    "for the same property, shrunk.toml, with the story as comments, and the run that shows it.\n"
    "Exit code: 0 it was shrunk, 2 nothing could be left out: the run's operations\n"
    "and faults did not fail again, or the budget was too small.\n"
    "\n"
    "Examples:\n"
    "  fracas shrink runs/latest\n"
    "  fracas shrink runs/latest --property regular --budget 10m";

void add_shrink(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("shrink", kShrinkAbout);
  command->add_option("RUN", parsed.shrink.run, "a run folder")->required();
  command->add_option_function<std::string>(
      "--property", [&parsed](const std::string& name) { parsed.shrink.property = name; },
      "that it must go on failing for; default: the one that tells most");
  command
      ->add_option("--times", parsed.shrink.times,
                   "runs of each candidate: other seeds in a simulation, repetitions in the local world")
      ->check(CLI::Range(1, 1000));
  command->add_option("--budget", parsed.budget, "of wall time for the search: 60s")
      ->check(CLI::Validator(check_duration, "DURATION"));
  command->add_option_function<std::string>(
      "--out", [&parsed](const std::string& folder) { parsed.shrink.out = folder; },
      "an empty or new folder");
  command->add_flag("-q,--quiet", parsed.shrink.quiet, "only the last lines");
  command->callback([&parsed] {
    if (!parsed.budget.empty()) parsed.shrink.budget_ns = *nemesis::parse_duration(parsed.budget);
    parsed.command = [&parsed](Console& console) { return shrink_command(parsed.shrink, console); };
  });
}

void add_report(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("report",
                         "Judges a run folder and renders its report again.\n"
                         "Exit code: 0 if it was written, whatever it says; `fracas check` answers with "
                         "the verdict.\n\n"
                         "Example:\n  fracas report runs/latest");
  command->add_option("RUN", parsed.folder, "a run folder")->required();
  command->add_flag("--json", parsed.json, "prints the report object on stdout");
  command->callback([&parsed] {
    parsed.command = [&parsed](Console& console) {
      return report_command(parsed.folder, parsed.json, console);
    };
  });
}

void add_verify(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand(
      "verify",
      "Replays the certificates of a run's verdicts against its history, with a small program that shares\n"
      "no code with the checkers, and says what it cannot verify.\n"
      "Exit code: 1 if a certificate was refuted.\n\n"
      "Example:\n  fracas verify runs/latest");
  command->add_option("RUN", parsed.folder, "a run folder")->required();
  command->callback([&parsed] {
    parsed.command = [&parsed](Console& console) { return verify_command(parsed.folder, console); };
  });
}

constexpr const char* kBugsAbout =
    "Tries every seeded bug of the store (`fracas list bugs`) with seed after seed until a guaranteed\n"
    "property accuses it, and the correct store beside it with the same seeds. Prints a table.\n"
    "Exit code: 1 if a bug was missed or the correct store accused.\n"
    "\n"
    "Examples:\n"
    "  fracas bugs --world sim\n"
    "  fracas bugs context_ignored first_reply_wins --world both";

void add_bugs(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("bugs", kBugsAbout);
  command->add_option("NAME", parsed.bugs.names, "only these");
  command->add_option("--world", parsed.world, "local, sim or both (default)")
      ->check(CLI::IsMember({"local", "sim", "both"}));
  command
      ->add_option_function<std::uint64_t>(
          "--seeds", [&parsed](std::uint64_t seeds) { parsed.bugs.seeds = seeds; },
          "how many are tried at most; otherwise as many as begin within a minute")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}).description("NUMBER"));
  command->add_option_function<std::string>(
      "--out", [&parsed](const std::string& file) { parsed.bugs.out = file; },
      "a file for the table, in Markdown");
  command->add_flag("--json", parsed.bugs.json, "prints JSON instead of the table");
  command->callback([&parsed] {
    if (const auto world = world_kind(parsed.world)) parsed.bugs.worlds = {*world};
    parsed.command = [&parsed](Console& console) { return bugs_command(parsed.bugs, console); };
  });
}

void add_explore(CLI::App& app, Parsed& parsed) {
  CLI::App* command =
      app.add_subcommand("explore",
                         "Walks through every interleaving of small worlds: two or three replicas and "
                         "operations, with messages\n"
                         "that may be lost, nodes that may crash and timers that may fire. Compares what can "
                         "happen with what is\n"
                         "promised, and tells the shortest schedule to what is not.\n\n"
                         "Examples:\n  fracas explore\n  fracas explore --list\n\n"
                         "Exit code: 0 all as expected, 1 something is not, 2 a limit was reached.");
  command->add_option("SCOPE", parsed.explore.scopes, "only these; otherwise all that are quick");
  command->add_flag("--all", parsed.explore.all, "slow ones too");
  command->add_flag("--list", parsed.explore.list, "says what there is, explores nothing");
  command->add_option("--limit", parsed.explore.limit, "situations of a scope")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000'000}).description("NUMBER"));
  command->add_flag("--json", parsed.explore.json, "prints JSON");
  command->callback([&parsed] {
    parsed.command = [&parsed](Console& console) { return explore_command(parsed.explore, console); };
  });
}

void add_predict(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand(
      "predict",
      "Predicts how often reads miss the last acknowledged write (probabilistically bounded staleness): from "
      "n, "
      "r, w and\nthe delays of the messages, which a simulation of the experiment measures; beside how often "
      "they "
      "did.\n\n"
      "Examples:\n  fracas predict sd63-as-often-as-predicted\n  fracas predict weak-quorum --set "
      "store.repair=none --json");
  add_experiment_options(*command, parsed);
  command->add_option("--duration", parsed.duration, "of the torment phase: 30s")
      ->check(CLI::Validator(check_duration, "DURATION"));
  command->add_flag("--json", parsed.run.json, "prints JSON");
  command->callback([&parsed, command] {
    gather_settings(parsed, *command);
    parsed.command = [&parsed](Console& console) { return predict_command(parsed.run, console); };
  });
}

void add_list_explain_and_doctor(CLI::App& app, Parsed& parsed) {
  const std::string what = fmt::format("{}", fmt::join(catalogue_names(), "|"));
  CLI::App* list = app.add_subcommand(
      "list", "Says what there is.\n\nExamples:\n  fracas list faults\n  fracas list experiments");
  list->add_option("WHAT", parsed.name, what)->required();
  list->callback([&parsed] {
    parsed.command = [&parsed](Console& console) { return list_command(parsed.name, console); };
  });
  CLI::App* explain = app.add_subcommand("explain",
                                         "Explains a workload, fault, property, bug or key, or an "
                                         "experiment: what it does, what is promised and why.\n\n"
                                         "Examples:\n  fracas explain network.partition\n  fracas explain "
                                         "store.r\n  fracas explain lww-clock-skew");
  explain->add_option("NAME|EXPERIMENT", parsed.name, "a name, or a TOML file")->required();
  explain->callback([&parsed] {
    parsed.command = [&parsed](Console& console) { return explain_command(parsed.name, console); };
  });
  CLI::App* doctor = app.add_subcommand(
      "doctor", "Tries which faults can be injected on this machine, and says what would help.");
  doctor->callback([&parsed] { parsed.command = doctor_command; });
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What is really wrong: a mistyped command or option, else what CLI11 says.
std::string usage_message(const CLI::App& app, const std::vector<std::string>& arguments,
                          const CLI::ParseError& error) {
  const std::vector<std::string> commands = command_names(app);
  const auto word = std::find_if(arguments.begin(), arguments.end(),
                                 [](const std::string& a) { return !a.starts_with("-"); });
  if (word == arguments.end()) {
    return fmt::format("a command is needed: {}; `fracas --help` shows examples", fmt::join(commands, ", "));
  }
  if (!contains(commands, *word))
    return fmt::format("there is no command '{}'{}", *word, did_you_mean(*word, commands));
  const std::vector<std::string> options = option_names(*app.get_subcommand(*word));
  for (const std::string& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    if (name.starts_with("--") && name.size() > 2 && !contains(options, name))
      return fmt::format("{} has no option '{}'{}", *word, name, did_you_mean(name, options));
  }
  return fmt::format("{}: {}; see `fracas {} --help`", *word, error.what(), *word);
}

}  // namespace

Exit run_command_line(const std::vector<std::string>& arguments, Console& console) {
  CLI::App app(kAbout, "fracas");
  app.set_version_flag("--version", fmt::format("fracas {}", kVersion));
  app.require_subcommand(1);
  Parsed parsed;
  add_run(app, parsed);
  add_check(app, parsed);
  add_replay(app, parsed);
  add_shrink(app, parsed);
  add_cluster(app, parsed);
  add_bugs(app, parsed);
  add_explore(app, parsed);
  add_predict(app, parsed);
  add_list_explain_and_doctor(app, parsed);
  add_report(app, parsed);
  add_verify(app, parsed);
  try {
    app.parse(
        std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 takes them from the back
  } catch (const CLI::Success& asked) {
    app.exit(asked, console.out, console.err);
    return Exit::pass;
  } catch (const CLI::ParseError& error) {
    return complain(console, {Exit::usage, usage_message(app, arguments, error)});
  }
  return parsed.command(console);
}

}  // namespace fracas::harness
