// Faults with their measured effects: summed up by kind, and each.
// environment.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "results/html.h"
#include "results/page.h"

namespace fracas::results {

using nlohmann::ordered_json;

namespace {

/// More are folded away.
constexpr std::size_t kFaultsShown = 12;

/// All faults of a kind.
struct KindSummary {
  std::size_t begun = 0, effective = 0;
  std::set<std::string> targets;
  std::map<std::string, std::pair<double, double>> effects;  ///< numbers: the least and the largest
};

void add(KindSummary& kind, const ordered_json& fault) {
  ++kind.begun;
  kind.effective += fault["took_effect"].get<bool>();
  for (const auto& node : fault["target"]) kind.targets.insert(plain(node));
  for (const auto& [name, value] : fault["effect"].items()) {
    if (!value.is_number()) continue;
    const double number = value.get<double>();
    auto& [least, largest] = kind.effects.emplace(name, std::pair(number, number)).first->second;
    least = std::min(least, number);
    largest = std::max(largest, number);
  }
}

std::string ranges(const KindSummary& kind) {
  ordered_json effects = ordered_json::object();
  for (const auto& [name, range] : kind.effects)
    effects[name] = range.first == range.second ? decimal(range.first)
                                                : decimal(range.first) + " to " + decimal(range.second);
  return plain_object(effects);
}

std::string kinds_table(const ordered_json& faults) {
  std::map<std::string, KindSummary> kinds;
  for (const auto& fault : faults) add(kinds[plain(fault["kind"])], fault);
  std::string rows;
  for (const auto& [name, kind] : kinds)
    rows +=
        row(head_cell("<code>" + escaped(name) + "</code>") + number_cell(grouped(kind.begun)) +
            number_cell(grouped(kind.effective)) +
            cell(escaped(fmt::format("{}", fmt::join(kind.targets, ", ")))) + cell(escaped(ranges(kind))));
  return table({"kind", "#injected", "#took effect", "targets", "measured effects, from least to largest"},
               rows);
}

std::string_view effect_badge(const ordered_json& fault) {
  return fault["took_effect"].get<bool>() ? R"(<span class="badge good">✔ yes</span>)"
                                          : R"(<span class="badge unknown">✖ no</span>)";
}

std::string fault_row(const ordered_json& fault) {
  return row(number_cell(decimal(fault["start_s"])) + number_cell(decimal(fault["end_s"])) +
             head_cell("<code>" + escaped(plain(fault["kind"])) + "</code>") +
             cell(escaped(joined(fault["target"]))) + cell(escaped(plain_object(fault["parameters"]))) +
             cell(effect_badge(fault)) + cell(escaped(plain_object(fault["effect"]))));
}

}  // namespace

std::string render_faults(const ordered_json& report) {
  const auto& faults = report["faults"];
  if (faults.empty()) return "";
  std::string rows;
  for (const auto& fault : faults) rows += fault_row(fault);
  const std::string each = table(
      {"#from (s)", "#to (s)", "fault", "target", "parameters", "took effect", "measured effect"}, rows);
  return fmt::format(R"(<section id="faults">
<h2>Faults</h2>
{}<details{}><summary>Each fault ({})</summary>
{}</details>
</section>
)",
                     kinds_table(faults), faults.size() <= kFaultsShown ? " open" : "", faults.size(), each);
}

}  // namespace fracas::results
