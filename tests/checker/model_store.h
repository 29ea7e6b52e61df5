// A small model of a leaderless store of one key, stepped at random: every history that it makes with r + w >
// n is one that a correct store can make, with concurrency, lost messages, unknown outcomes, failures,
// deletes, blind writes and answers that hide tombstones.
#pragma once

#include <cstdint>
#include <string>

#include "checker/evidence.h"
#include "checker/history.h"

namespace fracas::checker {

struct ModelOptions {
  std::uint64_t seed = 0;
  bool siblings = true;  ///< otherwise last write wins
  bool sets = false;     ///< adds instead of writes and deletes
  int r = 2;             ///< of three replicas
  int w = 2;
  int operations = 20;
  int sessions = 4;
  int deletes = 20;     ///< percent of the writes
  int blind = 20;       ///< percent of the writes that send no context
  int unsure = 10;      ///< percent of the operations that end in info
  int skew = 0;         ///< largest distance of a replica's clock from the truth, in microseconds
  bool stamps = true;   ///< lww: completions show them
  bool settled = true;  ///< every message arrives before the dumps
  int wrong_reads =
      0;  ///< percent of the reads that answer one or two values at random instead: not a correct store
};

struct ModelRun {
  History history;
  Evidence evidence;
};

ModelRun run_model(const ModelOptions&);

}  // namespace fracas::checker
