#include "workloads/counter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "workloads/draw.h"
#include "workloads/rounds.h"

namespace fracas::workloads {
namespace {

using checker::Function;

/// Six digits to base 1000 are the most that a signed 64-bit integer holds, which is what JSON readers agree
/// on; clients beyond six count on keys of their own.
constexpr int kDigits = 6;
constexpr std::uint64_t kBase = 1000;
/// Of one client on one key: its digit must not overflow.
constexpr std::uint64_t kMostPerRound = kBase - 1;

using Digits = std::array<std::uint64_t, kDigits>;

std::uint64_t amount_of(int client) {
  std::uint64_t amount = 1;
  for (int i = client % kDigits; i > 0; --i) amount *= kBase;
  return amount;
}

std::string counter_key(std::uint64_t round, std::uint64_t i, int group) {
  return fmt::format("n{}.{}.{}", round, i, group);
}

class CounterGenerator : public Generator {
 public:
  CounterGenerator(const Parameters& parameters, int client)
      : parameters_(parameters), client_(client), draw_(parameters.seed, client, "counter") {}

  Intent next() override {
    const std::uint64_t round = made_ / std::min(kMostPerRound, updates_per_round(parameters_));
    const bool reads = draw_.chance(parameters_.reads);
    const bool hot = draw_.chance(parameters_.hot);
    std::string key = counter_key(round, hot ? 0 : draw_.below(key_count(parameters_)), client_ / kDigits);
    if (reads) return {Function::read, std::move(key)};
    ++made_;
    return {Function::increment, std::move(key), std::to_string(amount_of(client_))};
  }

 private:
  Parameters parameters_;
  int client_;
  Draw draw_;
  std::uint64_t made_ = 0;
};

std::optional<std::uint64_t> count_in(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return count;
}

std::uint64_t merged(const std::vector<std::string>& siblings) {
  Digits digits{};
  for (const std::string& sibling : siblings) {
    std::uint64_t rest = count_in(sibling).value_or(0);
    for (std::uint64_t& digit : digits) {
      digit = std::max(digit, rest % kBase);
      rest /= kBase;
    }
  }
  std::uint64_t count = 0;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) count = count * kBase + *digit;
  return count;
}

std::string hottest_key(const Parameters&) { return counter_key(0, 0, 0); }
std::string answer(const Intent&, const std::vector<std::string>& siblings) {
  return counter_answer(siblings);
}
bool has(const Intent& intent) {
  if (intent.f == Function::increment) return count_in(intent.value).value_or(0) > 0;
  return intent.f == Function::read;
}

}  // namespace

std::string counter_answer(const std::vector<std::string>& siblings) {
  if (siblings.empty()) return "null";
  for (const std::string& sibling : siblings)
    if (siblings.size() == 1 || !count_in(sibling)) return sibling;
  return std::to_string(merged(siblings));
}

std::string counter_modify(const Intent& intent, const std::vector<std::string>& siblings) {
  return std::to_string(merged(siblings) + count_in(intent.value).value_or(0));
}

const Workload& counter_workload() {
  static const Workload workload{
      "counter",
      "increments of counters by read-modify-write, each client in its own digit, and reads",
      {"lost-updates", "convergence", "quiescence"},
      [](const Parameters& parameters, int client) -> std::unique_ptr<Generator> {
        return std::make_unique<CounterGenerator>(parameters, client);
      },
      hottest_key,
      answer,
      counter_modify,
      has};
  return workload;
}

}  // namespace fracas::workloads
