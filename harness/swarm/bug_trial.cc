#include "harness/swarm/bug_trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "harness/commands/experiments_folder.h"
#include "harness/commands/plan.h"
#include "harness/judgement.h"
#include "harness/stopwatch.h"
#include "harness/swarm/one_run.h"

namespace fracas::harness {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAccusationsTold = 5;  // the first say enough

/// What accuses the store: the property that the table names, if it is among them, else the most telling.
const Judged* accuser(const Judgement& judgement, std::string_view expected) {
  const Judged* found = nullptr;
  for (const Judged* judged : most_telling_first(judgement.properties)) {
    if (judged->met) continue;
    if (found == nullptr || judged->verdict.property == expected) found = judged;
  }
  return found;
}

/// What accuses the store where every property is as promised: an operation of a script came out otherwise.
constexpr std::string_view kScript = "script";

/// Operations that had begun when the first proof was complete.
std::uint64_t operations_until(const checker::Verdict& verdict, const fs::path& history) {
  std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
  for (const checker::Witness& witness : verdict.witnesses)
    if (!witness.operations.empty()) last = std::min(last, witness.operations.back());
  std::ifstream file(history);
  std::uint64_t operations = 0;
  std::uint64_t index = 0;
  for (std::string line; index <= last && std::getline(file, line); ++index)
    if (line.find(R"("type":"invoke")") != std::string::npos) ++operations;
  return operations;
}

class Trial {
 public:
  Trial(const store::BugInfo& bug, const BugTrialLimits& limits, fs::path folder, BugTrial& result)
      : bug_(bug), limits_(limits), folder_(std::move(folder)), result_(result) {}

  void run() {
    const Stopwatch watch;
    result_.impossible = why_impossible();
    if (!result_.impossible.empty()) return;
    for (std::uint64_t seed = 1; seed <= limits_.seeds && watch.seconds() < limits_.wall_s; ++seed) {
      if (!run_bug(seed)) break;
    }
    result_.wall_s = watch.seconds();
    for (std::uint64_t seed = 1; !interrupted_ && seed <= std::max(limits_.correct_runs, result_.runs);
         ++seed)
      run_correct(seed);
  }

 private:
  /// The bug's experiment, with that seed, in that world.
  Result<Experiment> experiment(std::uint64_t seed) const {
    const Result<fs::path> file = find_experiment(bug_.experiment);
    if (!file) return file.error();
    return load_experiment(
        *file, {{"world", std::string(to_string(result_.world))}, {"seed", std::to_string(seed)}});
  }

  std::string command(std::uint64_t seed, std::string_view settings) const {
    return fmt::format("fracas run {} --world {}{} --seed {}", fs::path(bug_.experiment).stem().string(),
                       to_string(result_.world), settings, seed);
  }

  Result<Conducted> conducted(const Experiment& experiment, const std::string& reproduce) const {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    return run_in(folder_, experiment, reproduce);
  }

  /// False: there is no point in another seed.
  bool run_bug(std::uint64_t seed) {
    const Result<Experiment> wanted = experiment(seed);
    if (!wanted) return give_up(wanted.error());
    const std::string reproduce = command(seed, "");
    const Result<Conducted> run = conducted(*wanted, reproduce);
    if (!run) return give_up(run.error());
    ++result_.runs;
    result_.world_s += static_cast<double>(run->outcome.ended_ns) / 1e9;
    result_.sentence = run->judgement.sentence;
    result_.reproduce = reproduce;
    const Judged* judged =
        run->judgement.exit == Exit::violated ? accuser(run->judgement, bug_.caught_by) : nullptr;
    if (judged == nullptr && run->judgement.exit == Exit::violated) {
      result_.operations += run->outcome.operations.total();
      result_.property = kScript;
      result_.caught = true;
      return false;
    }
    if (judged == nullptr) {
      result_.operations += run->outcome.operations.total();
      interrupted_ = run->judgement.exit == Exit::interrupted;
      return !interrupted_;
    }
    result_.operations += operations_until(judged->verdict, folder_ / "history.jsonl");
    result_.property = judged->verdict.property;
    result_.caught = true;
    return false;
  }

