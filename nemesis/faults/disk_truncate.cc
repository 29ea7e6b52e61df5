// disk.truncate: the log of a dead node loses its tail, synced or not, as after a repair of the file system.
#include "nemesis/faults/disk_loss.h"
#include "nemesis/parameters.h"

namespace fracas::nemesis {

namespace {

constexpr Range kUsual{.low = 1, .high = 100};
constexpr Range kLimits{.low = 1, .high = 1'000'000};

FaultResult<void> draw(const FaultSpec& spec, const std::vector<std::string>&, Random& random, Fault& fault) {
  const auto records = read_counts(spec.parameters, "records", kUsual, kLimits);
  if (!records) return records.error();
  fault.parameters = {{"records", draw_amount(random, *records, 1)}};
  return {};
}

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  const auto read = read_counts(fault.parameters, "records", kUsual, kLimits);
  const auto records = static_cast<std::uint64_t>(read ? read->low : kUsual.low);
  ActiveDiskLoss::Law law;
  law.take = [records](Disks& disks, const std::string& node) { return disks.truncate(node, records); };
  return std::make_unique<ActiveDiskLoss>(fault, around, law);
}

}  // namespace

Kind disk_truncate() {
  return Kind{
      .name = "disk.truncate",
      .sentence = "the node dies and its last writes are gone, synced ones too; a restart at the end",
      .parameters = {{"records", "a whole number or a range, 20 or [\"1\", \"100\"]", "[\"1\", \"100\"]",
                      "writes that are cut off; from a range every doubling alike"}},
      .default_duration = 1'000'000'000,
      .needs = Ability::disks,
      .stops_nodes = true,
      .takes_state = true,
      .draw = draw,
      .begin = begin};
}

}  // namespace fracas::nemesis
