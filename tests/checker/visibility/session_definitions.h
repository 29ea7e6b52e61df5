// Consistency of sessions written straight from its definitions, by enumeration: of what each read saw, and
// of orders. Shares nothing with the checkers but the history. And small histories of registers to try it on.
#pragma once

#include <cstdint>

#include "checker/history.h"

namespace fracas::checker::definitions {

/// What to make of a read that several writes, or none at all, can explain.
enum class Unclear : std::uint8_t {
  left_out,    ///< it is as if it had not been
  any_of_them  ///< one explanation under which all is well is enough
};

/// One order of the writes agrees with every session's past, and each read returns of its key the last write
/// in its past.
bool causal(const History&, Unclear);
/// For each session one order of all writes and its own reads, in which every session's writes are in its
/// order and each read returns the last write of its key.
bool pram(const History&, Unclear);

struct SessionRunOptions {
  std::uint64_t seed = 0;
  int operations = 9;
  int sessions = 3;
  int keys = 2;
  int writes = 50;    ///< percent
  int deletes = 0;    ///< percent of the writes
  int troubled = 25;  ///< percent of the operations that end in fail, info or not at all
  int equal = 0;      ///< percent of the writes that write a value once more
};
/// Reads return anything that was written so far, mostly something late, or nothing.
History session_run(const SessionRunOptions&);

}  // namespace fracas::checker::definitions
