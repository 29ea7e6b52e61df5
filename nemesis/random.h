// The random draws of the planner: the same on every processor and with every standard library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace fracas::nemesis {

/// Draw from it with these functions (or boost::random distributions) only: those of std differ between
/// libraries.
using Random = std::mt19937_64;

/// The generator of one stream of a seed: streams do not depend on each other.
Random random_stream(std::uint64_t seed, std::uint64_t stream);

/// Uniform in [low, high].
std::int64_t draw_between(Random&, std::int64_t low, std::int64_t high);
/// Uniform in [low, high] ns, in whole milliseconds if the range has room for it: plans are read by people.
std::int64_t draw_time(Random&, std::int64_t low, std::int64_t high);
/// In [low, high], 0 < low: every doubling is equally likely, so that small and big ones both occur. (An
/// exponential distribution without exp, whose last digit differs between processors.)
std::int64_t draw_magnitude(Random&, std::int64_t low, std::int64_t high);

std::vector<std::string> draw_order(Random&, std::vector<std::string>);
/// `count` of them, in the order given.
std::vector<std::string> draw_some(Random&, const std::vector<std::string>& from, std::size_t count);

}  // namespace fracas::nemesis
