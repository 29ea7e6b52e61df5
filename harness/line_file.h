// A file that only grows, line by line: lines gather in a bounded buffer until flush(). The first write error
// is kept, and what comes after it is dropped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "harness/error.h"

namespace fracas::harness {

class LineFile {
 public:
  /// Bytes after which the buffer is written without being asked.
  static constexpr std::size_t kBufferLimit = 1 << 20;

  /// Creates the file; one that is there already is replaced.
  explicit LineFile(std::filesystem::path);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  /// Where to append whole lines; call appended() afterwards.
  std::string& buffer() { return buffer_; }
  void appended();
  void flush();
  const std::optional<Error>& error() const { return error_; }

 private:
  void fail(const char* what, int error_number);

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::string buffer_;
  std::optional<Error> error_;
};

/// Writes a whole file in one step: aside, then renamed.
Result<void> write_file(const std::filesystem::path&, const std::string& text);

}  // namespace fracas::harness
