// Columns beside the operations of a history, for what few operations have, and for times.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace fracas::checker {

/// A value for some rows; the others have T{}. Rows without one cost nothing but a pointer per thousand.
template <typename T>
class SparseColumn {
 public:
  T operator[](std::size_t row) const {
    const std::size_t chunk = row / kRows;
    return chunk < chunks_.size() && chunks_[chunk] ? (*chunks_[chunk])[row % kRows] : T{};
  }
  void set(std::size_t row, T value) {
    if (value == (*this)[row]) return;
    const std::size_t chunk = row / kRows;
    if (chunk >= chunks_.size()) chunks_.resize(chunk + 1);
    if (!chunks_[chunk]) chunks_[chunk] = std::make_unique<Chunk>();
    (*chunks_[chunk])[row % kRows] = value;
  }
  /// True if some row has a value.
  bool any() const { return !chunks_.empty(); }

 private:
  static constexpr std::size_t kRows = 1024;
  using Chunk = std::array<T, kRows>;
  std::vector<std::unique_ptr<Chunk>> chunks_;
};

/// Times that never go back, one a row: 4 bytes each, 8 where a few hundred of them span more than 4 s.
class Times {
 public:
  void append(std::int64_t ns) {
    pending_[pending_count_++] = ns;
    if (pending_count_ == kRows) pack();
  }
  std::int64_t operator[](std::size_t row) const {
    const std::size_t block = row / kRows;
    if (block == blocks_.size()) return pending_[row % kRows];
    const Block& b = blocks_[block];
    const std::uint32_t* word = words_.data() + b.first + row % kRows * (b.wide ? 2 : 1);
    const std::uint64_t high = b.wide ? std::uint64_t{word[1]} << 32 : 0;
    return b.base + static_cast<std::int64_t>(high | word[0]);
  }
  void reserve(std::size_t rows) {
    words_.reserve(rows);
    blocks_.reserve(rows / kRows + 1);
  }

 private:
  static constexpr std::size_t kRows = 256;
  /// What is kept of a row is its distance to the first of its block.
  struct Block {
    std::int64_t base = 0;
    std::size_t first = 0;  ///< of words_
    bool wide = false;      ///< two words a row
  };

  void pack() {
    const std::int64_t base = pending_[0];
    const bool wide = pending_[kRows - 1] - base > std::numeric_limits<std::uint32_t>::max();
    blocks_.push_back({.base = base, .first = words_.size(), .wide = wide});
    for (const std::int64_t ns : pending_) {
      const auto distance = static_cast<std::uint64_t>(ns - base);
      words_.push_back(static_cast<std::uint32_t>(distance));
      if (wide) words_.push_back(static_cast<std::uint32_t>(distance >> 32));
    }
    pending_count_ = 0;
  }

  std::vector<std::uint32_t> words_;
  std::vector<Block> blocks_;
  std::array<std::int64_t, kRows> pending_{};
  std::size_t pending_count_ = 0;
};

}  // namespace fracas::checker
