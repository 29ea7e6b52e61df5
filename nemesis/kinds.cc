// The table of all kinds of faults. One more kind is one more line here.
#include <array>

#include "nemesis/kind.h"

// X(function that describes the kind, defined in nemesis/faults/)
#define FRACAS_NEMESIS_KINDS(X) \
  X(process_kill)               \
  X(process_pause)              \
  X(network_partition)          \
  X(network_delay)              \
  X(network_loss)               \
  X(network_duplicate)          \
  X(network_reorder)            \
  X(network_corrupt)            \
  X(network_bandwidth)          \
  X(network_hold)               \
  X(network_flap)               \
  X(network_reset)              \
  X(clock_jump)                 \
  X(clock_drift)                \
  X(clock_strobe)               \
  X(clock_freeze)               \
  X(disk_power_loss)            \
  X(disk_full)                  \
  X(disk_error)                 \
  X(disk_slow)                  \
  X(disk_wipe)                  \
  X(disk_restore)               \
  X(disk_truncate)              \
  X(disk_bit_flip)              \
  X(ring_join)                  \
  X(ring_leave)                 \
  X(ring_replace)

namespace fracas::nemesis {

#define FRACAS_DECLARE(kind) Kind kind();
FRACAS_NEMESIS_KINDS(FRACAS_DECLARE)
#undef FRACAS_DECLARE

std::span<const Kind> kinds() {
#define FRACAS_CALL(kind) kind(),
  static const std::array table{FRACAS_NEMESIS_KINDS(FRACAS_CALL)};
#undef FRACAS_CALL
  return table;
}

const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::string_view class_of(std::string_view kind) { return kind.substr(0, kind.find('.')); }

}  // namespace fracas::nemesis
