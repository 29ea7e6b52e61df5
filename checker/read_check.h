// Reads that had to see certain versions: everyone's acknowledged before the read began (regular), or those
// of their own session (read-your-writes). For stores with siblings: registers causally, sets by their
// elements.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/keys.h"

namespace fracas::checker {

enum class Whose : std::uint8_t { everyone, own_session };

/// A read and the latest of the versions that it should have seen and did not.
struct Lacking {
  const Operation* read = nullptr;
  const Operation* version = nullptr;
  std::uint64_t count = 0;
};

struct ReadCheck {
  std::vector<Lacking> lacking{};
  std::uint64_t checked =
      0;  ///< reads judged; of the own session: reads after an acknowledged write of its own
  std::string undecided{};  ///< why the key could not be judged
};

ReadCheck check_sibling_reads(const History&, const KeyOperations&, Whose);

/// Elements once added stay: there is no removal.
ReadCheck check_set_reads(const History&, const KeyOperations&, Whose);

}  // namespace fracas::checker
