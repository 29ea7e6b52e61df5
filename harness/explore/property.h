// The properties that the explorer judges, by brute force: written to be obviously right for a handful of
// operations on one key, and to owe nothing to the checkers of histories.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fracas::harness::explore {

enum class Property : std::uint8_t {
  linearizable,
  regular,
  read_your_writes,
  monotonic_reads,
  honest_failures,
  no_late_effects,
  durability,
  lost_writes,
  lost_updates,
  no_resurrection,
  no_repetition,
  convergence,
  count
};
std::string_view to_string(Property);
/// What it says, for those that read a counterexample.
std::string_view sentence(Property);
/// It speaks of the state that remains when nothing is under way any more.
bool is_about_the_end(Property);

enum class Status : std::uint8_t { waiting, open, ok, failed, unknown };

/// An operation as it was seen from outside.
struct Told {
  int client = 1;
  bool read = false;
  bool removal = false;
  std::string value;                ///< written
  std::string element;              ///< add: what it put in
  Status status = Status::waiting;  ///< open at the end counts as unknown
  std::uint32_t before = 0;         ///< bit i: operation i had ended when this one began
  std::vector<std::string> values;  ///< answered
  std::string clock;                ///< answered, JSON
  std::vector<std::string> saw;     ///< values behind the context that it sent
};

/// What all homes together hold when nothing is under way any more.
struct Ending {
  std::vector<std::string> values;
  std::string clock;
  bool equal = true;  ///< each of them holds it
};

struct Story {
  bool lww = false;
  std::vector<Told> operations;
  std::optional<Ending> ending;
};

std::string text_of(const Story&);

/// Properties about the end hold of a story without one.
bool holds(Property, const Story&);

}  // namespace fracas::harness::explore
