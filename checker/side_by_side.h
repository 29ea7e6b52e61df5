// Answers that show a version beside one that had superseded it, which no correct store with siblings gives:
// registers causally (causal.h), sets by what the inner read of each add saw.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checker/case.h"

namespace fracas::checker {

/// What an answer, or a dump, shows wrongly.
struct Reappearance {
  const Operation* below =
      nullptr;  ///< registers: shown although `above` is; sets: missing although `above` is shown
  const Operation* above = nullptr;   ///< the same as `below`: shown twice
  const Operation* answer = nullptr;  ///< null: in a dump
  std::string_view replica{};         ///< that the dump is of
};

struct SideBySideCheck {
  std::vector<Reappearance> found{};
  std::uint64_t answers = 0;  ///< that show something
  std::string undecided{};    ///< why the key could not be judged
};

/// Worked out once.
const SideBySideCheck& check_side_by_side(const KeyCase&);

/// "session 3 read k7 ..." or "the dump of n2 at the end shows ..."
std::string where(const KeyCase&, const Reappearance&);

}  // namespace fracas::checker