  /// The bug is not caught, and this is why.
  bool give_up(const Error& error) {
    result_.sentence = error.message;
    return false;
  }

  /// A plan that the world cannot carry out is no failure of the checkers.
  std::string why_impossible() const {
    const Result<Experiment> first = experiment(1);
    const Result<nemesis::Plan> plan = first ? plan_for(*first) : Result<nemesis::Plan>(first.error());
    if (!plan) return {};  // which the first run says
    const Result<void> possible = check_world(*first, *plan);
    return possible ? std::string() : possible.error().message;
  }

  void run_correct(std::uint64_t seed) {
    Result<Experiment> wanted = experiment(seed);
    if (!wanted) return;
    wanted->store.bugs = {};
    const std::string reproduce = command(seed, " --set store.bugs=[]");
    const Result<Conducted> run = conducted(*wanted, reproduce);
    if (run && run->judgement.exit == Exit::interrupted) {
      interrupted_ = true;
      return;
    }
    ++result_.correct_runs;
    if (run && run->judgement.exit != Exit::violated && run->judgement.exit != Exit::environment) return;
    ++result_.accused;
    if (result_.accusations.size() < kAccusationsTold)
      result_.accusations.push_back(
          fmt::format("{} ({})", run ? run->judgement.sentence : run.error().message, reproduce));
  }

  const store::BugInfo& bug_;
  const BugTrialLimits& limits_;
  fs::path folder_;
  BugTrial& result_;
  bool interrupted_ = false;
};

}  // namespace

BugTrial try_bug(const store::BugInfo& bug, WorldKind world, const BugTrialLimits& limits,
                 const fs::path& folder) {
  BugTrial result;
  result.bug = bug.name;
  result.world = world;
  if (world == WorldKind::local) result.impossible = bug.only_simulated;
  if (world == WorldKind::sim && bug.needs_real_kernel) result.impossible = "it takes a real kernel";
  if (result.impossible.empty()) Trial(bug, limits, folder, result).run();
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return result;
}

std::string to_text(const BugTrial& trial) {
  constexpr std::size_t kLongest = 2000;
  nlohmann::ordered_json accusations = nlohmann::ordered_json::array();
  for (const std::string& accusation : trial.accusations)
    accusations.push_back(accusation.substr(0, kLongest));
  const nlohmann::ordered_json json = {{"bug", trial.bug},
                                       {"world", to_string(trial.world)},
                                       {"impossible", trial.impossible},
                                       {"caught", trial.caught},
                                       {"property", trial.property},
                                       {"sentence", trial.sentence.substr(0, kLongest)},
                                       {"reproduce", trial.reproduce},
                                       {"operations", trial.operations},
                                       {"runs", trial.runs},
                                       {"world_s", trial.world_s},
                                       {"wall_s", trial.wall_s},
                                       {"correct_runs", trial.correct_runs},
                                       {"accused", trial.accused},
                                       {"accusations", std::move(accusations)}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

BugTrial bug_trial_from(const std::string& text) {
  const nlohmann::json json = nlohmann::json::parse(text);
  BugTrial trial;
  trial.bug = json.at("bug");
  trial.world = world_kind(json.at("world").get<std::string>()).value_or(WorldKind::sim);
  trial.impossible = json.at("impossible");
  trial.caught = json.at("caught");
  trial.property = json.at("property");
  trial.sentence = json.at("sentence");
  trial.reproduce = json.at("reproduce");
  trial.operations = json.at("operations");
  trial.runs = json.at("runs");
  trial.world_s = json.at("world_s");
  trial.wall_s = json.at("wall_s");
  trial.correct_runs = json.at("correct_runs");
  trial.accused = json.at("accused");
  trial.accusations = json.at("accusations").get<std::vector<std::string>>();
  return trial;
}

}  // namespace fracas::harness
