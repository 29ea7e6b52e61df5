// Optimal string alignment distance over short words; quadratic, and words are short.
#include "harness/suggest.h"

#include <fmt/format.h>

#include <algorithm>

namespace fracas::harness {
namespace {

constexpr std::size_t kLongestWord = 100;
constexpr std::size_t kShortWord = 2;

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replace});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = kLongestWord;
  if (word.size() > kLongestWord) return best;
  // A name that was left unfinished is nearer to what it begins than to any other of its length.
  if (word.size() > kShortWord) {
    const auto whole = std::find_if(candidates.begin(), candidates.end(), [&](const std::string& candidate) {
      return candidate.starts_with(word);
    });
    if (whole != candidates.end()) return *whole;
  }
  for (const std::string& candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    const std::size_t allowed = std::max<std::size_t>(1, std::max(word.size(), candidate.size()) / 3);
    // A word of one or two letters is near to everything: only the same beginning makes it a typing error.
    const bool related = word.size() > kShortWord || (!word.empty() && candidate.starts_with(word.front()));
    if (d <= allowed && related && d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  if (!near.empty()) return fmt::format(", did you mean '{}'?", near);
  if (candidates.empty()) return "";
  return fmt::format(" (known: {})", fmt::join(candidates, ", "));
}

}  // namespace fracas::harness
