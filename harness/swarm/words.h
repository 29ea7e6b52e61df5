// Choices as the tables of knobs and parameters write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fracas::harness {

/// "siblings | lww" -> both words. Empty for a thing whose values are not all words.
std::vector<std::string> words_of(std::string_view values);

}  // namespace fracas::harness
