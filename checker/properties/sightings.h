// Every place where a run shows values: answered reads, the siblings of answered writes, the inner reads of
// adds, and the dumps of the replicas.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "checker/evidence.h"
#include "checker/keys.h"

namespace fracas::checker {

/// Values seen together in one place.
struct Sighting {
  std::string_view key{};
  const Writers* writers = nullptr;
  const Operation* operation = nullptr;  ///< null: in a dump
  std::string_view replica{};            ///< that the dump is of
  std::vector<std::string_view> values{};
};

/// Calls `visit` for every sighting, key by key. The answer says why some could not be judged; empty: all
/// were.
std::string for_each_sighting(const History&, const Evidence&,
                              const std::function<void(const Sighting&)>& visit);

/// "session 3 read k7 ..." or "the dump of n2 at the end"
std::string where(const History&, const Sighting&);

}  // namespace fracas::checker
