// Coverage marks of the harness: named places that runs must reach, so that many runs do not all test the
// same. (Those of the store are store/marks.h's.) Whoever gets there says so; run.json lists what a run
// reached, and a swarm's summary what no run did.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/world_kind.h"

namespace fracas::harness {

enum class Mark : std::uint8_t {
  fault_on_starting_node,
  fault_on_stopped_node,
  fault_on_paused_node,
  down_with_operations,
  kinds_overlap,
  kind_overlaps_itself,
  fault_cut_short,
  fault_without_effect,
  node_ended_by_itself,
  restart_in_heal,
  operation_failed,
  operation_lost,
  answer_too_late,
  hints_after_heal,
  settled_late,
  ring_changed,
  ring_change_refused,
  ring_moves_after_heal,
  count
};

struct MarkInfo {
  Mark mark;
  std::string_view name;
  std::string_view sentence;
};
std::span<const MarkInfo> marks();

class Marks {
 public:
  void reach(Mark mark) { reached_.set(static_cast<std::size_t>(mark)); }
  std::vector<std::string> names() const;

 private:
  std::bitset<static_cast<std::size_t>(Mark::count)> reached_;
};

/// Names of all marks that a run in this world can report, sorted. The simulation also sees into the store.
std::vector<std::string> known_marks(WorldKind);

}  // namespace fracas::harness
