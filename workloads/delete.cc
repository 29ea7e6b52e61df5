#include "workloads/delete.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "workloads/draw.h"
#include "workloads/register.h"
#include "workloads/rounds.h"

namespace fracas::workloads {
namespace {

using checker::Function;

/// Of the writes, how many are followed by a delete of the same key.
constexpr double kDeletedShare = 0.7;
/// Of the deletes, how many are followed by another write of the same key.
constexpr double kRecreateShare = 0.4;
/// Of the writes, how many go to keys that are not read, when there are such keys.
constexpr double kColdShare = 0.3;

std::string hot_key(std::uint64_t i) { return fmt::format("d{}", i); }

class DeleteGenerator : public Generator {
 public:
  DeleteGenerator(const Parameters& parameters, int client)
      : parameters_(parameters), client_(client), draw_(parameters.seed, client, "delete") {}

  Intent next() override {
    if (draw_.chance(parameters_.reads)) return {Function::read, draw_hot_key()};
    if (!written_.empty() && draw_.chance(kDeletedShare)) {
      std::string key = std::exchange(written_, {});
      if (draw_.chance(kRecreateShare)) recreate_ = key;
      return {Function::remove_key, std::move(key)};
    }
    written_ = recreate_.empty() ? draw_key_to_write() : std::exchange(recreate_, {});
    return {Function::write, written_, fmt::format("\"{}-{}\"", client_, ++count_)};
  }

 private:
  std::string draw_hot_key() {
    return hot_key(draw_.chance(parameters_.hot) ? 0 : draw_.below(key_count(parameters_)));
  }

  std::string draw_key_to_write() {
    if (parameters_.cold_keys > 0 && draw_.chance(kColdShare))
      return fmt::format("dc{}", draw_.below(static_cast<std::uint64_t>(parameters_.cold_keys)));
    return draw_hot_key();
  }

  Parameters parameters_;
  int client_;
  Draw draw_;
  std::uint64_t count_ = 0;
  std::string written_;   ///< by this client last, and not deleted by it
  std::string recreate_;  ///< key to write next, because it was deleted
};

std::string answer(const Intent&, const std::vector<std::string>& siblings) {
  return register_answer(siblings);
}

}  // namespace

const Workload& delete_workload() {
  static const Workload workload{
      "delete",
      "writes and deletes of the same keys, some of them written again, and reads",
      {"read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads", "regular",
       "lost-writes", "durability", "no-resurrection", "ack-count", "antichain", "convergence", "quiescence",
       "no-phantoms", "honest-failures"},
      [](const Parameters& parameters, int client) -> std::unique_ptr<Generator> {
        return std::make_unique<DeleteGenerator>(parameters, client);
      },
      [](const Parameters&) { return hot_key(0); },
      answer,
      register_workload().modify,
      register_has};
  return workload;
}

}  // namespace fracas::workloads
