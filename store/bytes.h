// Reading and writing the store's binary forms. Little endian; counts and lengths as varints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/actor.h"

namespace fracas::store {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  void u8(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u16(std::uint16_t value) { fixed(value, 2); }
  void u32(std::uint32_t value) { fixed(value, 4); }
  void u64(std::uint64_t value) { fixed(value, 8); }
  void varint(std::uint64_t value);
  void text(std::string_view value);
  void actor(const Actor& value);
  std::string& out() { return out_; }

 private:
  void fixed(std::uint64_t value, int bytes);
  std::string& out_;
};

/// Total: a read past the end gives zero and sets failed() for good.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(fixed(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
  std::uint64_t u64() { return fixed(8); }
  /// Only the shortest form is accepted, so that a value has one encoding.
  std::uint64_t varint();
  /// A number of items of at least one byte each: more than the bytes left is a failure, so nobody reserves
  /// memory for bytes that never came.
  std::size_t count();
  std::string_view text();
  Actor actor();

  void fail() { failed_ = true; }
  bool failed() const { return failed_; }
  std::size_t left() const { return rest_.size(); }
  /// Everything was read and nothing failed.
  bool complete() const { return !failed_ && rest_.empty(); }

 private:
  std::uint64_t fixed(std::size_t bytes);
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace fracas::store
