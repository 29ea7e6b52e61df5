#include "harness/promises/matrix.h"

#include <set>
#include <string>

namespace fracas::harness {
namespace {

/// What stands for a group: kinds of its faults, on whom and how often, as an experiment would say it.
struct Column {
  FaultGroup group;
  std::vector<nemesis::FaultSpec> faults;
};

nemesis::FaultSpec again_and_again(std::string kind, std::string target) {
  return {.kind = std::move(kind), .target = std::move(target), .every = 1'000'000'000};
}

std::vector<Column> columns(const store::Config& store) {
  std::vector<Column> result{
      {{"none", "no fault at all"}, {}},
      {{"process", "nodes are killed, paused, started again, as often as you like"},
       {again_and_again("process.kill", "all"), again_and_again("process.pause", "all")}},
      {{"network", "partitions, and messages that are lost, late, repeated, damaged"},
       {again_and_again("network.partition", "all"), again_and_again("network.loss", "all")}},
      {{"clock", "wall clocks jump, drift, stand still"}, {again_and_again("clock.jump", "all")}},
      {{"full disk", "disks are full, slow, or return errors"},
       {again_and_again("disk.full", "all"), again_and_again("disk.error", "all")}},
      {{"power", "power losses: what was not synced is gone"}, {again_and_again("disk.power-loss", "all")}},
      {{"1 disk", "one node comes back once with an old state of its disk"},
       {{.kind = "disk.restore", .target = "one"}}},
      {{"disks", "disks are wiped, put back, damaged, on any nodes at any time"},
       {again_and_again("disk.wipe", "all"), again_and_again("disk.restore", "all")}},
  };
  if (store::why_ring_is_fixed(store).empty())
    result.push_back({{"ring", "nodes join, leave and are replaced, while others are killed and cut off"},
                      {again_and_again("ring.join", "one"), again_and_again("ring.leave", "one"),
                       again_and_again("ring.replace", "one"), again_and_again("process.kill", "all"),
                       again_and_again("network.partition", "all")}});
  return result;
}

}  // namespace

Matrix guarantee_matrix(const Experiment& experiment, const std::vector<std::string_view>& properties) {
  Matrix matrix;
  for (const std::string_view property : properties) matrix.rows.push_back({property, {}});
  for (Column& column : columns(experiment.store)) {
    matrix.groups.push_back(column.group);
    Experiment under = experiment;
    under.faults = std::move(column.faults);
    std::set<std::string> kinds;
    for (const nemesis::FaultSpec& spec : under.faults) kinds.insert(spec.kind);
    for (MatrixRow& row : matrix.rows) row.cells.push_back(promise(row.property, under, kinds));
  }
  return matrix;
}

}  // namespace fracas::harness
