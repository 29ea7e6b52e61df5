#include "store/server/log_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <optional>

namespace fracas::store {
namespace {

constexpr std::size_t block_bytes = 32 << 10;
constexpr std::size_t header_bytes = 7;
constexpr std::size_t sector_bytes = 512;

enum RecordType : unsigned { whole_entry = 1, first_part = 2, middle_part = 3, last_part = 4 };

bool all_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

/// LevelDB stores checksums rotated and shifted (util/crc32c.h).
std::uint32_t masked_crc(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const std::uint32_t sum = crc.checksum();
  return ((sum >> 15) | (sum << 17)) + 0xa282ead8U;
}

/// A record as its header claims it to be.
struct Record {
  std::uint32_t crc = 0;
  std::size_t size = 0;  ///< with header
  unsigned type = 0;
};

Record header_at(std::string_view log, std::size_t at) {
  Record record;
  for (unsigned i = 0; i < 4; ++i) record.crc |= byte_at(log, at + i) << (8 * i);
  record.size = header_bytes + (byte_at(log, at + 4) | byte_at(log, at + 5) << 8);
  record.type = byte_at(log, at + 6);
  return record;
}

std::size_t left_in_block(std::size_t at) { return block_bytes - at % block_bytes; }

bool sound_at(std::string_view log, std::size_t at) {
  if (log.size() - at < header_bytes) return false;
  const Record record = header_at(log, at);
  return record.type >= whole_entry && record.type <= last_part && record.size <= left_in_block(at) &&
         record.size <= log.size() - at && record.crc == masked_crc(log.substr(at + 6, record.size - 6));
}

bool sound_record_after(std::string_view log, std::size_t at) {
  for (std::size_t later = at + 1; later < log.size(); ++later)
    if (sound_at(log, later)) return true;
  return false;
}

/// The record at `at` is unsound. Could it be the last one, cut short by a crash?
bool could_be_torn(std::string_view log, std::size_t at) {
  const auto rest = log.substr(at);
  if (rest.size() < header_bytes || all_zero(rest)) return true;
  const Record record = header_at(log, at);
  if (record.size > left_in_block(at) || record.type < whole_entry || record.type > last_part) return false;
  if (record.size > rest.size()) {
    // The file ends inside the record, or its length was damaged: then its data is all there, or other
    // records follow.
    return record.crc != masked_crc(rest.substr(6)) && !sound_record_after(log, at);
  }
  // The size reached the disk and the last sectors did not.
  const std::size_t last_sector = (at + record.size - 1) / sector_bytes * sector_bytes;
  return last_sector > at && all_zero(log.substr(last_sector));
}

class Checker {
 public:
  explicit Checker(std::string_view log) : log_(log) {}

  LogCheck run() {
    while (at_ < log_.size())
      if (auto end = step()) return *end;
    if (!inside_entry_) return {LogCheck::State::whole, sound_, {}};
    return {LogCheck::State::torn, sound_, fmt::format("the entry at byte {} is incomplete", sound_)};
  }

 private:
  /// One record on, or the verdict.
  std::optional<LogCheck> step() {
    if (left_in_block(at_) < header_bytes) return skip_filler();
    if (!sound_at(log_, at_)) {
      const bool torn = could_be_torn(log_, at_);
      return LogCheck{torn ? LogCheck::State::torn : LogCheck::State::damaged, sound_,
                      fmt::format("checksum or length of the record at byte {}", at_)};
    }
    const Record record = header_at(log_, at_);
    const bool begins = record.type == whole_entry || record.type == first_part;
    if (begins == inside_entry_)
      return LogCheck{LogCheck::State::damaged, sound_, fmt::format("parts out of order at byte {}", at_)};
    at_ += record.size;
    inside_entry_ = record.type == first_part || record.type == middle_part;
    if (!inside_entry_) sound_ = at_;
    return std::nullopt;
  }

  std::optional<LogCheck> skip_filler() {
    const auto filler = log_.substr(at_, left_in_block(at_));
    if (!all_zero(filler))
      return LogCheck{LogCheck::State::damaged, sound_, fmt::format("filler at byte {} is not zero", at_)};
    at_ += filler.size();
    if (!inside_entry_) sound_ = at_;
    return std::nullopt;
  }

  std::string_view log_;
  std::size_t at_ = 0;
  std::size_t sound_ = 0;
  bool inside_entry_ = false;
};

}  // namespace

std::vector<std::string> log_entries(std::string_view sound) {
  std::vector<std::string> entries;
  for (std::size_t at = 0; at < sound.size();) {
    if (left_in_block(at) < header_bytes) {
      at += left_in_block(at);
      continue;
    }
    const Record record = header_at(sound, at);
    if (record.type == whole_entry || record.type == first_part) entries.emplace_back();
    entries.back() += sound.substr(at + header_bytes, record.size - header_bytes);
    at += record.size;
  }
  return entries;
}

LogCheck check_log(std::string_view bytes) { return Checker(bytes).run(); }

}  // namespace fracas::store
