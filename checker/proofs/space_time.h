// Operations drawn as a space-time diagram: a lane for each session, time from left to right, each operation
// a bar from its invocation to its completion. (Lamport: Time, clocks and the ordering of events, 1978; but
// time runs to the right, as in reports.) The columns keep the order of events, not their distances.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fracas::checker {

/// One bar. Events with the same time keep their order within the list of bars.
struct Bar {
  std::string name{};   ///< "A"
  std::string label{};  ///< what it did, short: `write "3-17"`
  std::string lane{};   ///< "session 3"
  std::int64_t begin_ns = 0;
  std::optional<std::int64_t> end_ns{};  ///< none: its outcome is unknown, and it may last for ever
  bool failed = false;
};

/// A time in which a fault was at work.
struct Band {
  std::string label{};
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};

/// Text of at most `columns` columns: the lanes in the order in which they first act, the faults that
/// overlap below them, then the times.
std::string space_time_text(const std::vector<Bar>&, const std::vector<Band>&, std::size_t columns);

}  // namespace fracas::checker
