// What clients do: a workload is a pure generator of operations and a list of properties that its histories
// can be judged on. It knows nothing of the store's wire format. Values are JSON texts, compact.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checker/event.h"

namespace fracas::workloads {

/// Knobs of [workload] that concern what is done (rate, stickiness and time-outs belong to the harness).
struct Parameters {
  std::uint64_t seed = 0;
  int clients = 10;
  int keys = 50;          ///< keys that are read and written during the run; key 0 is the hottest
  int cold_keys = 10;     ///< written but not read until the end
  double reads = 0.5;     ///< share of reads
  double deletes = 0.05;  ///< share of deletes
  double hot = 0.5;       ///< share of the operations that go to the hottest key
};

/// What a client wants to do next. `value`: what a write writes, the element that an add adds; "null"
/// otherwise.
struct Intent {
  checker::Function f = checker::Function::read;
  std::string key;
  std::string value = "null";
};

/// Draws one client's operations from (seed, client) alone: what it does next never depends on the timing of
/// others.
class Generator {
 public:
  virtual ~Generator() = default;
  virtual Intent next() = 0;
};

/// A registered workload. `siblings` are JSON texts of what the store returned: none (absent), one, or
/// several.
struct Workload {
  std::string_view name;
  std::string_view sentence;
  std::vector<std::string_view> properties;  ///< names that its histories can be judged on
  std::unique_ptr<Generator> (*generator)(const Parameters&, int client);
  std::string (*hottest_key)(const Parameters&);
  /// What a read of this key answers to the application: null, the value, an array of siblings; a set: its
  /// elements.
  std::string (*answer)(const Intent&, const std::vector<std::string>& siblings);
  /// What a read-modify-write writes back, given what it saw. Only called for functions other than read,
  /// write, delete.
  std::string (*modify)(const Intent&, const std::vector<std::string>& siblings);
  /// Whether this is an operation of the workload: what a script may ask for, and still be judged rightly.
  bool (*has)(const Intent&);
};

std::span<const Workload> workloads();
const Workload* find_workload(std::string_view name);

/// True for add, remove, increment, append: a read, then a write with the context of that read.
bool is_read_modify_write(checker::Function);

}  // namespace fracas::workloads
