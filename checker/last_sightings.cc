#include "checker/last_sightings.h"

#include <algorithm>
#include <bit>

namespace fracas::checker {
namespace {

constexpr std::size_t kWord = 64;

/// Takes those of `now` out of `left`, and notes the read for each.
void resolve(std::uint64_t& left, std::uint64_t now, std::size_t word, std::uint32_t read,
             std::vector<std::uint32_t>& last) {
  left &= ~now;
  for (; now != 0; now &= now - 1)
    last[word * kWord + static_cast<std::size_t>(std::countr_zero(now))] = read;
}

}  // namespace

LastSightings::LastSightings(std::size_t elements)
    : to_show_((elements + kWord - 1) / kWord, ~std::uint64_t{0}),
      to_miss_(to_show_),
      shown_(elements, kNone),
      missed_(elements, kNone) {
  if (elements % kWord != 0) to_show_.back() = to_miss_.back() = (std::uint64_t{1} << (elements % kWord)) - 1;
}

void LastSightings::read(std::uint32_t invoked, std::span<const std::uint64_t> shown, std::size_t begun) {
  const std::size_t words = std::min((begun + kWord - 1) / kWord, to_show_.size());
  for (std::size_t i = 0; i < words; ++i) {
    const bool whole = (i + 1) * kWord <= begun;
    const std::uint64_t spoken = whole ? ~std::uint64_t{0} : (std::uint64_t{1} << (begun % kWord)) - 1;
    if (const std::uint64_t now = to_show_[i] & shown[i] & spoken; now != 0)
      resolve(to_show_[i], now, i, invoked, shown_);
    if (const std::uint64_t now = to_miss_[i] & ~shown[i] & spoken; now != 0)
      resolve(to_miss_[i], now, i, invoked, missed_);
  }
}

}  // namespace fracas::checker
