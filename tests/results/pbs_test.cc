// The closed forms are counted out; the model gives what the paper found for its fits of real latencies, and
// agrees with a plain simulation of messages.
#include "results/pbs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace fracas::results {
namespace {

constexpr int trials = 200'000;

Delay exponential(double rate) {
  return [rate](std::mt19937_64& random) { return -std::log(1 - uniform(random)) / rate; };
}
Delay pareto(double smallest, double shape) {
  return [=](std::mt19937_64& random) { return smallest / std::pow(1 - uniform(random), 1 / shape); };
}
Delay mixed(double share, Delay one, Delay other) {
  return [=](std::mt19937_64& random) { return uniform(random) < share ? one(random) : other(random); };
}

const Delay ssd = mixed(0.9122, pareto(0.235, 10), exponential(1.66));
const Delay disk = mixed(0.38, pareto(1.05, 1.51), exponential(0.183));
const Delay riak_write = mixed(0.939, pareto(3, 3.35), exponential(0.0028));
const Delay riak_rest = mixed(0.982, pareto(1.5, 3.8), exponential(0.0217));

TEST(Pbs, counts_the_quorums_that_miss) {
  for (int n = 1; n <= 7; ++n) {
    for (int r = 1; r <= n; ++r) {
      for (int w = 1; w <= n; ++w) {
        const unsigned written = (1U << w) - 1;
        double read = 0, missing = 0;
        for (unsigned set = 0; set < 1U << n; ++set) {
          if (std::popcount(set) != r) continue;
          ++read;
          missing += (set & written) == 0;
        }
        EXPECT_NEAR(miss_probability({n, r, w}), missing / read, 1e-12) << n << r << w;
      }
    }
  }
}

TEST(Pbs, finds_what_the_paper_found_for_one_of_three) {
  const Quorums one{3, 1, 1};
  EXPECT_NEAR(Visibility(one, {ssd, ssd, ssd, ssd}, trials, 1).seen_after(0), 0.974, 0.005);
  EXPECT_NEAR(Visibility(one, {disk, ssd, ssd, ssd}, trials, 1).seen_after(0), 0.439, 0.01);
  EXPECT_NEAR(Visibility(one, {riak_write, riak_rest, riak_rest, riak_rest}, trials, 1).seen_after(0), 0.893,
              0.01);
}

TEST(Pbs, sees_every_write_at_once_where_quorums_meet) {
  for (const Quorums& quorums : {Quorums{3, 2, 2}, Quorums{3, 1, 3}, Quorums{5, 3, 3}}) {
    const Visibility visibility(quorums, {disk, ssd, ssd, ssd}, 2000, 1);
    EXPECT_EQ(visibility.seen_after(0), 1);
    EXPECT_EQ(visibility.until(1), 0);
  }
}

TEST(Pbs, tells_when_so_many_reads_see_it) {
  const Visibility visibility({3, 1, 1}, {disk, ssd, ssd, ssd}, trials, 1);
  double before = 0;
  for (const double share : {0.5, 0.9, 0.99, 0.999}) {
    const double ms = visibility.until(share);
    EXPECT_GE(visibility.seen_after(ms), share);
    EXPECT_GT(ms, before);
    before = ms;
  }
  EXPECT_NEAR(visibility.until(0.999), 49, 6) << "the paper: 45.5 ms";
}

/// Messages one by one, in the order of their times.
double seen_by_simulation(const Quorums& quorums, const Wars& wars, double after_ms, int rounds) {
  std::mt19937_64 random(7);
  int seen = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> has, told;
    const int writer = uniform(random) < wars.at_home ? static_cast<int>(uniform(random) * quorums.n) : -1;
    const int reader = uniform(random) < wars.at_home ? static_cast<int>(uniform(random) * quorums.n) : -1;
    for (int i = 0; i < quorums.n; ++i) {
      has.push_back(i == writer ? 0 : wars.write(random));
      told.push_back(i == writer ? wars.own_acknowledged(random) : has.back() + wars.acknowledged(random));
    }
    std::sort(told.begin(), told.end());
    const double begin = told[static_cast<std::size_t>(quorums.w - 1)] + after_ms;
    std::vector<std::pair<double, bool>> answers;
    for (int i = 0; i < quorums.n; ++i) {
      const double asked = begin + (i == reader ? 0 : wars.read(random));
      const double answered = asked + (i == reader ? 0 : wars.answered(random));
      answers.emplace_back(answered, has[static_cast<std::size_t>(i)] <= asked);
    }
    std::sort(answers.begin(), answers.end());
    seen +=
        std::any_of(answers.begin(), answers.begin() + quorums.r, [](const auto& it) { return it.second; });
  }
  return static_cast<double>(seen) / rounds;
}

TEST(Pbs, agrees_with_a_simulation_of_every_message) {
  Wars wars{exponential(0.1), exponential(1), drawn_from({1, 2, 8}), exponential(0.5)};
  for (const double at_home : {0.0, 0.6, 1.0}) {
    wars.at_home = at_home;
    wars.own_acknowledged = exponential(1);
    for (const Quorums& quorums : {Quorums{3, 1, 1}, Quorums{3, 2, 1}, Quorums{3, 1, 2}, Quorums{5, 2, 1}}) {
      const Visibility visibility(quorums, wars, trials, 1);
      for (const double ms : {0.0, 3.0, 20.0})
        EXPECT_NEAR(visibility.seen_after(ms), seen_by_simulation(quorums, wars, ms, trials), 0.006)
            << quorums.n << quorums.r << quorums.w << " after " << ms;
    }
  }
}

TEST(Pbs, is_the_same_for_the_same_seed) {
  const Wars wars{disk, ssd, ssd, ssd};
  EXPECT_EQ(Visibility({3, 1, 1}, wars, 1000, 3).until(0.9), Visibility({3, 1, 1}, wars, 1000, 3).until(0.9));
}

}  // namespace
}  // namespace fracas::results
