// PRAM (pipelined RAM; Lipton & Sandberg 1988): for each session there is one order of all writes and its own
// reads, in which every session's writes are in that session's order and every read returns the last write of
// its key. Sessions need not agree with each other on the order.
//
// With unique values, and one session's reads at a time, this takes no search (Wei, Huang, Cao & Lu,
// Verifying PRAM consistency over read/write traces of data replicas, TPDS 2016): what comes before a read is
// a beginning of every session's writes; whatever else of its key is among it comes before what it returned,
// which may put more before an earlier read, until nothing changes. The order exists if nothing then comes
// before itself: the session's reads, one by one, each preceded by what has to come before it, are one.
//
// It stays linear where nothing has to be put before an earlier read: then the first pass has found all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/visibility/session_history.h"

namespace fracas::checker {

/// A session for which there is no such order.
struct Unordered {
  std::uint32_t session = 0;
  std::vector<std::uint32_t> reads{};  ///< steps of reads for which there is none
  std::vector<WriteId> writes{};       ///< that show it together with them
};

struct PramCheck {
  std::vector<Unordered> sessions{};  ///< the first kMaxWitnesses
  std::uint64_t count = 0;
  std::string undecided{};  ///< which limit was reached
};

PramCheck check_pipelines(const SessionHistory&);

}  // namespace fracas::checker
