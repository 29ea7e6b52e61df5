// Finds the operations that a witness names and writes them as a reader wants them.
#include "results/witness.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

namespace fracas::results {

using checker::History;
using checker::Operation;
using checker::Outcome;
using nlohmann::ordered_json;

namespace {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::fail:
      return "fail";
    case Outcome::info:
      return "info";
    case Outcome::open:
      return "open";
  }
  return "";
}

/// Cuts between UTF-8 characters, never within one.
std::string shortened(std::string_view text) {
  std::size_t end = kMaxValueBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

ordered_json value_json(std::string_view text) {
  if (text.size() > kMaxValueBytes) return shortened(text);
  ordered_json value = ordered_json::parse(text, nullptr, false);
  if (value.is_discarded()) return std::string(text);
  return value;
}

ordered_json operation_json(const Operation& operation, const History& history) {
  ordered_json json;
  json["index"] = operation.invoked;
  json["f"] = checker::to_string(operation.f);
  json["key"] = history.text(operation.key);
  json["value"] = value_json(history.text(operation.value));
  if (const auto saw = history.saw(operation); saw != 0) json["saw"] = value_json(history.text(saw));
  json["outcome"] = to_string(operation.outcome);
  json["process"] = history.process_number(operation);
  json["session"] = history.session(operation);
  json["node"] = history.text(history.node(operation));
  json["invoked_s"] = static_cast<double>(history.invoked_ns(operation)) / 1e9;
  if (operation.outcome == Outcome::open)
    json["completed_s"] = nullptr;
  else
    json["completed_s"] = static_cast<double>(history.completed_ns(operation)) / 1e9;
  if (operation.final) json["final"] = true;
  if (const auto error = history.error(operation); error != 0) json["error"] = history.text(error);
  return json;
}

const Operation* find_operation(const History& history, std::uint32_t invoked) {
  const auto operations = history.operations();
  const auto found = std::lower_bound(
      operations.begin(), operations.end(), invoked,
      [](const Operation& operation, std::uint32_t index) { return operation.invoked < index; });
  return found != operations.end() && found->invoked == invoked ? &*found : nullptr;
}

/// Those of the sentence and those of the proof, in order of invocation.
std::vector<std::uint32_t> named(const WitnessRecord& witness) {
  std::vector<std::uint32_t> all = witness.operations;
  all.insert(all.end(), witness.proof.begin(), witness.proof.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

Read<ordered_json> witness_json(const WitnessRecord& witness, const History& history) {
  ordered_json json;
  json["explanation"] = witness.explanation;
  ordered_json operations = ordered_json::array();
  const std::vector<std::uint32_t> all = named(witness);
  for (const std::uint32_t index : all) {
    if (operations.size() == kMaxWitnessOperations) break;
    const Operation* operation = find_operation(history, index);
    if (!operation)
      return ReadError{fmt::format("a witness names event {}, which is no invocation of the history", index)};
    operations.push_back(operation_json(*operation, history));
  }
  const std::size_t shown = operations.size();
  json["operations"] = std::move(operations);
  if (shown < all.size()) json["operations_omitted"] = all.size() - shown;
  return {boost::system::in_place_value, std::move(json)};
}

}  // namespace fracas::results
