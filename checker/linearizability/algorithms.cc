// Which algorithms there are for linearizability, and which one judges an object.
#include <fmt/format.h>

#include <array>

#include "checker/linearizability/judged.h"

namespace fracas::checker::linearizability {
namespace {

constexpr std::array kAlgorithms = {
    Algorithm{"zones",
              "Registers of which no value is written twice, with compare-and-set or without; linear.",
              judge_by_zones, order_by_zones},
    Algorithm{"frontier", "Any model and any values: a search over what is under way, within limits.",
              judge_by_search, order_by_search},
};

/// Operations that need no key, as one more object.
struct Keyless {
  std::vector<KeyCase> objects{};
};

Keyless keyless(const Case& whole) {
  KeyOperations queue{.key = 0, .kind = KeyKind::neither};
  for (const Operation& o : whole.history().operations()) {
    if (o.key == 0 && (o.f == Function::enqueue || o.f == Function::dequeue)) queue.operations.push_back(&o);
  }
  Keyless result;
  if (!queue.operations.empty()) result.objects.emplace_back(whole, std::move(queue));
  return result;
}

}  // namespace

std::span<const Algorithm> algorithms() { return kAlgorithms; }

const Algorithm* find_algorithm(std::string_view name) {
  for (const Algorithm& algorithm : kAlgorithms) {
    if (algorithm.name == name) return &algorithm;
  }
  return nullptr;
}

Judged judge(const KeyCase& key, Model model) {
  const std::string& wanted = key.judged_as().algorithm;
  if (!wanted.empty()) {
    const Algorithm* algorithm = find_algorithm(wanted);
    return algorithm == nullptr ? not_for(fmt::format("there is no algorithm '{}'", wanted))
                                : algorithm->judge(key, model);
  }
  Judged judged;
  for (const Algorithm& algorithm : kAlgorithms) {
    judged = algorithm.judge(key, model);
    if (judged.answer != Judged::Answer::not_applicable) break;
  }
  return judged;
}

std::vector<const KeyCase*> objects_of(const Case& whole) {
  std::vector<const KeyCase*> objects;
  for (const KeyCase& key : whole.keys()) objects.push_back(&key);
  for (const KeyCase& key : whole.once<Keyless>([&] { return keyless(whole); }).objects)
    objects.push_back(&key);
  return objects;
}

}  // namespace fracas::checker::linearizability

namespace fracas::checker {

std::optional<Linearization> linearization(const KeyCase& key) {
  const auto model = linearizability::model_of(key);
  if (!model) return std::nullopt;
  for (const linearizability::Algorithm& algorithm : linearizability::algorithms()) {
    if (auto order = algorithm.order(key, *model)) return order;
  }
  return std::nullopt;
}

}  // namespace fracas::checker
