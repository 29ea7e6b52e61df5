// The lower half of the page: faults with their measured effects, charts, convergence and staleness,
// environment.
#include <fmt/format.h>

#include "results/html.h"
#include "results/page.h"

namespace fracas::results {

using nlohmann::ordered_json;

namespace {

/// More are folded away.
constexpr std::size_t kFaultsShown = 40;

std::string fault_row(const ordered_json& fault) {
  return fmt::format(
      "<tr><td class=\"number\">{}</td><td class=\"number\">{}</td><th "
      "scope=\"row\"><code>{}</code></th><td>{}</td>"
      "<td>{}</td><td>{}</td><td>{}</td></tr>\n",
      decimal(fault["start_s"]), decimal(fault["end_s"]), escaped(plain(fault["kind"])),
      escaped(joined(fault["target"])), escaped(plain_object(fault["parameters"])),
      fault["took_effect"].get<bool>() ? "<span class=\"badge good\">✔ yes</span>"
                                       : "<span class=\"badge unknown\">✖ no</span>",
      escaped(plain_object(fault["effect"])));
}

std::string pair_row(const std::string& name, const std::string& value) {
  return fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(name), escaped(value));
}

std::string pairs(const std::string& rows) {
  return "<table class=\"pairs\"><tbody>\n" + rows + "</tbody></table>\n";
}

/// The dotted names are those that `--set` takes.
void flatten(const ordered_json& value, const std::string& name, std::string& rows) {
  if (value.is_object() && !value.empty()) {
    for (const auto& [key, inner] : value.items())
      flatten(inner, name.empty() ? key : name + "." + key, rows);
  } else if (value.is_array() && !value.empty() && value.front().is_object()) {
    for (std::size_t i = 0; i < value.size(); ++i) flatten(value[i], fmt::format("{}[{}]", name, i), rows);
  } else {
    rows += pair_row(name, plain(value));
  }
}

std::string converged_sentence(const ordered_json& convergence) {
  if (convergence["converged"].is_null())
    return "Whether the replicas agreed at the end is not known. " + plain(convergence["reason"]);
  if (convergence["converged"].get<bool>())
    return fmt::format("The replicas agreed {} s after everything was healed.",
                       decimal(convergence["seconds"]));
  return "The replicas did not agree. " + plain(convergence["reason"]);
}

std::string staleness_sentence(const ordered_json& staleness) {
  const std::uint64_t stale = staleness["stale_reads"], reads = staleness["reads"];
  if (reads == 0) return "No read could be measured for staleness.";
  if (stale == 0) return fmt::format("None of {} was stale.", counted(reads, "measured register read"));
  return fmt::format(
      "{} of {} ({:.3f} %) returned a value that had been superseded before the read began: by up to {}, and "
      "for "
      "up to {} ms in 99 % of these.",
      grouped(stale), counted(reads, "measured register read"),
      100.0 * static_cast<double>(stale) / static_cast<double>(reads),
      counted(staleness["max_versions"], "newer version"), decimal(staleness["p99_ms"]));
}

std::string node_exit_output(const ordered_json& exits) {
  std::string out;
  for (const auto& exit : exits)
    out += fmt::format("<details><summary>Last output of {} ({})</summary><pre>{}</pre></details>\n",
                       escaped(plain(exit["node"])), escaped(plain(exit["status"])),
                       escaped(plain(exit["output"])));
  return out;
}

}  // namespace

std::string render_faults(const ordered_json& report) {
  const auto& faults = report["faults"];
  if (faults.empty()) return "";
  std::string rows;
  for (const auto& fault : faults) rows += fault_row(fault);
  const std::string table = fmt::format(
      "<div class=\"scroll\"><table>\n<thead><tr><th class=\"number\">from (s)</th><th class=\"number\">to "
      "(s)</th>"
      "<th>fault</th><th>target</th><th>parameters</th><th>took effect</th><th>measured "
      "effect</th></tr></thead>\n"
      "<tbody>\n{}</tbody></table></div>\n",
      rows);
  return fmt::format(
      "<section "
      "id=\"faults\">\n<h2>Faults</h2>\n<details{}><summary>{}</summary>\n{}</details>\n</section>\n",
      faults.size() <= kFaultsShown ? " open" : "", counted(faults.size(), "fault"), table);
}

std::string render_charts(const ordered_json&) {
  return "<section id=\"time\">\n<h2>Over time</h2>\n"
         "<noscript><p class=\"quiet\">The charts need JavaScript; their numbers are in "
         "<code>report.json</code> "
         "under <code>series</code>.</p></noscript>\n"
         "<div id=\"charts\" tabindex=\"0\" role=\"img\" "
         "aria-label=\"Faults, throughput and latency over time. Left and right arrow keys move the "
         "cursor.\"></div>\n"
         "<p id=\"at\" class=\"quiet\" aria-live=\"polite\"></p>\n</section>\n";
}

std::string render_convergence(const ordered_json& report) {
  return fmt::format(
      "<section id=\"convergence\">\n<h2>Convergence and staleness</h2>\n<p>{}</p>\n<p>{}</p>\n</section>\n",
      escaped(converged_sentence(report["convergence"])), escaped(staleness_sentence(report["staleness"])));
}

std::string render_environment(const ordered_json& report) {
  const auto& environment = report["environment"];
  std::string phases;
  for (const auto& phase : report["phases"])
    phases += pair_row("phase " + plain(phase["name"]),
                       fmt::format("{} s to {} s", decimal(phase["begin_s"]), decimal(phase["end_s"])));
  std::string rows = pair_row("fracas", plain(environment["version"])) +
                     pair_row("nodes", joined(environment["nodes"])) +
                     pair_row("started (UTC)", plain(environment["started_utc"])) + phases;
  for (const auto& [node, skew] : environment["largest_skew_ms"].items())
    rows += pair_row("largest clock skew of " + node, decimal(skew) + " ms");
  std::string settings;
  flatten(report["experiment"], "", settings);
  return fmt::format(
      "<section id=\"environment\">\n<h2>Environment</h2>\n{}{}<details><summary>Experiment, fully "
      "resolved</summary>\n"
      "{}</details>\n</section>\n",
      pairs(rows), node_exit_output(report["node_exits"]), pairs(settings));
}

}  // namespace fracas::results
