// Small histories of transactions, drawn at random, and isolation levels written straight from their
// definitions, by trying every order: no graphs, no anomalies.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/history.h"
#include "checker/transactions/isolation.h"

namespace fracas::checker::transactions {

struct SmallStep {
  bool read = true;
  int key = 0;
  int value = 0;            ///< written
  std::vector<int> seen{};  ///< read: the list, or at most one value of a register
};

struct SmallTxn {
  std::vector<SmallStep> steps{};
  int session = 0;
  int process = 0;
  int invoked = 0;
  int completed = 0;  ///< of info too; open if it is 0
  Outcome outcome = Outcome::ok;
};

struct SmallHistory {
  bool lists = true;
  bool complete = false;  ///< at the end a committed transaction has read every key
  std::vector<SmallTxn> txns{};
  History history() const;
};

/// At most five transactions on two keys, of a store whose isolation is drawn too, and which errs now and
/// then.
SmallHistory draw_small_history(std::uint64_t seed);

/// Whether some order of what happened for certain, and of what may have, explains every read.
bool is_serializable(const SmallHistory&, Scope);
/// The same of snapshots: a transaction sees what had committed when it began, and of two that write a key
/// one begins after the other has committed.
bool has_snapshots(const SmallHistory&, Scope);
/// Each read shows a state that was committed before its transaction was; with its own writes, the last one.
bool is_read_committed(const SmallHistory&);

}  // namespace fracas::checker::transactions
