// replicas.jsonl: every replica's own state of every key at the end, one key a line.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "harness/error.h"
#include "harness/world.h"

namespace fracas::harness {

/// Asks one node after the other for all that it holds, and writes the file in one step. Keys that no node
/// holds but that were touched are in it too. `done` comes once; the file is there only if all nodes
/// answered.
void write_replica_dumps(World&, std::set<std::string, std::less<>> touched,
                         const std::filesystem::path& replicas_jsonl, std::function<void(Result<void>)> done);

}  // namespace fracas::harness
