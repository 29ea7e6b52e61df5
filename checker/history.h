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

/// Index of a stamp in History; 0: none was shown.
using StampId = std::uint32_t;

/// 64 bytes. Contexts and the clocks of siblings are checked for their form and not kept: the causal truth
/// comes from what sessions saw, and they would take more room than everything else together.
struct Operation {
  std::uint32_t invoked = 0;         ///< index of the invocation event: the operation's name in witnesses
  std::uint32_t completed = kNever;  ///< index of the completion event if ok or fail; kNever if info or open.
                                     ///< a precedes b in real time <=> a.completed < b.invoked
  std::int64_t invoked_ns = 0;
  std::int64_t completed_ns = 0;  ///< time of the completion event, also for info; invoked_ns if open
  std::int32_t process = 0;
  std::int32_t session = 0;
  TextId key = 0;
  TextId value = kNullText;  ///< what was written; for an ok read what was returned (JSON text)
  TextId saw = 0;
  TextId siblings = 0;
  TextId node = 0;
  TextId error = 0;
  StampId stamp = 0;  ///< last-write-wins: the version that the completion showed
  Function f = Function::read;
  Outcome outcome = Outcome::open;
  bool final = false;
  bool contextual = false;  ///< the invocation sent a causal context that was not empty
};
static_assert(sizeof(Operation) <= 72);

/// Operations in order of invocation. Immutable once built.
class History {
 public:
  std::span<const Operation> operations() const { return operations_; }
  /// The operation whose invocation has this event index; null if there is none.
  const Operation* invoked_at(std::uint32_t event_index) const;
  std::string_view text(TextId id) const { return texts_[id]; }
  std::size_t texts() const { return texts_.size(); }
  std::optional<TextId> find(std::string_view text) const { return texts_.find(text); }
  /// Null if the operation's completion showed no stamp.
  const Stamp* stamp(const Operation& operation) const {
    return operation.stamp == 0 ? nullptr : &stamps_[operation.stamp - 1];
  }
  /// True if completions carried the clocks of siblings.
  bool causal_clocks() const { return causal_clocks_; }

 private:
  friend class HistoryBuilder;
  std::vector<Operation> operations_;
  Texts texts_;
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
