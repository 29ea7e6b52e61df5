// A list of at most N things that lives in its owner: situations are copied and compared by the million.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

namespace fracas::harness::explore {

template <class Thing, std::size_t N>
class Few {
 public:
  const Thing* begin() const { return things_.data(); }
  const Thing* end() const { return things_.data() + size_; }
  Thing* begin() { return things_.data(); }
  Thing* end() { return things_.data() + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Thing& operator[](std::size_t i) const { return things_[i]; }
  Thing& operator[](std::size_t i) { return things_[i]; }

  void insert(const Thing* place, const Thing& thing) {
    assert(size_ < N);
    Thing* at = begin() + (place - begin());
    std::move_backward(at, end(), end() + 1);
    *at = thing;
    ++size_;
  }
  void push_back(const Thing& thing) { insert(end(), thing); }
  void erase(std::size_t i) {
    std::move(begin() + i + 1, end(), begin() + i);
    --size_;
  }
  template <class Predicate>
  void erase_if(const Predicate& predicate) {
    size_ = static_cast<std::uint8_t>(std::remove_if(begin(), end(), predicate) - begin());
  }
  bool operator==(const Few& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

 private:
  std::array<Thing, N> things_{};
  std::uint8_t size_ = 0;
};

}  // namespace fracas::harness::explore
