// Does LevelDB's list of tables (its MANIFEST, a log of version edits) still fit the logs in its folder? A
// crash may tear its end: the edit was not in force then, so the log that it would have retired must be
// there. If that log is missing, an edit that was in force has been lost, or the log has: LevelDB would open
// all the same, without the records.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fracas::store {

/// The oldest log that is still needed, as the last edit that names one says; 0: none yet. Nothing: the bytes
/// name none, or are no edits. `descriptor` is sound (log_check.h).
std::optional<std::uint64_t> needed_log(std::string_view descriptor);

}  // namespace fracas::store
