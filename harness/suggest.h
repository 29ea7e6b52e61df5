// "Did you mean": the known word that a typing error most likely meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fracas::harness {

/// The nearest candidate by edit distance (insert, delete, replace, swap of neighbours), if it is near enough
/// to be a typing error: a third of the longer word. Empty if none is. Ties: the first candidate.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// ", did you mean 'x'?" or, with nothing near, " (known: a, b, c)".
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace fracas::harness
