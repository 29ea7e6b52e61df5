// Delta debugging (Zeller's ddmin): leaves out as many of n things as can be left out.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace fracas::harness {

/// Ascending positions in a list.
using Indices = std::vector<std::size_t>;

/// The things 0 to n - 1 fail together; `fails` says whether a part of them still does. The answer fails, and
/// no single thing can be left out of it (unless `fails` has stopped saying yes: it may, to end the search).
/// Nothing at all and halves are tried first, then what remains without a chunk, in ever smaller chunks: a
/// failure that needs one thing of each chunk is found by what it does not need. With m things needed, about
/// 2m log2(n/m) + m trials; never more than n^2 + 2n.
Indices ddmin(std::size_t n, const std::function<bool(const Indices& kept)>& fails);

}  // namespace fracas::harness
