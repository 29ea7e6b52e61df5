// The version of this program, as runs and reports name it. (The same as in CMakeLists.txt.)
#pragma once

#include <string_view>

namespace fracas::harness {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace fracas::harness
