// The frame of a verdict on what sessions had seen of registers over all keys: what stands in the way of
// judging, and how much there was to judge.
#pragma once

#include <string_view>
#include <utility>

#include "checker/verdict.h"
#include "checker/visibility/session_history.h"

namespace fracas::checker {

/// `judge(history, verdict)` adds what it finds.
template <typename Judge>
Verdict judge_sessions(std::string_view property, const Case& whole, Judge&& judge) {
  VerdictBuilder verdict(property);
  if (whole.conflict() == Conflict::siblings)
    return std::move(verdict).finish("a register with siblings returns no single write");
  const SessionHistory& history = session_history(whole);
  if (!history.out_of_order.empty()) {
    verdict.undecided(history.out_of_order);
    return std::move(verdict).finish("");
  }
  verdict.checked(history.reads);
  if (!history.equal_values.empty()) verdict.undecided(history.equal_values);
  std::forward<Judge>(judge)(history, verdict);
  return std::move(verdict).finish("no read of a register can be traced to one write");
}

}  // namespace fracas::checker
