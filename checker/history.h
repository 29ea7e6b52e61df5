// A history in memory: operations (an invocation and at most one completion), interned texts, and the reader
// of files.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checker/columns.h"
#include "checker/event.h"
#include "checker/texts.h"
#include "checker/version.h"

namespace fracas::checker {

/// What is wrong with an input, where, and what would be right. Printed as "file:line: message"; line 0: the
/// whole file.
struct InputError {
  std::string file;
  std::uint64_t line = 0;
  std::string message;
  std::string to_string() const;
};
template <typename T>
using InputResult = boost::system::result<T, InputError>;
[[noreturn]] void throw_exception_from_error(const InputError&, const boost::source_location&);

/// Event index of a completion that never came, or came as `info`: after everything.
inline constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();

/// `open`: no completion was recorded (the run was interrupted); judged like info.
enum class Outcome : std::uint8_t { ok, fail, info, open };

/// Number of a process in a history, dense, in the order of their first operations. (The number that the
/// file gives it is History::process_number.) A process that goes on for another session is another one.
using ProcessId = std::uint32_t;

/// Number of a session in a history, dense, in the order of their first operations: for arrays.
using SessionId = std::uint32_t;

/// What nearly every judgement needs of an operation. The rest is asked of its history: `history.saw(o)`.
/// An operation is itself only in its history: a copy has no times, node, session...
struct Operation {
  std::uint32_t invoked = 0;         ///< index of the invocation event: the operation's name in witnesses
  std::uint32_t completed = kNever;  ///< index of the completion event if ok or fail; kNever if info or open.
                                     ///< a precedes b in real time <=> a.completed < b.invoked
  ProcessId process = 0;
  TextId key = 0;
  TextId value = kNullText;  ///< what was written; for an ok read what was returned (JSON text)
  Function f = Function::read;
  Outcome outcome = Outcome::open;
  bool final = false;
  bool contextual = false;  ///< the invocation sent a causal context that was not empty
};
static_assert(sizeof(Operation) == 24);

/// Operations in order of invocation, and columns beside them for what is asked of few, or seldom. Contexts
/// and the clocks of siblings are checked for their form and not kept: the causal truth comes from what
/// sessions saw, and they would take more room than everything else together. Immutable once built.
class History {
 public:
  std::span<const Operation> operations() const { return operations_; }
  /// The operation whose invocation has this event index; null if there is none.
  const Operation* invoked_at(std::uint32_t event_index) const;
  /// Where an operation of this history is in `operations()`.
  std::size_t place_of(const Operation& o) const { return static_cast<std::size_t>(&o - operations_.data()); }

  std::string_view text(TextId id) const { return texts_[id]; }
  std::size_t texts() const { return texts_.size(); }
  std::optional<TextId> find(std::string_view text) const { return texts_.find(text); }

  std::int32_t process_number(const Operation& o) const { return processes_[o.process].number; }
  std::size_t processes() const { return processes_.size(); }
  std::int32_t session(const Operation& o) const { return sessions_[session_id(o)]; }
  SessionId session_id(const Operation& o) const { return processes_[o.process].session; }
  std::size_t sessions() const { return sessions_.size(); }

  std::int64_t event_ns(std::uint32_t event_index) const { return times_[event_index]; }
  std::int64_t invoked_ns(const Operation& o) const { return times_[o.invoked]; }
  /// Time of the completion event, also for info; that of the invocation if open.
  std::int64_t completed_ns(const Operation& o) const;

  // Texts; 0: absent.
  TextId saw(const Operation& o) const { return saw_[place_of(o)]; }
  TextId siblings(const Operation& o) const { return siblings_[place_of(o)]; }
  TextId node(const Operation& o) const { return nodes_[place_of(o)]; }
  TextId error(const Operation& o) const { return errors_[place_of(o)]; }

  /// Last-write-wins: the version that the completion showed; null if it showed none.
  const Stamp* stamp(const Operation& o) const {
    const std::uint32_t number = stamp_numbers_[place_of(o)];
    return number == 0 ? nullptr : &stamps_[number - 1];
  }

  /// True if some completion showed a stamp, some siblings, the clocks of siblings.
  bool any_stamps() const { return !stamps_.empty(); }
  bool any_siblings() const { return siblings_.any(); }
  bool causal_clocks() const { return causal_clocks_; }

 private:
  friend class HistoryBuilder;
  struct Process {
    std::int32_t number = 0;
    SessionId session = 0;
  };
  std::vector<Operation> operations_;
  Texts texts_;
  std::vector<Process> processes_;
  std::vector<std::int32_t> sessions_;  ///< the number of each
  Times times_;                         ///< of each event
  SparseColumn<std::uint32_t> ended_;   ///< of operations that ended in info: the completion event
  SparseColumn<TextId> saw_;
  SparseColumn<TextId> siblings_;
  SparseColumn<TextId> nodes_;
  SparseColumn<TextId> errors_;
  SparseColumn<std::uint32_t> stamp_numbers_;  ///< one more than the position in stamps_; 0: none
  std::deque<Stamp> stamps_;
  bool causal_clocks_ = false;
};

/// Builds a history event by event and refuses what breaks the model (two open operations of a process, a
/// completion without invocation, a completion that contradicts its invocation, time or index that goes
/// back).
class HistoryBuilder {
 public:
  HistoryBuilder();
  ~HistoryBuilder();
  /// Room for this many operations at once; a better guess than doubling when the file's length is known.
  void expect_operations(std::size_t count);
  /// The message says what is wrong with this event; the caller adds file and line.
  boost::system::result<void, std::string> add(const Event&);
  History finish() &&;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads history.jsonl (nothing else yet), a line at a time. A last line without newline that does not parse
/// is an error too: "truncated".
InputResult<History> read_history(const std::filesystem::path& file);

}  // namespace fracas::checker
