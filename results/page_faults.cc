// Faults with their measured effects: summed up by kind, and each.
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

/// Of a list as long as the links of a cluster; plan.json has them all.
constexpr std::size_t kItemsShown = 12;

/// What was measured, by name: the least and the largest number.
using Ranges = std::map<std::string, std::pair<double, double>>;

void include(Ranges& ranges, const std::string& name, double number) {
  auto& [least, largest] = ranges.emplace(name, std::pair(number, number)).first->second;
  least = std::min(least, number);
  largest = std::max(largest, number);
}

/// The numbers of an effect; those of single nodes where there is no total of them, ranges as what they are.
/// Single links are left out, their totals are there.
void collect(Ranges& ranges, const ordered_json& effect, const ordered_json& totals) {
  for (const auto& [name, value] : effect.items()) {
    const bool again = &effect != &totals && totals.contains(name);
    if (value.is_number() && !again) include(ranges, name, value.get<double>());
    if (!value.is_object() || name == "links") continue;
    if (name == "nodes") {
      for (const auto& node : value)
        if (node.is_object()) collect(ranges, node, totals);
    } else if (!again) {
      for (const auto& bound : value)
        if (bound.is_number()) include(ranges, name, bound.get<double>());
    }
  }
}

/// "skew -68066 to -72.24 ms, samples 23"
std::string in_words(const Ranges& ranges) {
  std::string out;
  for (const auto& [name, range] : ranges) {
    const bool in_ms = name.ends_with("_ms");
    std::string words = in_ms ? name.substr(0, name.size() - 3) : name;
    std::replace(words.begin(), words.end(), '_', ' ');
    const std::string least = decimal(range.first), largest = decimal(range.second);
    out += fmt::format("{}{} {}{}{}", out.empty() ? "" : ", ", words, least,
                       least == largest ? "" : " to " + largest, in_ms ? " ms" : "");
  }
  return out;
}

/// All faults of a kind.
struct KindSummary {
  std::size_t begun = 0, effective = 0;
  std::set<std::string> targets;
  Ranges effects;
};

void add(KindSummary& kind, const ordered_json& fault) {
  ++kind.begun;
  kind.effective += fault["took_effect"].get<bool>();
  for (const auto& node : fault["target"]) kind.targets.insert(plain(node));
  collect(kind.effects, fault["effect"], fault["effect"]);
}

std::string kinds_table(const ordered_json& faults) {
  std::map<std::string, KindSummary> kinds;
  for (const auto& fault : faults) add(kinds[plain(fault["kind"])], fault);
  std::string rows;
  for (const auto& [name, kind] : kinds)
    rows += row(head_cell("<code>" + escaped(name) + "</code>") + number_cell(grouped(kind.begun)) +
                number_cell(grouped(kind.effective)) +
                cell(escaped(fmt::format("{}", fmt::join(kind.targets, ", ")))) +
                cell(escaped(in_words(kind.effects))));
  return table({"kind", "#injected", "#took effect", "targets", "measured effects, from least to largest"},
               rows);
}

std::string_view effect_badge(const ordered_json& fault) {
  return fault["took_effect"].get<bool>() ? R"(<span class="badge good">✔ yes</span>)"
                                          : R"(<span class="badge unknown">✖ no</span>)";
}

/// Numbers, then texts such as why nothing happened.
std::string effect_text(const ordered_json& effect) {
  Ranges ranges;
  collect(ranges, effect, effect);
  std::string out = in_words(ranges);
  for (const auto& [name, value] : effect.items())
    if (value.is_string()) out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", name, plain(value));
  return out;
}

std::string parameters_text(const ordered_json& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters.items()) {
    ordered_json shown = value;
    std::string rest;
    if (value.is_array() && value.size() > kItemsShown) {
      shown.erase(shown.begin() + kItemsShown, shown.end());
      rest = fmt::format(" and {} more", value.size() - kItemsShown);
    }
    out += fmt::format("{}{} {}{}", out.empty() ? "" : ", ", name,
                       shown.is_array() ? joined(shown) : plain(shown), rest);
  }
  return out;
}

std::string fault_row(const ordered_json& fault) {
  return row(number_cell(decimal(fault["start_s"])) + number_cell(decimal(fault["end_s"])) +
             head_cell("<code>" + escaped(plain(fault["kind"])) + "</code>") +
             cell(escaped(joined(fault["target"]))) + cell(escaped(parameters_text(fault["parameters"]))) +
             cell(effect_badge(fault)) + cell(escaped(effect_text(fault["effect"]))));
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
