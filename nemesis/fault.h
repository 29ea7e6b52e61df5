// A fault is data: what, on whom, with which parameters, when and for how long.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace fracas::nemesis {

using Nanoseconds = std::int64_t;

/// A parameter as an experiment writes it. Durations are text ("2s", "-60s"), parsed by the kind that owns
/// the parameter.
using Parameter = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;
using Parameters = std::map<std::string, Parameter>;

/// What is wrong with a description, and what would be right. `field` names the key of the [[fault]] entry.
struct FaultError {
  std::string field;
  std::string message;
  std::size_t entry = 0;  ///< which [[fault]] entry, from 0 (filled in by the planner)
};
template <typename T>
using FaultResult = boost::system::result<T, FaultError>;

/// A [[fault]] entry of an experiment: a rule from which faults are drawn.
struct FaultSpec {
  std::string kind;            ///< "network.partition"
  std::string target = "one";  ///< one, minority, majority, all, primaries, some, or node names ("n1,n3")
  /// Mean time between two begins; 0: drawn once. Gaps are uniform in [0.5, 1.5] of it.
  Nanoseconds every = 0;
  Nanoseconds lasts = 0;    ///< 0: the kind's default
  Nanoseconds after = 0;    ///< the first begins no earlier, since torment began
  Parameters parameters{};  ///< of the kind
};

/// A fault with everything drawn: the same plan does the same in every world.
struct Fault {
  std::uint32_t id = 0;
  std::string kind;
  std::vector<std::string> nodes;  ///< that it is aimed at, resolved
  Parameters parameters;           ///< resolved: no ranges left
  Nanoseconds start = 0;           ///< since torment began
  Nanoseconds duration = 0;
};

/// Sorted by (start, id).
using Plan = std::vector<Fault>;

nlohmann::json to_json(const Fault&);
FaultResult<Fault> fault_from_json(const nlohmann::json&);

/// "250ms", "2s", "-1m", "1.5s", "10us" to nanoseconds. Units: ns, us, ms, s, m, h. At most 3650 days either
/// way.
boost::system::result<Nanoseconds, std::string> parse_duration(std::string_view);
/// The shortest such text; parse_duration gives the same number back.
std::string format_duration(Nanoseconds);

}  // namespace fracas::nemesis
