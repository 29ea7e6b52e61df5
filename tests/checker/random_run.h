// Runs of no store at all: events, answers, dumps and settlements drawn at random, some sane and some
// nonsense, so that every property meets what it accuses, what it allows and what it cannot decide.
#pragma once

#include <cstdint>
#include <string>

#include "tests/checker/model_store.h"

namespace fracas::checker {

struct RandomRunOptions {
  std::uint64_t seed = 0;
  std::string conflict{};            ///< as in Evidence
  int operations = 12;               ///< over all keys
  int keys = 3;                      ///< at most
  int sessions = 4;                  ///< at most
  int sets = 50;                     ///< percent of the keys that are updated, not written
  Function updates = Function::add;  ///< or append, or increment: how
  int wrong = 20;                    ///< percent of the answers and dumps that are drawn blindly
  bool dumps = true;
  bool stamps = false;     ///< completions and dumps show stamps
  int unstamped = 0;       ///< percent of the answered writes that show no stamp all the same
  bool sequences = false;  ///< stamps of one actor may differ in nothing but their sequence
  bool unique = true;      ///< no value is written twice
};

ModelRun random_run(const RandomRunOptions&);

}  // namespace fracas::checker
