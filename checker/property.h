// The properties that a history can be judged on, and the form of a verdict.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checker/case.h"

namespace fracas::checker {

/// Three values and "has no meaning for this history"; combined by the worst: violated, unknown, holds.
enum class Result : std::uint8_t { holds, violated, unknown, not_applicable };
std::string_view to_string(Result);

/// Operations that prove a violation, and a sentence that a person understands.
struct Witness {
  std::string explanation{};
  std::vector<std::uint32_t> operations{};  ///< Operation::invoked of each, in order of invocation
  std::string key{};                        ///< whose dump is part of the proof; empty: none
  std::vector<std::uint32_t> proof{};       ///< as operations: the few that violate the property when judged
                                            ///< alone, those of `operations` among them; proofs/minimise.h
};

/// Kept per property; all are counted.
inline constexpr std::size_t kMaxWitnesses = 100;

struct Verdict {
  std::string property{};
  Result result = Result::not_applicable;
  std::string reason{};       ///< of unknown and not_applicable: which limit, what is missing
  std::uint64_t count = 0;    ///< violations
  std::uint64_t checked = 0;  ///< reads, writes, keys... that were judged (unit: PropertyInfo::unit)
  std::vector<Witness> witnesses{};
};

/// A registered property. `check` is pure: the same input gives the same verdict. Properties that are asked
/// of one case share what they work out.
struct PropertyInfo {
  std::string_view name;
  std::string_view sentence;  ///< what it says, for `fracas list properties`
  std::string_view unit;      ///< what Verdict::checked counts
  Verdict (*check)(const Case&);
};

/// All of them, in the order in which reports show them.
std::span<const PropertyInfo> properties();
const PropertyInfo* find_property(std::string_view name);

}  // namespace fracas::checker
