// The top of the page: the verdict, and what was tested.
#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "results/html.h"
#include "results/page.h"

namespace fracas::results {

using nlohmann::ordered_json;

namespace {

/// A mark beside the colour, for those who do not see the colour.
std::string_view mark_of(const std::string& verdict) {
  if (verdict == "pass") return "✔";
  if (verdict == "fail") return "✖";
  if (verdict == "unknown") return "?";
  if (verdict == "vacuous") return "∅";
  if (verdict == "interrupted") return "❚❚";
  return "!";
}

std::string tile(std::string_view value, std::string_view label, std::string_view note = "") {
  return fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span><small>{}</small></div>\n", escaped(value),
                     escaped(label), escaped(note));
}

std::string share(const ordered_json& operations, const char* outcome) {
  const double total = operations["total"].get<double>();
  if (total == 0) return "";
  return fmt::format("{:.2f} %", 100 * operations[outcome].get<double>() / total);
}

std::string operation_tiles(const ordered_json& operations) {
  const auto& latency = operations["latency_ms"];
  return tile(grouped(operations["total"]), "operations",
              fmt::format("{} acknowledged a second", decimal(operations["per_second"]))) +
         tile(grouped(operations["ok"]), "ok", share(operations, "ok")) +
         tile(grouped(operations["fail"]), "fail: certainly did not happen", share(operations, "fail")) +
         tile(grouped(operations["info"]), "info: may have happened", share(operations, "info")) +
         tile(decimal(latency["p50"]) + " ms", "median latency",
              fmt::format("p99 {} ms, max {} ms", decimal(latency["p99"]), decimal(latency["max"])));
}

struct KindCount {
  std::size_t begun = 0, effective = 0;
};

std::map<std::string, KindCount> kinds_of(const ordered_json& faults) {
  std::map<std::string, KindCount> kinds;
  for (const auto& fault : faults) {
    KindCount& count = kinds[fault["kind"].get<std::string>()];
    ++count.begun;
    count.effective += fault["took_effect"].get<bool>();
  }
  return kinds;
}

std::string fault_tile(const ordered_json& report) {
  std::size_t effective = 0;
  for (const auto& fault : report["faults"]) effective += fault["took_effect"].get<bool>();
  return tile(grouped(report["faults"].size()), "faults injected", fmt::format("{} took effect", effective));
}

std::string fault_chips(const ordered_json& report) {
  std::string out;
  for (const auto& [kind, count] : kinds_of(report["faults"]))
    out += fmt::format(
        "<li><code>{}</code> ×{}{}</li>\n", escaped(kind), count.begun,
        count.effective < count.begun ? fmt::format(" <em>({} took effect)</em>", count.effective) : "");
  if (out.empty()) return "<p class=\"quiet\">No faults.</p>\n";
  return "<ul class=\"chips\" aria-label=\"Faults by kind\">\n" + out + "</ul>\n";
}

/// One sentence for a node that ended by itself again and again in the same way.
std::vector<std::string> exits(const ordered_json& node_exits) {
  std::map<std::pair<std::string, std::string>, std::pair<int, std::string>> by_node;
  for (const auto& exit : node_exits) {
    auto& [times, first_s] = by_node[{plain(exit["node"]), plain(exit["status"])}];
    if (times++ == 0) first_s = decimal(exit["time_s"]);
  }
  std::vector<std::string> list;
  for (const auto& [who, what] : by_node) {
    const auto& [node, status] = who;
    const auto& [times, first_s] = what;
    list.push_back(times == 1
                       ? fmt::format("{} ended by itself {} s into the run ({}).", node, first_s, status)
                       : fmt::format("{} ended by itself {} times, first {} s into the run ({}).", node,
                                     times, first_s, status));
  }
  return list;
}

/// What a reader should know before trusting the verdict.
std::vector<std::string> warnings(const ordered_json& report) {
  std::vector<std::string> list;
  for (const auto& [kind, count] : kinds_of(report["faults"]))
    if (count.effective == 0)
      list.push_back(fmt::format("{} never took effect, so it tested nothing.", kind));
  const std::size_t planned = report["planned_faults"], begun = report["faults"].size();
  if (begun < planned)
    list.push_back(fmt::format("{} of {} planned faults did not begin.", planned - begun, planned));
  for (std::string& text : exits(report["node_exits"])) list.push_back(std::move(text));
  for (const auto& fault : report["faults"])
    if (fault["end_s"].is_null())
      list.push_back(
          fmt::format("{} on {} has no recorded end.", plain(fault["kind"]), joined(fault["target"])));
  const auto& operations = report["operations"];
  if (2 * operations["ok"].get<std::uint64_t>() < operations["total"].get<std::uint64_t>())
    list.push_back("Fewer than half of the operations succeeded.");
  return list;
}

std::string bullets(const std::vector<std::string>& texts, std::string_view css_class) {
  if (texts.empty()) return "";
  std::string out = fmt::format("<ul class=\"{}\">\n", css_class);
  for (const std::string& text : texts) out += "<li>" + escaped(text) + "</li>\n";
  return out + "</ul>\n";
}

}  // namespace

std::string render_banner(const ordered_json& report) {
  const std::string verdict = plain(report["verdict"]);
  const auto& environment = report["environment"];
  return fmt::format(
      R"(<header class="banner {0}">
<p class="mark" aria-hidden="true">{1}</p>
<div>
<h1><span class="verdict">{0}</span> <span class="name">{2}</span></h1>
<p class="reason">{3}</p>
<p class="reproduce"><span>Reproduce</span> <code id="reproduce">{4}</code><button type="button" id="copy" hidden>Copy</button></p>
<p class="quiet">{5} · {6} world · seed {7} · fracas {8}</p>
</div>
</header>
)",
      escaped(verdict), mark_of(verdict), escaped(plain(environment["name"])),
      escaped(plain(report["reason"])), escaped(plain(report["reproduce"])),
      escaped(plain(environment["started_utc"])), escaped(plain(report["world"])),
      escaped(plain(report["seed"])), escaped(plain(environment["version"])));
}

std::string render_tested(const ordered_json& report) {
  std::string functions;
  for (const auto& [name, outcomes] : report["operations"]["by_function"].items()) {
    const std::uint64_t total = outcomes["ok"].get<std::uint64_t>() + outcomes["fail"].get<std::uint64_t>() +
                                outcomes["info"].get<std::uint64_t>();
    functions += fmt::format("<li><code>{}</code> {}</li>\n", escaped(name), grouped(total));
  }
  std::string errors;
  for (const auto& error : report["operations"]["errors"])
    errors += fmt::format("<li><code>{}</code> ×{}</li>\n", escaped(plain(error["error"])),
                          grouped(error["count"]));
  const auto list = [](std::string_view label, const std::string& items) {
    if (items.empty()) return std::string();
    return fmt::format("<h3>{0}</h3>\n<ul class=\"chips\" aria-label=\"{0}\">\n{1}</ul>\n", label, items);
  };
  std::vector<std::string> notes;
  for (const auto& note : report["notes"]) notes.push_back(plain(note));
  return fmt::format(R"(<section id="tested">
<h2>What was tested</h2>
{}<div class="tiles">
{}{}</div>
<h3>Faults</h3>
{}{}{}{}</section>
)",
                     bullets(warnings(report), "warnings"), operation_tiles(report["operations"]),
                     fault_tile(report), fault_chips(report), list("Operations", functions),
                     list("Errors that clients saw", errors), bullets(notes, "notes"));
}

}  // namespace fracas::results
