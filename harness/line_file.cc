#include "harness/line_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace fracas::harness {

LineFile::LineFile(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail("cannot create", errno);
}

LineFile::~LineFile() {
  flush();
  if (descriptor_ >= 0) ::close(descriptor_);
}

void LineFile::appended() {
  if (buffer_.size() >= kBufferLimit) flush();
}

void LineFile::flush() {
  std::size_t written = 0;
  while (!error_ && written < buffer_.size()) {
    const ssize_t count = ::write(descriptor_, buffer_.data() + written, buffer_.size() - written);
    if (count >= 0) {
      written += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      fail("cannot write", errno);
    }
  }
  buffer_.clear();
}

void LineFile::fail(const char* what, int error_number) {
  error_ =
      Error{Exit::environment, fmt::format("{} {}: {}", what, path_.string(), std::strerror(error_number))};
}

Result<void> write_file(const std::filesystem::path& path, const std::string& text) {
  std::filesystem::path aside = path;
  aside += ".new";
  {
    LineFile file(aside);
    file.buffer() = text;
    file.flush();
    if (file.error()) return *file.error();
  }
  std::error_code error;
  std::filesystem::rename(aside, path, error);
  if (error)
    return Error{Exit::environment,
                 fmt::format("cannot rename {} to {}: {}", aside.string(), path.string(), error.message())};
  return {};
}

}  // namespace fracas::harness
