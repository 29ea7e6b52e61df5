// An experiment: what to run, fully resolved. Read from TOML, overridden by --set, checked, and written back
// as JSON.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/error.h"
#include "harness/world_kind.h"
#include "nemesis/fault.h"
#include "store/config.h"
#include "workloads/workload.h"

namespace fracas::harness {

using Nanoseconds = nemesis::Nanoseconds;

/// How clients behave ([workload], beside what the generator takes).
struct ClientBehaviour {
  double rate = 200;                    ///< operations a second over all clients; 0: closed loop ("max")
  bool sticky = false;                  ///< a client keeps to one coordinator
  bool contexts = true;                 ///< sends the context of its last answer for the key, or what it saw
  bool session_tokens = false;          ///< hands back what the store says that its session has seen
  Nanoseconds clock_skew = 0;           ///< of the last client's wall clock; the first one's is right
  Nanoseconds timeout = 1'000'000'000;  ///< of one request, client side; the store gets 80 % of it
};

/// One operation of a script: exactly what, by whom and when, in place of what a generator draws.
struct ScriptedOperation {
  Nanoseconds at = 0;  ///< since the load began; later if the client's operation before is still open then
  int client = 0;
  workloads::Intent intent;
  std::string node;  ///< to ask; empty: the session chooses
  // What its author expects; the run fails where it comes out otherwise.
  std::string ends{};                              ///< "ok", "fail" or "info"; empty: anything
  std::optional<std::vector<std::string>> sees{};  ///< values as compact JSON, in any order
};

struct Experiment {
  std::string name = "default";
  std::string about;
  std::uint64_t seed = 0;  ///< drawn by the command line when the file has none
  WorldKind world = WorldKind::local;
  Nanoseconds steady = 3'000'000'000;
  Nanoseconds duration = 30'000'000'000;  ///< of torment
  Nanoseconds settle = 20'000'000'000;    ///< bound
  store::Config store;
  std::string workload = "mixed";
  workloads::Parameters load;  ///< seed copied from above
  ClientBehaviour clients;
  std::vector<nemesis::FaultSpec> faults;
  /// Not empty: clients do this and nothing else, to its end; rate, keys and shares do not apply then.
  std::vector<ScriptedOperation> script;
  std::map<std::string, std::string> expect;  ///< property -> "holds" | "violated"
};

/// `fracas run` with nothing else: the default cluster, `mixed`, and faults of every class that the world can
/// do.
Experiment default_experiment(WorldKind);
/// Reads a file, then applies `--set key=value` in order. Messages have file:line:column, and "did you mean".
Result<Experiment> load_experiment(const std::optional<std::filesystem::path>& file,
                                   const std::vector<std::pair<std::string, std::string>>& settings);
nlohmann::json to_json(const Experiment&);
Result<Experiment> experiment_from_json(const nlohmann::json&);

}  // namespace fracas::harness
