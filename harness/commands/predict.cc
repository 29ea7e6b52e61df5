#include "harness/commands/predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "checker/staleness/measure.h"
#include "harness/commands/live_line.h"
#include "harness/commands/plan.h"
#include "harness/commands/run_folder.h"
#include "harness/commands/table.h"
#include "harness/conduct.h"
#include "harness/runner.h"
#include "harness/sim/sim_world.h"
#include "harness/sim/wars_log.h"
#include "results/pbs.h"

namespace fracas::harness {
namespace {

constexpr int kTrials = 200'000;
/// Bounds of the groups that reads are shown in, by ms since the acknowledgement.
constexpr std::array<double, 11> kBounds{0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};

struct Group {
  double from_ms = 0;
  std::size_t reads = 0;
  double predicted = 0;  ///< sums, over the reads
  double measured = 0;
};

struct Prediction {
  double miss = 0;      ///< closed form: quorums that have nothing in common
  double until_99 = 0;  ///< ms after which 99 of 100 reads see the write
  double until_999 = 0;
  Group all;
  std::vector<Group> groups;  ///< with reads in them
};

std::string name_of(const Group& group) {
  const auto bound = std::find(kBounds.begin(), kBounds.end(), group.from_ms);
  if (std::next(bound) == kBounds.end()) return fmt::format("{} ms and later", *bound);
  return fmt::format("{} to {} ms", *bound, *std::next(bound));
}

void add(Group& group, double predicted, bool seen) {
  ++group.reads;
  group.predicted += predicted;
  group.measured += seen ? 1 : 0;
}

/// In a run without writes or reads at homes other than the coordinator nothing was measured: no delay then.
results::Delay delay(const std::vector<double>& measured_ms) {
  return results::drawn_from(measured_ms.empty() ? std::vector<double>{0} : measured_ms);
}

Prediction predict(const Experiment& experiment, const WarsLog& log,
                   const std::vector<checker::staleness::ReadAfterWrite>& reads) {
  const store::Config& store = experiment.store;
  const results::Quorums quorums{store.n, store.r, store.w};
  const results::Wars wars{
      .write = delay(log.writes_ms()),
      .acknowledged = delay(log.acknowledgements_ms()),
      .read = delay(log.reads_ms()),
      .answered = delay(log.answers_ms()),
      .at_home = static_cast<double>(store.n) / store.nodes,
      .own_acknowledged = delay(log.syncs_ms()),
  };
  const results::Visibility visibility(quorums, wars, kTrials, experiment.seed);
  Prediction prediction{.miss = results::miss_probability(quorums),
                        .until_99 = visibility.until(0.99),
                        .until_999 = visibility.until(0.999),
                        .all = {},
                        .groups = {}};
  for (const double bound : kBounds) prediction.groups.push_back({.from_ms = bound});
  for (const checker::staleness::ReadAfterWrite& read : reads) {
    const double seen = visibility.seen_after(read.ms);
    const auto above = std::upper_bound(kBounds.begin(), kBounds.end(), std::max(read.ms, 0.0));
    add(prediction.groups[static_cast<std::size_t>(above - kBounds.begin()) - 1], seen, read.seen);
    add(prediction.all, seen, read.seen);
  }
  std::erase_if(prediction.groups, [](const Group& group) { return group.reads == 0; });
  return prediction;
}

double share(double sum, const Group& group) { return 100 * sum / static_cast<double>(group.reads); }

std::string percent(double of_hundred) { return fmt::format("{:.1f} %", of_hundred); }

std::string delays_text(const WarsLog& log) {
  const auto row = [](const char* what, std::vector<double> ms) -> Row {
    if (ms.empty()) return {what, "-", "-", "0"};
    std::sort(ms.begin(), ms.end());
    const auto at = [&ms](double q) {
      return fmt::format("{:.2f} ms", ms[static_cast<std::size_t>(q * static_cast<double>(ms.size() - 1))]);
    };
    return {what, at(0.5), at(0.99), std::to_string(ms.size())};
  };
  return table({"measured delay", "median", "99 %", "messages"},
               {row("W: a write reaches a replica", log.writes_ms()),
                row("A: and its acknowledgement is back", log.acknowledgements_ms()),
                row("R: a read reaches a replica", log.reads_ms()),
                row("S: and its answer is back", log.answers_ms())});
}

/// What the model leaves out, as far as the experiment has it.
std::string caveat(const Experiment& experiment) {
  std::vector<std::string> others;
  if (experiment.store.repair != store::Repair::none) others.emplace_back("read repair");
  if (experiment.store.hints != store::Hints::off) others.emplace_back("hints");
  if (experiment.store.anti_entropy_ns != 0) others.emplace_back("anti-entropy");
  std::string text;
  if (!others.empty())
    text =
        fmt::format("The model knows nothing of {}, which bring a write sooner.\n", fmt::join(others, ", "));
  if (!experiment.faults.empty())
    text +=
        "Messages that faults took are not among the delays: what they cost is measured, and not "
        "predicted.\n";
  return text;
}

std::string prediction_text(const Experiment& experiment, const WarsLog& log, const Prediction& prediction) {
  std::vector<Row> rows;
  for (const Group& group : prediction.groups)
    rows.push_back({name_of(group), percent(share(group.predicted, group)),
                    percent(share(group.measured, group)), std::to_string(group.reads)});
  const store::Config& store = experiment.store;
  std::string text =
      fmt::format("n = {}, r = {}, w = {}: of all pairs of quorums {} have no replica in common{}\n\n{}\n",
                  store.n, store.r, store.w, percent(100 * prediction.miss),
                  prediction.miss == 0 ? "." : ", so that a read may miss a write until the others have it.",
                  delays_text(log));
  if (rows.empty())
    return text + "No read came after an acknowledged write of its key: nothing to compare.\n";
  return text + table({"reads so long after the write", "predicted to see it", "saw it", "reads"}, rows) +
         fmt::format(
             "\n99 of 100 reads are to see it after {:.1f} ms, 999 of 1000 after {:.1f} ms.\n"
             "All reads: predicted {}, measured {}, of {}.\n{}",
             prediction.until_99, prediction.until_999,
             percent(share(prediction.all.predicted, prediction.all)),
             percent(share(prediction.all.measured, prediction.all)), prediction.all.reads,
             caveat(experiment));
}

nlohmann::ordered_json group_json(const Group& group) {
  return {{"from_ms", group.from_ms},
          {"reads", group.reads},
          {"predicted", group.reads == 0 ? 0 : share(group.predicted, group) / 100},
          {"measured", group.reads == 0 ? 0 : share(group.measured, group) / 100}};
}

nlohmann::ordered_json prediction_json(const Experiment& experiment, const Prediction& prediction) {
  auto groups = nlohmann::ordered_json::array();
  for (const Group& group : prediction.groups) groups.push_back(group_json(group));
  return {{"experiment", experiment.name},
          {"seed", experiment.seed},
          {"n", experiment.store.n},
          {"r", experiment.store.r},
          {"w", experiment.store.w},
          {"quorums_that_miss", prediction.miss},
          {"ms_until_99_percent", prediction.until_99},
          {"ms_until_99_9_percent", prediction.until_999},
          {"all", group_json(prediction.all)},
          {"by_age", groups}};
}

}  // namespace

Exit predict_command(const RunOptions& given, Console& console) {
  RunOptions options = given;
  options.settings.emplace_back("world", "sim");
  const Result<Experiment> experiment = resolve(options);
  if (!experiment) return complain(console, experiment.error());
  if (experiment->store.coordinator == store::Coordination::client)
    return complain(console, {Exit::usage,
                              "coordinator = client: only the delays between nodes are measured; set "
                              "store.coordinator = node"});
  const Result<nemesis::Plan> plan = plan_for(*experiment);
  if (!plan) return complain(console, plan.error());
  if (const auto possible = check_world(*experiment, *plan); !possible)
    return complain(console, possible.error());
  const Result<std::filesystem::path> folder = create_run_folder(*experiment, *plan, options.out);
  if (!folder) return complain(console, folder.error());

  WarsLog log;
  SimWorld world({.store = experiment->store, .seed = experiment->seed, .delays = &log});
  const RunOutcome outcome = [&] {
    LiveLine line(console, /*quiet=*/true);
    return run_experiment(*experiment, *plan, world, *folder, reproduce_command(options, *experiment),
                          [&line](const Progress& progress) { line.show(progress); });
  }();
  if (outcome.error) return complain(console, *outcome.error);
  if (outcome.interrupted) return Exit::interrupted;
  checker::Evidence evidence;
  evidence.conflict = experiment->store.conflict == store::Conflict::siblings ? "siblings" : "lww";
  const checker::Case whole(*outcome.history, evidence);
  const Prediction prediction = predict(*experiment, log, checker::staleness::reads_after_writes(whole));
  if (options.json) {
    console.out << prediction_json(*experiment, prediction).dump(2) << '\n';
  } else {
    console.out << headline(*experiment, *plan) << "\n\n" << prediction_text(*experiment, log, prediction);
  }
  return Exit::pass;
}

}  // namespace fracas::harness
