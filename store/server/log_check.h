// Is a LevelDB log sound, and if not, can a crash alone explain it? LevelDB itself is lenient or strict about
// damage only as a whole: its lenient mode drops acknowledged writes silently, its strict one takes a torn
// end of any log for a clean one.
//
// Format (LevelDB, doc/log_format.md): blocks of 32 KiB; in them records of
//   masked CRC-32C of type and data (4) | length (2) | type (1) | data
// where type says whether the data is a whole entry or its first, middle or last part. Fewer than 7 bytes at
// a block's end are zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fracas::store {

struct LogCheck {
  enum class State : std::uint8_t {
    whole,
    torn,     ///< the last entry was not fully written: the file ends inside it, or its end is still zeros
    damaged,  ///< anything else
  };
  State state = State::whole;
  std::size_t sound_bytes = 0;  ///< whole entries from the front
  std::string why;              ///< "checksum of the record at byte 4711"; empty when whole
};

/// A write torn in another way (an early sector missing, a later one there) counts as damaged: it can't be
/// told from a flipped bit.
LogCheck check_log(std::string_view bytes);

/// The entries of a sound log, put together from their parts.
std::vector<std::string> log_entries(std::string_view sound);

}  // namespace fracas::store
