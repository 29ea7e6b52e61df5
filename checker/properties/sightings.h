// Every place where a run shows values: answered reads, the siblings of answered writes, the inner reads of
// adds, and the dumps of the replicas.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "checker/case.h"

namespace fracas::checker {

/// A value seen in one place.
struct Sighting {
  std::string_view key{};
  std::string_view value{};
  std::span<const Operation* const> writers{};  ///< who wrote it to this key, failed ones included
  const Operation* operation = nullptr;         ///< null: in a dump
  std::string_view replica{};                   ///< that the dump is of

  /// The event by which its write must have begun.
  std::uint32_t end() const { return operation == nullptr ? kNever : operation->completed; }
};

/// Calls `visit` for every sighting, key by key. The answer says why some could not be judged; empty: all
/// were.
std::string for_each_sighting(const Case&, const std::function<void(const Sighting&)>& visit);

/// "session 3 read k7 ..." or "the dump of n2 at the end"
std::string where(const History&, const Sighting&);

}  // namespace fracas::checker
