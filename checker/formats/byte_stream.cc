#include "checker/formats/byte_stream.h"

#include <algorithm>
#include <cstring>

namespace fracas::checker {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;

}  // namespace

bool ByteStream::fill() {
  if (file_ == nullptr) return false;
  buffer_.resize(kChunkBytes);
  at_ = buffer_.data();
  end_ = at_ + std::fread(buffer_.data(), 1, buffer_.size(), file_);
  return at_ != end_;
}

bool ByteStream::take_line(std::string& out, std::size_t limit) {
  if (peek() == kEnd) return false;
  const std::size_t begin = out.size();
  while (peek() != kEnd && out.size() - begin < limit) {
    const auto left = std::min(static_cast<std::size_t>(end_ - at_), limit - (out.size() - begin));
    const void* newline = std::memchr(at_, '\n', left);
    const std::size_t length =
        newline == nullptr ? left : static_cast<std::size_t>(static_cast<const char*>(newline) - at_);
    out.append(at_, length);
    at_ += length;
    if (newline == nullptr) continue;
    skip();
    break;
  }
  return true;
}

}  // namespace fracas::checker
