// The operations of a witness as a space-time diagram: a lane for each session, time to the right, arrows
// from what was written to who read it. SVG that takes its colours from the page, light or dark.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace fracas::results {

/// Operations that are drawn; of more, the first.
inline constexpr std::size_t kMaxDrawn = 12;

/// `operations` as in report.json. Empty for none.
std::string space_time_svg(const nlohmann::ordered_json& operations);

}  // namespace fracas::results
