// The general search, for any object and any values: event by event, every configuration that the answers so
// far allow. A configuration is the state of the object and which of the operations under way have happened.
// Steps are taken as late as they can be: only when an operation ends do those that have not let it happen do
// so (Lowe 2017: just in time), if need be after others. Memory goes with the frontier, not with the history.
//
// What keeps the frontier small:
// * what only shows the state happens as soon as it can: it takes no possibility away;
// * updates of unknown outcome that do the same are one class, of which a configuration counts what it has
//   used; having used less is better;
// * an update that is under way when a write hides everything may have happened right before that write:
//   whether it did is left open (`maybe`) until it is needed or ends;
// * nothing is done right before such a write, if nobody looked at it in between.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/linearizability/object.h"

namespace fracas::checker::linearizability {

/// Work and memory, never time: the same input gives the same answer anywhere.
struct Limits {
  std::uint64_t steps = 400'000'000;          ///< transitions that are tried
  std::uint32_t configurations = 4'000'000;   ///< at one event
  std::uint64_t state_elements = 1ULL << 26;  ///< of all states of one object
};

struct Searched {
  enum class End : std::uint8_t { linearizable, contradiction, gave_up } end = End::linearizable;
  /// Contradiction: the step that cannot have ended as it did. Gave up: the step whose end was not decided;
  /// everything that ended before it is linearizable.
  std::uint32_t step = 0;
  const char* limit = "";              ///< gave up: which
  std::vector<std::uint32_t> order{};  ///< steps, if asked for
};

Searched search(Object&, const Limits& = {}, bool with_order = false);

}  // namespace fracas::checker::linearizability
