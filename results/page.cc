// Puts sections and chart data into the places of the template.
#include "results/page.h"

#include <cassert>
#include <string_view>
#include <utility>

#include "results/html.h"

namespace fracas::results {

using nlohmann::ordered_json;

/// Made from report_template.html at build time (embed.cmake).
extern const unsigned char kReportTemplate[];
extern const std::size_t kReportTemplateSize;

namespace {

std::string_view page_template() {
  return {reinterpret_cast<const char*>(kReportTemplate), kReportTemplateSize};
}

/// What the charts draw.
std::string chart_data(const ordered_json& report) {
  ordered_json data;
  data["series"] = report["series"];
  data["phases"] = report["phases"];
  data["faults"] = ordered_json::array();
  for (const auto& fault : report["faults"])
    data["faults"].push_back({{"kind", fault["kind"]},
                              {"target", joined(fault["target"])},
                              {"start_s", fault["start_s"]},
                              {"end_s", fault["end_s"]},
                              {"took_effect", fault["took_effect"]}});
  return script_json(data);
}

std::string body(const ordered_json& report) {
  return render_banner(report) + render_tested(report) + render_properties(report) + render_faults(report) +
         render_charts() + render_convergence(report) + render_environment(report);
}

}  // namespace

std::string render_page(const ordered_json& report) {
  const std::pair<std::string_view, std::string> parts[] = {
      {"{{title}}", escaped(plain(report["environment"]["name"]) + ": " + plain(report["verdict"]))},
      {"{{body}}", body(report)},
      {"{{data}}", chart_data(report)},
  };
  std::string page;
  std::string_view rest = page_template();
  for (const auto& [mark, text] : parts) {
    const auto at = rest.find(mark);
    assert(at != std::string_view::npos);
    page += rest.substr(0, at);
    page += text;
    rest.remove_prefix(at + mark.size());
  }
  return page += rest;
}

}  // namespace fracas::results
