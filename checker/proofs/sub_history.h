// A few operations of a case as a case of their own, so that a property can judge them alone: the same
// operations with the same times, numbered anew. Of answers that can be told element by element, only those
// elements are kept that one of the operations wrote, or nobody at all; of the evidence, what is about their
// keys.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "checker/case.h"
#include "checker/proofs/traces.h"

namespace fracas::checker {

struct SubHistory {
  History history{};
  Evidence evidence{};
  std::vector<std::uint32_t> names{};  ///< of each event: Operation::invoked in the whole
};

/// The operations in order of invocation. `key`: whose dump belongs to the evidence although no operation
/// names it; empty: none.
SubHistory sub_history(const Case& whole, std::span<const Operation* const> kept, std::string_view key);

}  // namespace fracas::checker
