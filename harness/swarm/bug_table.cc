#include "harness/swarm/bug_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fracas::harness {
namespace {

using Cells = std::vector<std::string>;

std::string runs_text(std::uint64_t runs) { return fmt::format("{} run{}", runs, runs == 1 ? "" : "s"); }

std::string correct_text(const BugTrial& trial) {
  if (trial.correct_runs == 0) return "-";
  if (trial.accused == 0) return runs_text(trial.correct_runs) + ", not accused";
  return fmt::format("ACCUSED in {} of {}", trial.accused, runs_text(trial.correct_runs));
}

Cells cells_of(const BugTrial& trial) {
  Cells cells{trial.bug, std::string(to_string(trial.world))};
  if (!trial.impossible.empty()) {
    cells.insert(cells.end(), {"not possible", "-", "-", "-", "-", "-"});
    return cells;
  }
  cells.push_back(trial.caught ? trial.property : "MISSED");
  cells.push_back(std::to_string(trial.operations));
  cells.push_back(std::to_string(trial.runs));
  cells.push_back(fmt::format("{:.1f}", trial.world_s));
  cells.push_back(fmt::format("{:.2f}", trial.wall_s));
  cells.push_back(correct_text(trial));
  return cells;
}

/// Of numbers to the right; the first three columns and the last are words.
bool right(std::size_t column) { return column >= 3 && column <= 6; }

std::string row_text(const Cells& cells, const std::vector<std::size_t>& widths) {
  std::string text = "|";
  for (std::size_t i = 0; i < cells.size(); ++i)
    text += right(i) ? fmt::format(" {:>{}} |", cells[i], widths[i])
                     : fmt::format(" {:<{}} |", cells[i], widths[i]);
  return text + '\n';
}

std::vector<const BugTrial*> of_world(const std::vector<BugTrial>& trials, WorldKind world) {
  std::vector<const BugTrial*> found;
  for (const BugTrial& trial : trials)
    if (trial.world == world && trial.impossible.empty()) found.push_back(&trial);
  return found;
}

std::string summary_of_world(const std::vector<BugTrial>& trials, WorldKind world) {
  std::vector<double> seconds;
  std::uint64_t correct_runs = 0;
  std::uint64_t accused = 0;
  const std::vector<const BugTrial*> here = of_world(trials, world);
  for (const BugTrial* trial : here) {
    if (trial->caught) seconds.push_back(trial->wall_s);
    correct_runs += trial->correct_runs;
    accused += trial->accused;
  }
  if (here.empty()) return {};
  std::sort(seconds.begin(), seconds.end());
  std::string text = fmt::format("{}: {} of {} bugs caught", to_string(world), seconds.size(), here.size());
  if (!seconds.empty())
    text += fmt::format(", the median within {:.2f} s, all within {:.2f} s",
                        seconds[(seconds.size() - 1) / 2], seconds.back());
  return text +
         fmt::format("; the correct store was accused in {} of {}\n", accused, runs_text(correct_runs));
}

}  // namespace

Exit exit_of(const std::vector<BugTrial>& trials) {
  const bool good = std::all_of(trials.begin(), trials.end(),
                                [](const BugTrial& trial) { return !trial.missed() && trial.accused == 0; });
  return good ? Exit::pass : Exit::violated;
}

std::string line_of(const BugTrial& trial) {
  const std::string name = fmt::format("{} ({})", trial.bug, to_string(trial.world));
  if (!trial.impossible.empty()) return fmt::format("{}: not possible: {}", name, trial.impossible);
  const std::string effort =
      fmt::format("{} operations, {}, {:.1f} s in the world, {:.2f} s here", trial.operations,
                  runs_text(trial.runs), trial.world_s, trial.wall_s);
  const std::string bug = trial.caught ? fmt::format("caught by {} after {}", trial.property, effort)
                                       : fmt::format("MISSED in {}: {}", effort, trial.sentence);
  return fmt::format("{}: {}; correct store: {}", name, bug, correct_text(trial));
}

std::string table_of(const std::vector<BugTrial>& trials) {
  std::vector<Cells> rows{
      {"bug", "world", "caught by", "operations", "runs", "world s", "wall s", "correct store"}};
  for (const BugTrial& trial : trials) rows.push_back(cells_of(trial));
  std::vector<std::size_t> widths(rows.front().size());
  for (const Cells& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  Cells rule;
  for (std::size_t i = 0; i < widths.size(); ++i)
    rule.push_back(std::string(widths[i] - 1, '-') + (right(i) ? ":" : "-"));
  std::string text = row_text(rows.front(), widths) + row_text(rule, widths);
  for (std::size_t i = 1; i < rows.size(); ++i) text += row_text(rows[i], widths);
  return text;
}

std::string summary_of(const std::vector<BugTrial>& trials) {
  std::string text = summary_of_world(trials, WorldKind::sim) + summary_of_world(trials, WorldKind::local);
  for (const BugTrial& trial : trials) {
    if (!trial.impossible.empty())
      text += fmt::format("{} is not possible in the world {}: {}\n", trial.bug, to_string(trial.world),
                          trial.impossible);
    for (const std::string& accusation : trial.accusations)
      text += fmt::format("the correct store was accused beside {}: {}\n", trial.bug, accusation);
  }
  return text;
}

nlohmann::ordered_json json_of(const std::vector<BugTrial>& trials) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const BugTrial& trial : trials) list.push_back(nlohmann::ordered_json::parse(to_text(trial)));
  return list;
}

}  // namespace fracas::harness
