// Help with names that do not exist: "did you mean".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fracas::nemesis {

/// "; did you mean \"halves\"?" if one of the known names is close, else "; known are a, b, c".
std::string suggestion(std::string_view wrong, const std::vector<std::string>& known);

}  // namespace fracas::nemesis
