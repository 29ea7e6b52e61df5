// Reads that had to see certain versions: everyone's acknowledged before the read began (regular), those of
// their own session (read-your-writes), or those that their session had been shown before (monotonic-reads).
// For stores with siblings: registers causally, sets by their elements.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/case.h"

namespace fracas::checker {

/// What a read has to see.
enum class Duty : std::uint8_t { acknowledged, own_writes, seen_before };

/// A read and the latest of the versions that it should have seen and did not.
struct Lacking {
  const Operation* read = nullptr;
  const Operation* version = nullptr;
  std::uint64_t count = 0;
};

struct ReadCheck {
  std::vector<Lacking> lacking{};
  std::uint64_t checked = 0;  ///< reads judged; those from which nothing was asked only where `acknowledged`
  std::string undecided{};    ///< why the key could not be judged
};

/// Why no read of a key of the kind `neither` can be judged.
std::string reads_unclear(const KeyCase&);

/// The duties of one key are judged together, once.
const ReadCheck& check_sibling_reads(const KeyCase&, Duty);

/// Elements once added stay: there is no removal.
ReadCheck check_set_reads(const KeyCase&, Duty);

}  // namespace fracas::checker
