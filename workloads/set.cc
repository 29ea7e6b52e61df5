#include "workloads/set.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "workloads/draw.h"
#include "workloads/json_array.h"
#include "workloads/rounds.h"

namespace fracas::workloads {
namespace {

using checker::Function;

std::string set_key(std::uint64_t round, std::uint64_t i) { return fmt::format("s{}.{}", round, i); }

class SetGenerator : public Generator {
 public:
  SetGenerator(const Parameters& parameters, int client)
      : parameters_(parameters), client_(client), draw_(parameters.seed, client, "set") {}

  Intent next() override {
    const std::uint64_t round = added_ / updates_per_round(parameters_);
    const bool reads = draw_.chance(parameters_.reads);
    const bool hot = draw_.chance(parameters_.hot);
    std::string key = set_key(round, hot ? 0 : draw_.below(key_count(parameters_)));
    if (reads) return {Function::read, std::move(key)};
    return {Function::add, std::move(key), fmt::format("\"{}-{}\"", client_, ++added_)};
  }

 private:
  Parameters parameters_;
  int client_;
  Draw draw_;
  std::uint64_t added_ = 0;
};

using Elements = std::vector<std::string_view>;

/// Sorted, each once; views into the siblings. (What we wrote is sorted already.)
Elements elements_of(const std::vector<std::string>& siblings) {
  Elements elements;
  for (const std::string& sibling : siblings) {
    const auto before = static_cast<std::ptrdiff_t>(elements.size());
    const auto parts = view_json_array(sibling);
    if (parts) {
      elements.insert(elements.end(), parts->begin(), parts->end());
    } else {
      elements.push_back(sibling);  // not a set of ours: kept, so that the checker sees a phantom
    }
    const auto added = elements.begin() + before;
    if (!std::is_sorted(added, elements.end())) std::sort(added, elements.end());
    std::inplace_merge(elements.begin(), added, elements.end());
  }
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  return elements;
}

std::string hottest_key(const Parameters&) { return set_key(0, 0); }
std::string answer(const Intent&, const std::vector<std::string>& siblings) { return set_answer(siblings); }

}  // namespace

std::unique_ptr<Generator> set_generator(const Parameters& parameters, int client) {
  return std::make_unique<SetGenerator>(parameters, client);
}

std::string set_answer(const std::vector<std::string>& siblings) {
  return join_json_array(elements_of(siblings));
}

std::string set_modify(const Intent& intent, const std::vector<std::string>& siblings) {
  Elements elements = elements_of(siblings);
  const auto place = std::lower_bound(elements.begin(), elements.end(), intent.value);
  if (place == elements.end() || *place != intent.value) elements.insert(place, intent.value);
  return join_json_array(elements);
}

bool set_has(const Intent& intent) { return intent.f == Function::read || intent.f == Function::add; }

const Workload& set_workload() {
  static const Workload workload{
      "set",
      "adds of unique elements to sets by read-modify-write with the causal context, and reads",
      {"monotonic-reads", "monotonic-writes", "writes-follow-reads", "lost-updates", "ack-count",
       "convergence", "quiescence", "no-phantoms", "honest-failures"},
      set_generator,
      hottest_key,
      answer,
      set_modify,
      set_has};
  return workload;
}

}  // namespace fracas::workloads
