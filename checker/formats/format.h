// Histories that others have recorded: which formats are read, and how a file tells its own.
//
//   jsonl      ours: history.jsonl
//   edn        Jepsen's: maps with :process :type :f :value, one after another or in one vector, as records
//              (#jepsen.history.Op{...}) or plain, whatever the order of their members
//   porcupine  what Porcupine's tests read: the log lines of Jepsen's etcd test (also Jepsen's history.txt),
//              and maps with a :key
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "checker/history.h"

namespace fracas::checker {

enum class Format : std::uint8_t { detect, jsonl, edn, porcupine };

/// The names that --format takes; `detect` has none.
std::span<const std::string_view> format_names();
std::optional<Format> format_from(std::string_view name);

/// What the first bytes of a file look like: never `detect`.
Format detected(std::string_view beginning);

/// Takes one event after another; the text says what is wrong with it, empty: nothing.
using EventSink = std::function<std::string(const Event&)>;

/// Jepsen's names say less than ours: what a file turned out to mean.
struct Dialect {
  bool never_nil = false;                ///< a register never holds nil: who reads it knows nothing
  bool adds_are_increments = false;      ///< `add` of a number where reads show a number
  std::optional<bool> keys_in_values{};  ///< values are [key value]; nothing: the first operation decides
};

/// A history with what was learnt on the way.
struct ForeignHistory {
  History history;
  std::uint64_t skipped = 0;  ///< events of the nemesis, and lines of a log that are no event
};

/// `initial`: what a register holds before the first write, as JSON text. Where that is not null, a read of
/// nil in others' formats is one whose answer is not known, as in Knossos' histories; it is read as a failed
/// one.
InputResult<ForeignHistory> read_foreign_history(const std::filesystem::path&, Format,
                                                 std::string_view initial = "null");
InputResult<History> read_history(const std::filesystem::path&, Format, std::string_view initial = "null");

/// What one reading came to.
struct Reading {
  std::optional<InputError> error{};
  std::uint64_t skipped = 0;
  std::optional<Dialect> again{};  ///< the file means something else than it was read as
};
Reading read_edn_events(const std::filesystem::path&, const Dialect&, const EventSink&);
Reading read_log_events(const std::filesystem::path&, const Dialect&, const EventSink&);

}  // namespace fracas::checker
