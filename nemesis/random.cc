#include "nemesis/random.h"

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <cassert>
#include <utility>

namespace fracas::nemesis {

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbouring inputs give unrelated outputs.
std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

}  // namespace

Random random_stream(std::uint64_t seed, std::uint64_t stream) {
  return Random(mix(mix(seed + 0x9e3779b97f4a7c15ULL) + (stream + 1) * 0x9e3779b97f4a7c15ULL));
}

std::int64_t draw_between(Random& random, std::int64_t low, std::int64_t high) {
  assert(low <= high);
  return boost::random::uniform_int_distribution<std::int64_t>(low, high)(random);
}

std::int64_t draw_time(Random& random, std::int64_t low, std::int64_t high) {
  assert(0 <= low && low <= high);
  if (high - low < 100 * kMillisecond) return draw_between(random, low, high);
  return draw_between(random, (low + kMillisecond - 1) / kMillisecond, high / kMillisecond) * kMillisecond;
}

std::int64_t draw_magnitude(Random& random, std::int64_t low, std::int64_t high) {
  assert(0 < low && low <= high && high < (std::int64_t{1} << 61));
  std::int64_t octaves = 0;
  while ((low << (octaves + 1)) <= high) ++octaves;
  const std::int64_t octave = draw_between(random, 0, octaves);
  return draw_between(random, low << octave, std::min(high, (low << (octave + 1)) - 1));
}

std::vector<std::string> draw_order(Random& random, std::vector<std::string> names) {
  for (std::size_t left = names.size(); left > 1; --left) {
    const auto pick = static_cast<std::size_t>(draw_between(random, 0, static_cast<std::int64_t>(left) - 1));
    std::swap(names[left - 1], names[pick]);
  }
  return names;
}

std::vector<std::string> draw_some(Random& random, const std::vector<std::string>& from, std::size_t count) {
  assert(count <= from.size());
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < from.size(); ++i) {  // Knuth's selection sampling (TAOCP 3.4.2, algorithm S)
    const std::size_t missing = count - chosen.size();
    const auto left = static_cast<std::int64_t>(from.size() - i);
    if (draw_between(random, 0, left - 1) < static_cast<std::int64_t>(missing)) chosen.push_back(from[i]);
  }
  return chosen;
}

}  // namespace fracas::nemesis
