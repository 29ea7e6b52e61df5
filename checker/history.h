// A history in memory: operations (an invocation and at most one completion), interned texts, and the reader
// of files.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checker/event.h"

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

/// Index of an interned text (a key, a value, a node, a clock...). 0 is the empty text: absent.
using TextId = std::uint32_t;

/// Event index of a completion that never came, or came as `info`: after everything.
inline constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();

/// `open`: no completion was recorded (the run was interrupted); judged like info.
enum class Outcome : std::uint8_t { ok, fail, info, open };

struct Operation {
  std::uint32_t invoked = 0;         ///< index of the invocation event: the operation's name in witnesses
  std::uint32_t completed = kNever;  ///< index of the completion event if ok or fail; kNever if info or open.
                                     ///< a precedes b in real time <=> a.completed < b.invoked
  std::int64_t invoked_ns = 0;
  std::int64_t completed_ns = 0;  ///< time of the completion event, also for info; invoked_ns if open
  std::int32_t process = 0;
  std::int32_t session = 0;
  Function f = Function::read;
  Outcome outcome = Outcome::open;
  bool final = false;
  TextId key = 0;
  TextId value = 0;  ///< what was written; for an ok read what was returned (JSON text)
  TextId saw = 0;
  TextId siblings = 0;
  TextId node = 0;
  TextId error = 0;
  TextId context = 0;  ///< sent with the invocation
  TextId clock = 0;    ///< returned with the completion
};

/// Operations in order of invocation. Immutable once built.
class History {
 public:
  std::span<const Operation> operations() const { return operations_; }
  std::string_view text(TextId id) const { return texts_[id]; }
  std::size_t texts() const { return texts_.size(); }

 private:
  friend class HistoryBuilder;
  std::vector<Operation> operations_;
  std::vector<std::string_view> texts_;
  std::vector<std::string> arena_;  ///< blocks that texts_ points into; never moved once filled
};

/// Builds a history event by event and refuses what breaks the model (two open operations of a process, a
/// completion without invocation, a completion that contradicts its invocation, time or index that goes
/// back).
class HistoryBuilder {
 public:
  HistoryBuilder();
  ~HistoryBuilder();
  /// The message says what is wrong with this event; the caller adds file and line.
  boost::system::result<void, std::string> add(const Event&);
  History finish() &&;

 private:
  struct Impl;
  Impl* impl_;
};

/// Reads history.jsonl (nothing else yet). A last line without newline that does not parse is an error too:
/// "truncated".
InputResult<History> read_history(const std::filesystem::path& file);

}  // namespace fracas::checker
