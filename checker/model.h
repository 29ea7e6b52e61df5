// What kind of object a history is about, and how it is to be judged: as it was asked for, else as its
// operations show.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fracas::checker {

enum class Model : std::uint8_t {
  reg,           ///< read, write, delete
  cas_register,  ///< and compare-and-set: `cas` of [from, to]
  kv_append,     ///< strings: read, write, append (a concatenation)
  set,           ///< add, remove; read shows the elements
  queue,         ///< enqueue, dequeue: first in, first out
  counter,       ///< increment; read shows the sum
  list_append,   ///< transactions of ["r", key, list] and ["append", key, element]
  rw_register    ///< transactions of ["r", key, value] and ["w", key, value]
};

struct ModelInfo {
  Model model;
  std::string_view name;      ///< on the command line
  std::string_view sentence;  ///< its operations, for `fracas list models`
};

/// All of them, in the order of the enumeration.
std::span<const ModelInfo> models();
std::string_view to_string(Model);
std::optional<Model> model_from(std::string_view name);

/// How a history is to be judged, where its operations do not say so or somebody knows better.
struct JudgedAs {
  std::optional<Model> model{};  ///< of every key; none: what the operations of each key show
  std::string algorithm{};       ///< of linearizability; empty: the fastest that applies
  std::string initial = "null";  ///< JSON text: what a register holds before the first write
};

}  // namespace fracas::checker
