#include "workloads/register.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "workloads/draw.h"
#include "workloads/json_array.h"

namespace fracas::workloads {
namespace {

using checker::Function;

/// Of the writes and deletes, when there are cold keys.
constexpr double kColdShare = 0.1;
/// After a delete the same client writes the key again at once: tombstones and recreation are where stores
/// err.
constexpr double kRecreateShare = 0.5;

std::string hot_key(std::string_view prefix, std::uint64_t i) { return fmt::format("{}k{}", prefix, i); }
std::string cold_key(std::string_view prefix, std::uint64_t i) { return fmt::format("{}c{}", prefix, i); }

class RegisterGenerator : public Generator {
 public:
  RegisterGenerator(const Parameters& parameters, int client, std::string_view prefix)
      : parameters_(parameters),
        client_(client),
        prefix_(prefix),
        draw_(parameters.seed, client, fmt::format("register {}", prefix)) {}

  Intent next() override {
    if (!recreate_.empty()) return write(std::exchange(recreate_, {}));
    if (draw_.chance(parameters_.reads)) return {Function::read, draw_hot_key()};
    const bool deletes = draw_.chance(share_of_changes(parameters_.deletes));
    std::string key = draw_key_to_change();
    if (!deletes) return write(std::move(key));
    if (draw_.chance(kRecreateShare)) recreate_ = key;
    return {Function::remove_key, std::move(key)};
  }

 private:
  /// Shares are given of all operations; reads are already out when this is asked. A recreating write
  /// follows half of the deletes and takes no draw, which lowers the other shares a little.
  double share_of_changes(double share) const {
    const double changes = 1.0 - parameters_.reads;
    return changes > 0 ? std::min(1.0, share / changes) : 0;
  }

  Intent write(std::string key) {
    return {Function::write, std::move(key), fmt::format("\"{}-{}\"", client_, ++written_)};
  }

  std::string draw_hot_key() {
    if (draw_.chance(parameters_.hot)) return hot_key(prefix_, 0);
    return hot_key(prefix_, draw_.below(static_cast<std::uint64_t>(std::max(1, parameters_.keys))));
  }

  std::string draw_key_to_change() {
    if (parameters_.cold_keys > 0 && draw_.chance(kColdShare)) {
      return cold_key(prefix_, draw_.below(static_cast<std::uint64_t>(parameters_.cold_keys)));
    }
    return draw_hot_key();
  }

  Parameters parameters_;
  int client_;
  std::string prefix_;
  Draw draw_;
  std::uint64_t written_ = 0;
  std::string recreate_;  ///< key to write next, because it was just deleted
};

std::unique_ptr<Generator> generator(const Parameters& parameters, int client) {
  return register_generator(parameters, client, "");
}
std::string hottest_key(const Parameters&) { return register_hottest_key(""); }
std::string answer(const Intent&, const std::vector<std::string>& siblings) {
  return register_answer(siblings);
}
std::string modify(const Intent& intent, const std::vector<std::string>&) {
  assert(false && "a register is never modified");
  return intent.value;
}

}  // namespace

std::unique_ptr<Generator> register_generator(const Parameters& parameters, int client,
                                              std::string_view prefix) {
  return std::make_unique<RegisterGenerator>(parameters, client, prefix);
}

std::string register_hottest_key(std::string_view prefix) { return hot_key(prefix, 0); }

std::string register_answer(const std::vector<std::string>& siblings) {
  if (siblings.empty()) return "null";
  if (siblings.size() == 1) return siblings.front();
  return join_json_array(siblings);
}

bool register_has(const Intent& intent) {
  return intent.f == Function::read || intent.f == Function::write || intent.f == Function::remove_key;
}

const Workload& register_workload() {
  static const Workload workload{
      "register",
      "reads, writes of unique values and deletes on hot and cold keys",
      {"read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads", "regular",
       "lost-writes", "durability", "no-resurrection", "ack-count", "antichain", "convergence", "quiescence",
       "no-phantoms", "honest-failures"},
      generator,
      hottest_key,
      answer,
      modify,
      register_has};
  return workload;
}

}  // namespace fracas::workloads
