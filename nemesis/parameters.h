// Reads the parameters of a [[fault]] entry: their types and limits are checked here, and what is wrong is
// said.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nemesis/kind.h"

namespace fracas::nemesis {

FaultResult<void> check_names(const Parameters&, const std::vector<ParameterInfo>& known);

/// The parameter's text or texts, all among `allowed`; empty if it is absent.
FaultResult<std::vector<std::string>> read_choices(const Parameters&, const std::string& name,
                                                   const std::vector<std::string>& allowed);
/// The parameter's text or texts as they are; empty if it is absent.
FaultResult<std::vector<std::string>> read_texts(const Parameters&, const std::string& name);

/// One of `choices`: of those that the parameter lists, or of all where it is absent or says "any".
FaultResult<std::string> draw_choice(const Parameters&, const std::string& name,
                                     const std::vector<std::string>& choices, Random&);
/// true or false; empty if it is absent.
FaultResult<std::optional<bool>> read_flag(const Parameters&, const std::string& name);
/// The same, drawn where it is absent.
FaultResult<bool> draw_flag(const Parameters&, const std::string& name, Random&);

/// Both ends included; low == high for a parameter that is not a range.
struct Range {
  std::int64_t low = 0;
  std::int64_t high = 0;
};
/// "2s" or ["-5s", "5s"], in nanoseconds; the ends in either order, both within `limits`.
FaultResult<Range> read_durations(const Parameters&, const std::string& name, Range fallback, Range limits);
/// 1.5 or ["0.5", "2"] (or texts of numbers), in millionths; the ends in either order, both within `limits`.
FaultResult<Range> read_ratios(const Parameters&, const std::string& name, Range fallback, Range limits);

/// 20 or ["1", "100"], whole numbers; the ends in either order, both within `limits`.
FaultResult<Range> read_counts(const Parameters&, const std::string& name, Range fallback, Range limits);

/// A signed amount from the range: a sign first (if the range has both), then its magnitude, every doubling
/// as likely as the others, from `smallest` up where the range comes closer to 0 than that. An exact amount
/// stays.
std::int64_t draw_amount(Random&, Range, std::int64_t smallest);

}  // namespace fracas::nemesis
