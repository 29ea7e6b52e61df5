// Exact quantiles by the nearest-rank rule: the smallest value that at least q of all values do not exceed.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <vector>

namespace fracas::results {

/// `permille` in [1, 1000]; 1000 is the maximum. Reorders the values, of which there is at least one.
inline std::uint32_t quantile(std::vector<std::uint32_t>& values, std::uint32_t permille) {
  assert(!values.empty() && permille >= 1 && permille <= 1000);
  const std::size_t rank = (values.size() * permille + 999) / 1000;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

}  // namespace fracas::results
