#include "workloads/mixed.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "workloads/append.h"
#include "workloads/draw.h"
#include "workloads/register.h"
#include "workloads/set.h"

namespace fracas::workloads {
namespace {

constexpr std::string_view kRegisters = "r";
constexpr double kRegisterShare = 0.6;
/// Of what is left to sets and lists.
constexpr double kListShare = 0.3;

bool is_set(const Intent& intent) { return intent.key.starts_with('s'); }
bool is_list(const Intent& intent) { return intent.key.starts_with('l'); }

class MixedGenerator : public Generator {
 public:
  MixedGenerator(const Parameters& parameters, int client)
      : client_(client),
        draw_(parameters.seed, client, "mixed"),
        registers_(register_generator(parameters, client, kRegisters)),
        sets_(set_generator(parameters, client)),
        lists_(append_generator(parameters, client)) {}

  /// Values are numbered anew: each part numbers its own from one.
  Intent next() override {
    Intent intent = part().next();
    if (intent.value != "null") intent.value = fmt::format("\"{}-{}\"", client_, ++written_);
    return intent;
  }

 private:
  Generator& part() {
    if (draw_.chance(kRegisterShare)) return *registers_;
    return draw_.chance(kListShare) ? *lists_ : *sets_;
  }

  int client_;
  Draw draw_;
  std::unique_ptr<Generator> registers_;
  std::unique_ptr<Generator> sets_;
  std::unique_ptr<Generator> lists_;
  std::uint64_t written_ = 0;
};

std::unique_ptr<Generator> generator(const Parameters& parameters, int client) {
  return std::make_unique<MixedGenerator>(parameters, client);
}

std::string hottest_key(const Parameters&) { return register_hottest_key(kRegisters); }

std::string answer(const Intent& intent, const std::vector<std::string>& siblings) {
  if (is_list(intent)) return append_answer(siblings);
  return is_set(intent) ? set_answer(siblings) : register_answer(siblings);
}

std::string modify(const Intent& intent, const std::vector<std::string>& siblings) {
  return is_list(intent) ? append_modify(intent, siblings) : set_modify(intent, siblings);
}

bool has(const Intent& intent) {
  if (is_list(intent)) return append_has(intent);
  return is_set(intent) ? set_has(intent) : register_has(intent);
}

}  // namespace

const Workload& mixed_workload() {
  static const Workload workload{
      "mixed",
      "registers, sets and lists in one run, on separate ranges of keys",
      {"read-your-writes", "monotonic-reads", "monotonic-writes", "writes-follow-reads", "regular",
       "lost-updates", "lost-writes", "durability", "no-resurrection", "ack-count", "antichain",
       "convergence", "quiescence", "no-phantoms", "honest-failures"},
      generator,
      hottest_key,
      answer,
      modify,
      has};
  return workload;
}

}  // namespace fracas::workloads
