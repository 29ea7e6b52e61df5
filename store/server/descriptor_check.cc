#include "store/server/descriptor_check.h"

#include <string>

#include "store/server/log_check.h"

namespace fracas::store {
namespace {

/// LevelDB's db/version_edit.cc.
enum Tag : std::uint64_t {
  comparator = 1,
  log_number = 2,
  next_file_number = 3,
  last_sequence = 4,
  compact_pointer = 5,
  deleted_file = 6,
  new_file = 7,
  previous_log_number = 9,
};

/// Reads numbers and strings off the front; `good` is false once something did not fit.
struct Reader {
  std::string_view rest;
  bool good = true;

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest.empty()) break;
      const auto byte = static_cast<unsigned char>(rest.front());
      rest.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    good = false;
    return 0;
  }
  void skip_numbers(int count) {
    for (int i = 0; i < count; ++i) number();
  }
  void skip_string() {
    const std::uint64_t size = number();
    good = good && size <= rest.size();
    if (good) rest.remove_prefix(size);
  }
};

/// The log number of one edit, if it names one. False in `good`: it is no edit.
std::optional<std::uint64_t> log_of(Reader& edit) {
  std::optional<std::uint64_t> log;
  while (edit.good && !edit.rest.empty()) {
    switch (edit.number()) {
      case comparator:
        edit.skip_string();
        break;
      case log_number:
        log = edit.number();
        break;
      case next_file_number:
      case last_sequence:
      case previous_log_number:
        edit.skip_numbers(1);
        break;
      case compact_pointer:
        edit.skip_numbers(1);
        edit.skip_string();
        break;
      case deleted_file:
        edit.skip_numbers(2);
        break;
      case new_file:
        edit.skip_numbers(3);
        edit.skip_string();
        edit.skip_string();
        break;
      default:
        edit.good = false;
    }
  }
  return log;
}

}  // namespace

std::optional<std::uint64_t> needed_log(std::string_view descriptor) {
  std::optional<std::uint64_t> needed;
  for (const std::string& entry : log_entries(descriptor)) {
    Reader edit{.rest = entry};
    const auto log = log_of(edit);
    if (!edit.good) return std::nullopt;
    if (log) needed = log;
  }
  return needed;
}

}  // namespace fracas::store
