#include "checker/linearizability/words.h"

#include <fmt/format.h>

#include <algorithm>

#include "checker/explain.h"

namespace fracas::checker::linearizability {
namespace {

Judged contradiction(std::string words, std::vector<const Operation*> operations) {
  Judged judged{Judged::Answer::contradiction, std::move(words), {}};
  for (const Operation* o : operations) {
    if (o != nullptr) judged.operations.push_back(o->invoked);
  }
  auto& all = judged.operations;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return judged;
}

}  // namespace

Judged both_ways(const KeyCase& key, const BothWays& pair, std::initializer_list<const Operation*> beside) {
  const History& history = key.history();
  std::vector<const Operation*> operations(beside);
  operations.insert(operations.end(),
                    {pair.end_of_first, pair.begin_of_second, pair.end_of_second, pair.begin_of_first});
  return contradiction(
      fmt::format(
          "Let A be {} and B {}. Then A comes before B, because {}, and only after that {}. However, B "
          "comes before A, because {}, and only after that {}: a contradiction.",
          pair.first, pair.second, describe(history, *pair.end_of_first),
          describe(history, *pair.begin_of_second), describe(history, *pair.end_of_second),
          describe(history, *pair.begin_of_first)),
      std::move(operations));
}

Judged unexplained(const KeyCase& key, const Operation& answer, std::string_view why,
                   std::initializer_list<const Operation*> beside) {
  std::vector<const Operation*> operations(beside);
  operations.push_back(&answer);
  return contradiction(
      fmt::format("{}. However, {}: a contradiction.", describe_first(key.history(), answer), why),
      std::move(operations));
}

const Operation* begun_at(const KeyCase& key, std::uint32_t event) {
  const auto& all = key.operations;
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& o) { return o->invoked == event; });
  return at == all.end() ? nullptr : &**at;
}

const Operation* ended_at(const KeyCase& key, std::uint32_t event) {
  const auto& all = key.operations;
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& o) { return o->completed == event; });
  return at == all.end() ? nullptr : &**at;
}

}  // namespace fracas::checker::linearizability
