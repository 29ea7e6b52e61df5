#include "workloads/cart.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "checker/keys.h"
#include "workloads/draw.h"
#include "workloads/json_array.h"
#include "workloads/rounds.h"
#include "workloads/set.h"

namespace fracas::workloads {
namespace {

using checker::Function;
using checker::item_of;

/// Few enough that clients change and remove what others have added.
constexpr std::uint64_t kItems = 4;
constexpr std::uint64_t kLargestQuantity = 9;
/// Of the changes.
constexpr double kRemoveShare = 0.3;

std::string cart_key(std::uint64_t round, std::uint64_t i) { return fmt::format("b{}.{}", round, i); }

class CartGenerator : public Generator {
 public:
  CartGenerator(const Parameters& parameters, int client)
      : parameters_(parameters), client_(client), draw_(parameters.seed, client, "cart") {}

  Intent next() override {
    const std::uint64_t round = changed_ / updates_per_round(parameters_);
    const bool reads = draw_.chance(parameters_.reads);
    const bool hot = draw_.chance(parameters_.hot);
    std::string key = cart_key(round, hot ? 0 : draw_.below(key_count(parameters_)));
    if (reads) return {Function::read, std::move(key)};
    ++changed_;
    const std::uint64_t item = draw_.below(kItems);
    if (draw_.chance(kRemoveShare)) return {Function::remove, std::move(key), fmt::format("\"i{}\"", item)};
    const std::uint64_t quantity = 1 + draw_.below(kLargestQuantity);
    return {Function::add, std::move(key),
            fmt::format(R"({{"by":"{}-{}","item":"i{}","quantity":{}}})", client_, changed_, item, quantity)};
  }

 private:
  Parameters parameters_;
  int client_;
  Draw draw_;
  std::uint64_t changed_ = 0;
};

std::string hottest_key(const Parameters&) { return cart_key(0, 0); }
std::string answer(const Intent&, const std::vector<std::string>& siblings) { return cart_answer(siblings); }

/// Entries name their item: an add without one would be taken for an element of a set.
bool has(const Intent& intent) {
  if (intent.f == Function::add) return item_of(intent.value) != intent.value;
  return intent.f == Function::read || intent.f == Function::remove;
}

}  // namespace

std::string cart_answer(const std::vector<std::string>& siblings) { return set_answer(siblings); }

std::string cart_modify(const Intent& intent, const std::vector<std::string>& siblings) {
  std::vector<std::string> entries = *split_json_array(cart_answer(siblings));
  std::erase_if(entries, [&](const std::string& entry) { return item_of(entry) == item_of(intent.value); });
  if (intent.f == Function::add) entries.push_back(intent.value);
  return join_json_array(entries);
}

const Workload& cart_workload() {
  static const Workload workload{
      "cart",
      "a shopping cart: adds, changes and removes of items by read-modify-write, siblings merged by union",
      {"lost-updates", "convergence", "quiescence", "no-phantoms", "honest-failures"},
      [](const Parameters& parameters, int client) -> std::unique_ptr<Generator> {
        return std::make_unique<CartGenerator>(parameters, client);
      },
      hottest_key,
      answer,
      cart_modify,
      has};
  return workload;
}

}  // namespace fracas::workloads
