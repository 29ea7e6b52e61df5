// report.html from the report object: sections written here into a template built from web/. A pure function.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace fracas::results {

/// `report` is what build_report gives. Readable without scripts; these add charts and a copy button.
std::string render_page(const nlohmann::ordered_json& report);

/// The sections, in the order of the page. Each is one or more <section> elements.
std::string render_banner(const nlohmann::ordered_json& report);
std::string render_tested(const nlohmann::ordered_json& report);
std::string render_properties(const nlohmann::ordered_json& report);
std::string render_faults(const nlohmann::ordered_json& report);
std::string render_charts();
std::string render_convergence(const nlohmann::ordered_json& report);
std::string render_environment(const nlohmann::ordered_json& report);

}  // namespace fracas::results
