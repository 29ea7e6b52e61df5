// disk.bit-flip: bits of a dead node's records change. It is started at once, and a node that refuses a disk
// like that does the right thing: when the fault ends it gets an empty one, as an operator would give it.
#include <nlohmann/json.hpp>

#include "nemesis/faults/disk_loss.h"
#include "nemesis/parameters.h"

namespace fracas::nemesis {

namespace {

constexpr Range kUsual{.low = 1, .high = 8};
constexpr Range kLimits{.low = 1, .high = 1'000'000};

FaultResult<void> draw(const FaultSpec& spec, const std::vector<std::string>&, Random& random, Fault& fault) {
  const auto records = read_counts(spec.parameters, "records", kUsual, kLimits);
  if (!records) return records.error();
  fault.parameters = {{"records", draw_amount(random, *records, 1)}};
  return {};
}

class ActiveBitFlip : public ActiveFault {
 public:
  ActiveBitFlip(const Fault& fault, Surroundings& around, std::uint64_t records) {
    for (const std::string& node : fault.nodes) {
      Flipped& flipped = nodes_.emplace_back(Flipped{.victim = Victim(node, around), .damage = {}});
      if (!flipped.victim.killed()) continue;
      flipped.damage = around.disks.flip_bits(node, records);
      flipped.victim.restart(around, flipped.measured);
    }
  }

  Effect end(Surroundings& around) override {
    LossRecord losses;
    std::uint64_t damaged = 0;
    nlohmann::json nodes = nlohmann::json::object();
    for (Flipped& flipped : nodes_) {
      const std::string& node = flipped.victim.node();
      nlohmann::json& entry = nodes[node];
      if (!flipped.victim.killed()) {
        flipped.victim.restart(around, entry);
        continue;
      }
      entry = std::move(flipped.measured);
      entry["records_damaged"] = flipped.damage.records;
      damaged += flipped.damage.records;
      if (around.disks.damaged(node)) replace_disk(node, around, losses, entry);
    }
    nlohmann::json measured{{"records_damaged", damaged}, {"nodes", std::move(nodes)}};
    losses.write(measured);
    if (damaged == 0) measured["why"] = "no node was running that had a record to damage";
    return Effect{.took_effect = damaged > 0, .measured = measured.dump()};
  }

 private:
  struct Flipped {
    Victim victim;
    DiskLoss damage;
    nlohmann::json measured = nlohmann::json::object();
  };

  static void replace_disk(const std::string& node, Surroundings& around, LossRecord& losses,
                           nlohmann::json& entry) {
    if (around.nodes.state(node) != NodeState::stopped) around.nodes.kill(node);
    losses.add(around.disks.wipe(node), entry);
    entry["disk_replaced"] = true;
    around.nodes.start(node);
  }

  std::vector<Flipped> nodes_;
};

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  const auto records = read_counts(fault.parameters, "records", kUsual, kLimits);
  return std::make_unique<ActiveBitFlip>(fault, around,
                                         static_cast<std::uint64_t>(records ? records->low : kUsual.low));
}

}  // namespace

Kind disk_bit_flip() {
  return Kind{
      .name = "disk.bit-flip",
      .sentence =
          "the node dies, bits on its disk change, and it restarts; if it refuses the disk it gets an "
          "empty one at the end",
      .parameters = {{"records", "a whole number or a range, 3 or [\"1\", \"8\"]", "[\"1\", \"8\"]",
                      "that lose a bit each; from a range every doubling alike"}},
      .default_duration = 1'000'000'000,
      .needs = Ability::disks,
      .stops_nodes = true,
      .takes_state = true,
      .draw = draw,
      .begin = begin};
}

}  // namespace fracas::nemesis
