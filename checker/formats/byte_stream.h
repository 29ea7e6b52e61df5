// Bytes one after another, of a file or of a text, in bounded memory; it knows the line that it is on.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace fracas::checker {

class ByteStream {
 public:
  static constexpr int kEnd = -1;

  /// The file stays the caller's.
  explicit ByteStream(std::FILE* file) : file_(file) {}
  /// The text has to outlive the stream. Its first line has this number.
  explicit ByteStream(std::string_view text, std::uint64_t line = 1)
      : at_(text.data()), end_(text.data() + text.size()), line_(line) {}
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// The next byte, 0 to 255, or kEnd.
  int peek() { return at_ != end_ || fill() ? static_cast<unsigned char>(*at_) : kEnd; }
  void skip() {
    if (*at_++ == '\n') ++line_;
  }
  int next() {
    const int byte = peek();
    if (byte != kEnd) skip();
    return byte;
  }
  /// Appends the rest of the line, without its newline; at most `limit` bytes of it. False: there is none.
  bool take_line(std::string& out, std::size_t limit);

  /// That the next byte is on, from 1.
  std::uint64_t line() const { return line_; }
  /// The file could not be read: errno says why.
  bool failed() const { return file_ != nullptr && std::ferror(file_) != 0; }

 private:
  bool fill();

  std::FILE* file_ = nullptr;
  std::vector<char> buffer_{};
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  std::uint64_t line_ = 1;
};

}  // namespace fracas::checker
