// The only file that knows CLI11. Its exit codes become ours, and its complaints get a suggestion.
#include "harness/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>

#include "harness/commands/check.h"
#include "harness/commands/cluster.h"
#include "harness/commands/doctor.h"
#include "harness/commands/explain.h"
#include "harness/commands/list.h"
#include "harness/commands/report.h"
#include "harness/commands/run.h"
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
    "  fracas run --dry-run --json | jq .plan";

/// What was parsed; the chosen subcommand's callback sets `command`.
struct Parsed {
  RunOptions run;
  std::vector<std::string> settings;
  std::uint64_t seed = 0;
  std::string duration;
  std::string world = "local";
  CheckOptions check;
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

/// --set, --seed and --duration, shared by run and cluster, as settings in one order: options after --set.
void gather_settings(Parsed& parsed, const CLI::App& command) {
  for (const std::string& text : parsed.settings) {
    const std::size_t equals = text.find('=');
    parsed.run.settings.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  if (command.count("--seed") > 0) parsed.run.settings.emplace_back("seed", std::to_string(parsed.seed));
  if (command.get_option_no_throw("--duration") != nullptr && command.count("--duration") > 0)
    parsed.run.settings.emplace_back("duration", parsed.duration);
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
  command->add_option("--world", parsed.world, "where nodes run: local (processes on this machine)")
      ->check(CLI::IsMember({"local"}));
  command->add_flag("--json", parsed.run.json, "prints the report object on stdout");
  command->add_flag("--dry-run", parsed.run.dry_run, "prints the experiment and the plan, runs nothing");
  command->add_flag("-q,--quiet", parsed.run.quiet, "only the last four lines");
  command->callback([&parsed, command] {
    gather_settings(parsed, *command);
    parsed.command = [&parsed](Console& console) { return run_command(parsed.run, console); };
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
                                         "history.jsonl --property regular --property lost-updates");
  command->add_option("RUN|HISTORY", parsed.check.inputs, "run folders, or history.jsonl files")->required();
  command->add_option("--property", parsed.check.properties, "only this one; repeatable")
      ->allow_extra_args(false);
  command->add_flag("--json", parsed.check.json, "prints the judgement as JSON on stdout");
  command->callback([&parsed] {
    parsed.command = [&parsed](Console& console) { return check_command(parsed.check, console); };
  });
}

void add_report(CLI::App& app, Parsed& parsed) {
  CLI::App* command = app.add_subcommand("report",
                                         "Judges a run folder and renders its report again.\n\n"
                                         "Example:\n  fracas report runs/latest");
  command->add_option("RUN", parsed.folder, "a run folder")->required();
  command->add_flag("--json", parsed.json, "prints the report object on stdout");
  command->callback([&parsed] {
    parsed.command = [&parsed](Console& console) {
      return report_command(parsed.folder, parsed.json, console);
    };
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
  add_cluster(app, parsed);
  add_list_explain_and_doctor(app, parsed);
  add_report(app, parsed);
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
