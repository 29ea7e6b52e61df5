#include "store/bytes.h"

#include <array>
#include <bit>
#include <cstring>

namespace fracas::store {

void ByteWriter::fixed(std::uint64_t value, int bytes) {
  std::array<char, 8> text{};
  if (std::endian::native == std::endian::little) {
    std::memcpy(text.data(), &value, sizeof value);
  } else {
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(value >> (8 * i) & 0xff);
  }
  out_.append(text.data(), static_cast<std::size_t>(bytes));
}

void ByteWriter::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) u8(static_cast<std::uint8_t>((value & 0x7f) | 0x80));
  u8(static_cast<std::uint8_t>(value));
}

void ByteWriter::text(std::string_view value) {
  varint(value.size());
  out_.append(value);
}

void ByteWriter::actor(const Actor& value) {
  std::array<char, sizeof value.bytes> text{};
  std::memcpy(text.data(), value.bytes.data(), text.size());
  out_.append(text.data(), text.size());
}

std::uint64_t ByteReader::fixed(std::size_t bytes) {
  if (rest_.size() < bytes) {
    failed_ = true;
    rest_ = {};
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    value |= std::uint64_t{static_cast<std::uint8_t>(rest_[i])} << (8 * i);
  }
  rest_.remove_prefix(bytes);
  return value;
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    if (failed_) return 0;
    const std::uint64_t bits = byte & 0x7fU;
    const bool overflows = shift == 63 && bits > 1;
    const bool padded = shift > 0 && byte == 0;
    if (overflows || padded) break;
    value |= bits << shift;
    if ((byte & 0x80) == 0) return value;
  }
  failed_ = true;
  return 0;
}

std::size_t ByteReader::count() {
  const std::uint64_t items = varint();
  if (items > rest_.size()) failed_ = true;
  return failed_ ? 0 : static_cast<std::size_t>(items);
}

std::string_view ByteReader::text() {
  const std::size_t size = count();
  const std::string_view value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return value;
}

Actor ByteReader::actor() {
  Actor value;
  if (rest_.size() < value.bytes.size()) {
    failed_ = true;
    rest_ = {};
    return value;
  }
  std::memcpy(value.bytes.data(), rest_.data(), value.bytes.size());
  rest_.remove_prefix(value.bytes.size());
  return value;
}

}  // namespace fracas::store
