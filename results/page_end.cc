// The end of the page: the place of the charts, convergence and staleness, environment.
#include <fmt/format.h>

#include "results/html.h"
#include "results/page.h"
#include "results/staleness.h"

namespace fracas::results {

using nlohmann::ordered_json;

namespace {

std::string pair_row(const std::string& name, const std::string& value) {
  return row(head_cell(escaped(name)) + cell(escaped(value)));
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

/// How much of a write was seen how long after its acknowledgement; a bar each.
std::string visibility_table(const ordered_json& staleness) {
  if (staleness["stale_reads"] == 0 || staleness["visibility"].empty()) return "";
  std::string rows;
  for (const auto& group : staleness["visibility"]) {
    const std::uint64_t reads = group["reads"], seen = group["seen"];
    const double share = static_cast<double>(seen) / static_cast<double>(reads);
    rows += row(number_cell(decimal(group["from_ms"]) + " ms") + number_cell(grouped(reads)) +
                number_cell(fmt::format("{:.2f} %", 100 * share)) +
                cell(fmt::format("<meter value=\"{:.4f}\">{:.2f} %</meter>", share, 100 * share)));
  }
  return "<details><summary>How soon a write was seen</summary>\n" +
         table({"#so long after its acknowledgement", "#reads", "#saw it, or newer", ""}, rows) +
         "</details>\n";
}

std::string versions_table(const ordered_json& staleness) {
  if (staleness["stale_reads"] == 0) return "";
  std::string rows;
  const double reads = staleness["reads"];
  std::uint64_t so_far = 0;
  for (const auto& group : staleness["versions"]) {
    so_far += group["reads"].get<std::uint64_t>();
    const double share = static_cast<double>(so_far) / reads;
    rows += row(number_cell(plain(group["at_most"])) + number_cell(grouped(so_far)) +
                number_cell(fmt::format("{:.3f} %", 100 * share)));
  }
  return "<details><summary>How many versions behind</summary>\n" +
         table({"#versions, at most", "#reads", "#of all"}, rows) + "</details>\n";
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

std::string render_charts() {
  return R"(<section id="time">
<h2>Over time</h2>
<noscript><p class="quiet">The charts need JavaScript; their numbers are in <code>report.json</code> under
<code>series</code>.</p></noscript>
<div id="charts" tabindex="0" role="img"
aria-label="Faults, throughput and latency over time. Left and right arrow keys move the cursor."></div>
<p id="at" class="quiet" aria-live="polite"></p>
</section>
)";
}

std::string render_convergence(const ordered_json& report) {
  return fmt::format(R"(<section id="convergence">
<h2>Convergence and staleness</h2>
<p>{}</p>
<p>{}</p>
{}{}</section>
)",
                     escaped(converged_sentence(report["convergence"])),
                     escaped(staleness_sentence(report["staleness"])), visibility_table(report["staleness"]),
                     versions_table(report["staleness"]));
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
  return fmt::format(R"(<section id="environment">
<h2>Environment</h2>
{}{}<details><summary>Experiment, fully resolved</summary>
{}</details>
</section>
)",
                     pairs(rows), node_exit_output(report["node_exits"]), pairs(settings));
}

}  // namespace fracas::results
