#include "harness/shrink/ddmin.h"

#include <algorithm>
#include <numeric>

namespace fracas::harness {
namespace {

/// [begin, end) of chunk i of `chunks` about equal ones.
struct Chunk {
  std::size_t begin = 0;
  std::size_t end = 0;
};
Chunk chunk(std::size_t size, std::size_t chunks, std::size_t i) {
  return {size * i / chunks, size * (i + 1) / chunks};
}

Indices part(const Indices& all, Chunk c) {
  return {all.begin() + static_cast<std::ptrdiff_t>(c.begin),
          all.begin() + static_cast<std::ptrdiff_t>(c.end)};
}

Indices complement(const Indices& all, Chunk c) {
  Indices rest(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(c.begin));
  rest.insert(rest.end(), all.begin() + static_cast<std::ptrdiff_t>(c.end), all.end());
  return rest;
}

}  // namespace

Indices ddmin(std::size_t n, const std::function<bool(const Indices&)>& fails) {
  Indices kept(n);
  std::iota(kept.begin(), kept.end(), std::size_t{0});
  if (n == 0 || fails({})) return {};
  // Halves, as long as one of them is enough.
  for (bool halved = true; halved && kept.size() > 1;) {
    halved = false;
    for (std::size_t i = 0; i < 2 && !halved; ++i) {
      Indices half = part(kept, chunk(kept.size(), 2, i));
      halved = fails(half);
      if (halved) kept = std::move(half);
    }
  }
  // Complements. After a chunk was left out the next one is tried, not the first again; a round in which
  // nothing could be left out makes smaller chunks.
  std::size_t chunks = std::min<std::size_t>(4, kept.size());
  while (kept.size() > 1) {
    bool reduced = false;
    for (std::size_t i = 0; i < chunks && kept.size() > 1;) {
      Indices rest = complement(kept, chunk(kept.size(), chunks, i));
      if (rest.empty() || !fails(rest)) {
        ++i;
        continue;
      }
      kept = std::move(rest);
      chunks = std::min(std::max<std::size_t>(chunks - 1, 2), kept.size());
      reduced = true;
    }
    if (reduced) continue;
    if (chunks >= kept.size()) break;
    chunks = std::min(2 * chunks, kept.size());
  }
  return kept;
}

}  // namespace fracas::harness
