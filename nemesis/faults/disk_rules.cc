// Disks that fail or are slow while their nodes run: disk.full, disk.error, disk.slow. A node that may not go
// on ends by itself, and whoever looks after it starts it again, as often as it takes; one that serves what
// it can without its disk is as good as away for writes.
#include <map>
#include <nlohmann/json.hpp>

#include "nemesis/kind.h"
#include "nemesis/parameters.h"

namespace fracas::nemesis {

namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr Range kUsualSlowness{.low = 5 * kMillisecond, .high = 500 * kMillisecond};
constexpr Range kSlownessLimits{.low = 1'000, .high = 3'600'000 * kMillisecond};
const std::vector<std::string> kCalls{"write", "sync"};

/// The counter that proves a rule.
struct Evidence {
  std::uint64_t DiskCounters::*counter;
  std::string_view name;
  std::string_view why_not;
};
constexpr Evidence kErrors{.counter = &DiskCounters::errors_returned,
                           .name = "errors_returned",
                           .why_not = "no node wrote or synced anything meanwhile"};
constexpr Evidence kSlowed{.counter = &DiskCounters::slowed,
                           .name = "writes_slowed",
                           .why_not = "no node wrote or synced anything meanwhile"};

class ActiveDiskRule : public ActiveFault {
 public:
  ActiveDiskRule(const Fault& fault, Surroundings& around, const DiskRule& rule, const Evidence& evidence)
      : evidence_(evidence) {
    for (const std::string& node : fault.nodes) {
      Treated& treated = disks_[node];
      treated.before = around.disks.counters(node).*evidence.counter;
      treated.rule = around.disks.impose(node, rule);
    }
  }

  Effect end(Surroundings& around) override {
    std::uint64_t sum = 0;
    nlohmann::json nodes = nlohmann::json::object();
    for (const auto& [node, treated] : disks_) {
      const std::uint64_t count = around.disks.counters(node).*evidence_.counter - treated.before;
      nodes[node] = {{evidence_.name, count}};
      sum += count;
      around.disks.lift(treated.rule);
    }
    nlohmann::json measured{{evidence_.name, sum}, {"nodes", std::move(nodes)}};
    if (sum == 0) measured["why"] = evidence_.why_not;
    return Effect{.took_effect = sum > 0, .measured = measured.dump()};
  }

 private:
  struct Treated {
    std::uint64_t before = 0;
    std::uint64_t rule = 0;
  };

  const Evidence& evidence_;
  std::map<std::string, Treated> disks_;
};

FaultResult<void> draw_nothing(const FaultSpec&, const std::vector<std::string>&, Random&, Fault&) {
  return {};
}

std::unique_ptr<ActiveFault> begin_full(const Fault& fault, Surroundings& around) {
  return std::make_unique<ActiveDiskRule>(fault, around, DiskRule{.full = true}, kErrors);
}

FaultResult<void> draw_error(const FaultSpec& spec, const std::vector<std::string>&, Random& random,
                             Fault& fault) {
  auto on = draw_choice(spec.parameters, "on", kCalls, random);
  if (!on) return on.error();
  fault.parameters = {{"on", std::move(*on)}};
  return {};
}

std::unique_ptr<ActiveFault> begin_error(const Fault& fault, Surroundings& around) {
  const auto on = read_choices(fault.parameters, "on", kCalls);
  const bool sync = on && !on->empty() && on->front() == "sync";
  const DiskRule rule{.write_errors = !sync, .sync_errors = sync};
  return std::make_unique<ActiveDiskRule>(fault, around, rule, kErrors);
}

FaultResult<void> draw_slow(const FaultSpec& spec, const std::vector<std::string>&, Random& random,
                            Fault& fault) {
  const auto by = read_durations(spec.parameters, "by", kUsualSlowness, kSlownessLimits);
  if (!by) return by.error();
  fault.parameters = {{"by", format_duration(draw_amount(random, *by, kUsualSlowness.low))}};
  return {};
}

std::unique_ptr<ActiveFault> begin_slow(const Fault& fault, Surroundings& around) {
  const auto by = read_durations(fault.parameters, "by", kUsualSlowness, kSlownessLimits);
  const Nanoseconds time = by ? by->low : kUsualSlowness.low;
  return std::make_unique<ActiveDiskRule>(fault, around, DiskRule{.slow_write = time, .slow_sync = time},
                                          kSlowed);
}

}  // namespace

Kind disk_full() {
  return Kind{.name = "disk.full",
              .sentence = "every write fails with \"no space left\" until the fault ends",
              .parameters = {},
              .default_duration = 1'500 * kMillisecond,
              .needs = Ability::disks,
              .stops_nodes = true,
              .draw = draw_nothing,
              .begin = begin_full};
}

Kind disk_error() {
  return Kind{.name = "disk.error",
              .sentence = "every write, or every sync, fails with an I/O error until the fault ends",
              .parameters = {{"on", "write | sync | any, or a list to draw from", "any",
                              "which calls fail; what a failed sync was about may be on the disk or not"}},
              .default_duration = 1'000 * kMillisecond,
              .needs = Ability::disks,
              .stops_nodes = true,
              .draw = draw_error,
              .begin = begin_error};
}

Kind disk_slow() {
  return Kind{.name = "disk.slow",
              .sentence = "every write and every sync takes longer",
              .parameters = {{"by", "a duration or a range, \"50ms\" or [\"5ms\", \"500ms\"]",
                              "[\"5ms\", \"500ms\"]", "added to each"}},
              .default_duration = 4'000 * kMillisecond,
              .needs = Ability::disks,
              .draw = draw_slow,
              .begin = begin_slow};
}

}  // namespace fracas::nemesis
