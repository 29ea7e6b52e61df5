#include "workloads/append.h"

#include <fmt/format.h>

#include <deque>
#include <utility>

#include "workloads/draw.h"
#include "workloads/json_array.h"
#include "workloads/rounds.h"

namespace fracas::workloads {
namespace {

using checker::Function;

std::string list_key(std::uint64_t round, std::uint64_t i) { return fmt::format("l{}.{}", round, i); }

class AppendGenerator : public Generator {
 public:
  AppendGenerator(const Parameters& parameters, int client)
      : parameters_(parameters), client_(client), draw_(parameters.seed, client, "append") {}

  Intent next() override {
    const std::uint64_t round = appended_ / updates_per_round(parameters_);
    const bool reads = draw_.chance(parameters_.reads);
    const bool hot = draw_.chance(parameters_.hot);
    std::string key = list_key(round, hot ? 0 : draw_.below(key_count(parameters_)));
    if (reads) return {Function::read, std::move(key)};
    return {Function::append, std::move(key), fmt::format("\"{}-{}\"", client_, ++appended_)};
  }

 private:
  Parameters parameters_;
  int client_;
  Draw draw_;
  std::uint64_t appended_ = 0;
};

/// Takes the smallest of the lists' heads again and again. A list holds, in front of each element, all that
/// its append had seen; so a head has nothing left in any list that must come before it.
std::vector<std::string> merged(const std::vector<std::string>& siblings) {
  std::vector<std::deque<std::string>> lists;
  for (const std::string& sibling : siblings) {
    auto parts = split_json_array(sibling);
    // Not a list of ours: kept, so that the checker sees a phantom.
    if (!parts) parts = std::vector{sibling};
    lists.emplace_back(parts->begin(), parts->end());
  }
  std::vector<std::string> result;
  for (;;) {
    std::erase_if(lists, [](const auto& list) { return list.empty(); });
    if (lists.empty()) return result;
    std::string smallest = lists.front().front();
    for (const auto& list : lists) smallest = std::min(smallest, list.front());
    // A single list is given back as it is, repetitions included: the checker has to see them.
    if (lists.size() == 1) {
      result.push_back(std::move(smallest));
      lists.front().pop_front();
      continue;
    }
    for (auto& list : lists) std::erase(list, smallest);
    result.push_back(std::move(smallest));
  }
}

std::string hottest_key(const Parameters&) { return list_key(0, 0); }
std::string answer(const Intent&, const std::vector<std::string>& siblings) {
  return append_answer(siblings);
}

}  // namespace

std::unique_ptr<Generator> append_generator(const Parameters& parameters, int client) {
  return std::make_unique<AppendGenerator>(parameters, client);
}

std::string append_answer(const std::vector<std::string>& siblings) {
  return join_json_array(merged(siblings));
}

std::string append_modify(const Intent& intent, const std::vector<std::string>& siblings) {
  std::vector<std::string> list = merged(siblings);
  list.push_back(intent.value);
  return join_json_array(list);
}

bool append_has(const Intent& intent) { return intent.f == Function::read || intent.f == Function::append; }

const Workload& append_workload() {
  static const Workload workload{
      "append",
      "appends of unique elements to lists by read-modify-write with the causal context, and reads",
      {"read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads", "regular",
       "lost-updates", "durability", "ack-count", "convergence", "quiescence", "no-phantoms",
       "honest-failures"},
      append_generator,
      hottest_key,
      answer,
      append_modify,
      append_has};
  return workload;
}

}  // namespace fracas::workloads
