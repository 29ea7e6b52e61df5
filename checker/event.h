// One line of history.jsonl: an event, and how it is written. (Format: DESIGN of the history,
// results/README.md.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fracas::checker {

/// What an operation asks of the store; `f` in a history. `remove_key` is written "delete".
enum class Function : std::uint8_t {
  read,
  write,
  remove_key,
  add,
  remove,
  increment,
  append,
  enqueue,
  dequeue,
  cas,
  txn,
  generate
};

/// ok: happened. fail: certainly did not happen. info: may have happened, at any time after its invocation,
/// or never.
enum class EventType : std::uint8_t { invoke, ok, fail, info };

std::string_view to_string(Function);
std::string_view to_string(EventType);
std::optional<Function> function_from(std::string_view);
std::optional<EventType> event_type_from(std::string_view);

/// Fields that hold JSON text hold it compact (no blanks), so that equal values are equal bytes; empty means:
/// absent.
struct Event {
  std::uint64_t index = 0;   ///< dense, in the order of recording
  std::int64_t time_ns = 0;  ///< since the run began
  EventType type = EventType::invoke;
  std::int32_t process = 0;  ///< at most one open operation each; retired by an `info`
  std::int32_t session = 0;  ///< goes on under a new process number after an `info`
  Function f = Function::read;
  std::string key{};
  std::string value =
      "null";  ///< JSON text. Register read: null, the value, or an array of siblings. Set read: the elements
  std::string saw{};  ///< JSON text; on completions of a read-modify-write: what the inner read returned
  std::string
      siblings{};  ///< JSON array text; on ok writes and deletes with siblings: what else the answer showed
  std::string node{};     ///< that the client talked to
  bool final = false;     ///< part of the final reads
  std::string error{};    ///< on fail and info: kind and message
  std::string context{};  ///< JSON text; on invocations: the causal context sent, {"n1#3": 17, ...}
  std::string
      clock{};  ///< JSON text; on completions: [stamp, actor, seq] (lww) or {"dots": [...], "context": {...}}
};

/// Appends the event as one line of JSON, newline included. Absent fields are left out.
void append_line(std::string& out, const Event&);

}  // namespace fracas::checker
