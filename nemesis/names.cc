#include "nemesis/names.h"

#include <algorithm>

namespace fracas::nemesis {

namespace {

/// Levenshtein distance, one row of the table at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string suggestion(std::string_view wrong, const std::vector<std::string>& known) {
  const std::string* best = nullptr;
  std::size_t best_distance = std::min<std::size_t>(3, wrong.size() / 2) + 1;  // beyond this it is no slip
  std::string all;
  for (const std::string& name : known) {
    all += (all.empty() ? "" : ", ") + name;
    const std::size_t there = distance(wrong.substr(0, 100), name);
    // "kill" for "process.kill": the class forgotten.
    const bool tail = !wrong.empty() && name.ends_with("." + std::string(wrong));
    if (tail || there < best_distance) {
      best = &name;
      best_distance = tail ? 0 : there;
    }
  }
  if (best != nullptr) return "; did you mean \"" + *best + "\"?";
  return "; known are " + all;
}

}  // namespace fracas::nemesis
