// The table of properties, and for each violated one its witnesses in words with their operations.
#include <fmt/format.h>

#include "results/html.h"
#include "results/page.h"
#include "results/space_time.h"

namespace fracas::results {

using nlohmann::ordered_json;

namespace {

/// Witnesses shown at once; the rest is behind one more click.
constexpr std::size_t kWitnessesShown = 5;

std::string result_badge(const ordered_json& property) {
  const std::string result = plain(property["result"]);
  const bool met = property["expected"] == "met";
  if (result == "holds") return "<span class=\"badge good\">✔ holds</span>";
  if (result == "violated" && met) return "<span class=\"badge allowed\">▲ violated, not promised</span>";
  if (result == "violated") return "<span class=\"badge bad\">✖ violated</span>";
  if (result == "unknown") return "<span class=\"badge unknown\">? unknown</span>";
  return "<span class=\"badge none\">– not applicable</span>";
}

std::string met_badge(const ordered_json& property) {
  if (property["expected"] == "met" && property["result"] == "unknown") return "undecided";
  if (property["expected"] == "met" && property["result"] == "not-applicable") return "–";
  return property["expected"] == "met" ? "met" : "<strong class=\"bad-text\">✖ unmet</strong>";
}

std::string anchor(const ordered_json& property) {
  std::string id = "evidence-";
  for (const char c : plain(property["name"]))
    id += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-';
  return id;
}

bool has_witnesses(const ordered_json& property) { return !property["witnesses"].empty(); }

std::string property_row(const ordered_json& property) {
  std::string name = fmt::format("<code>{}</code>", escaped(plain(property["name"])));
  if (has_witnesses(property)) name = fmt::format("<a href=\"#{}\">{}</a>", anchor(property), name);
  std::string reasons;
  for (const char* field : {"reason", "promise_reason"})
    if (const std::string reason = plain(property[field]); !reason.empty())
      reasons += fmt::format("<p>{}</p>", escaped(reason));
  const char* promise = property["promise"] == "guaranteed" ? "guaranteed" : "not&nbsp;guaranteed";
  return row(head_cell(name) + cell(promise) + cell(result_badge(property)) + cell(met_badge(property)) +
                 number_cell(grouped(property["count"])) + number_cell(grouped(property["checked"])) +
                 fmt::format(R"(<td class="why">{}</td>)", reasons),
             property["expected"] == "met" ? "as-expected" : "unexpected");
}

std::string operation_row(const ordered_json& operation) {
  const auto field = [&](const char* name) {
    return operation.contains(name) ? escaped(plain(operation[name])) : std::string();
  };
  std::string value = fmt::format("<code>{}</code>", field("value"));
  if (operation.contains("saw")) value += fmt::format(" having seen <code>{}</code>", field("saw"));
  std::string outcome = field("outcome");
  if (operation.contains("error")) outcome += ": " + field("error");
  const auto time = [&](const char* name) {
    return operation[name].is_null() ? std::string("never")
                                     : fmt::format("{:.6f}", operation[name].get<double>());
  };
  return row(number_cell(field("index")) + number_cell(time("invoked_s")) + number_cell(time("completed_s")) +
             cell(field("session") + " / " + field("process")) + cell(field("node")) +
             cell(field("f") + (operation.contains("final") ? " (final)" : "")) +
             cell("<code>" + field("key") + "</code>") + fmt::format(R"(<td class="value">{}</td>)", value) +
             cell(outcome));
}

std::string witness_item(const ordered_json& witness) {
  const std::string explanation = escaped(plain(witness["explanation"]));
  if (witness["operations"].empty()) return "<li><p>" + explanation + "</p></li>\n";
  std::string rows;
  for (const auto& operation : witness["operations"]) rows += operation_row(operation);
  if (witness.contains("operations_omitted"))
    rows += row(fmt::format(R"(<td colspan="9">and {} more operations</td>)",
                            grouped(witness["operations_omitted"])));
  return fmt::format("<li><details><summary>{}</summary>\n{}{}</details></li>\n", explanation,
                     space_time_svg(witness["operations"]),
                     table({"#event", "#invoked (s)", "#completed (s)", "session / process", "node", "f",
                            "key", "value", "outcome"},
                           rows, "operations"));
}

std::string witness_list(const ordered_json& witnesses) {
  std::string shown, rest;
  for (std::size_t i = 0; i < witnesses.size(); ++i)
    (i < kWitnessesShown ? shown : rest) += witness_item(witnesses[i]);
  std::string out = "<ol>\n" + shown + "</ol>\n";
  if (!rest.empty())
    out += fmt::format(
        "<details class=\"more\"><summary>{} more</summary>\n<ol start=\"{}\">\n{}</ol></details>\n",
        witnesses.size() - kWitnessesShown, kWitnessesShown + 1, rest);
  return out;
}

std::string evidence(const ordered_json& property) {
  if (!has_witnesses(property)) return "";
  const auto& witnesses = property["witnesses"];
  const std::uint64_t count = property["count"];
  std::string heading = counted(count, "violation");
  if (count > witnesses.size()) heading += fmt::format(", {} kept", witnesses.size());
  return fmt::format(
      "<details class=\"evidence\" id=\"{}\"{}>\n<summary><code>{}</code> {} {}</summary>\n{}</details>\n",
      anchor(property), property["expected"] == "met" ? "" : " open", escaped(plain(property["name"])),
      result_badge(property), heading, witness_list(witnesses));
}

}  // namespace

std::string render_properties(const ordered_json& report) {
  std::string rows, details;
  for (const auto& property : report["properties"]) {
    rows += property_row(property);
    details += evidence(property);
  }
  const std::string body =
      rows.empty()
          ? "<p class=\"quiet\">The history was not judged.</p>\n"
          : table({"property", "promise", "result", "expectation", "#violations", "#checked", "why"}, rows);
  if (!details.empty()) details = "<h3>Evidence</h3>\n" + details;
  return fmt::format("<section id=\"properties\">\n<h2>Properties</h2>\n{}{}</section>\n", body, details);
}

}  // namespace fracas::results
