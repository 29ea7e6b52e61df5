#include "workloads/draw.h"

#include <boost/random/uniform_int_distribution.hpp>

namespace fracas::workloads {
namespace {

constexpr std::uint64_t kMillion = 1'000'000;

/// SplitMix64's finalizer (Steele, Lea, Flood, OOPSLA 2014): neighbouring seeds give unrelated streams.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

std::uint64_t stream_seed(std::uint64_t seed, int client, std::string_view purpose) {
  std::uint64_t state = mix(seed);
  state = mix(state ^ static_cast<std::uint64_t>(client));
  for (const char c : purpose) state = mix(state ^ static_cast<unsigned char>(c));
  return state;
}

}  // namespace

Draw::Draw(std::uint64_t seed, int client, std::string_view purpose)
    : engine_(stream_seed(seed, client, purpose)) {}

std::uint64_t Draw::below(std::uint64_t limit) {
  boost::random::uniform_int_distribution<std::uint64_t> distribution(0, limit - 1);
  return distribution(engine_);
}

bool Draw::chance(double probability) {
  const auto share = static_cast<std::uint64_t>(probability * static_cast<double>(kMillion));
  return below(kMillion) < share;
}

}  // namespace fracas::workloads
