// A child of ours at its exec stop: stopped by ptrace before the first instruction of its program, so that
// its memory can be changed and system calls made in its name.
//
// Every wait is bounded. A Tracee that is destroyed lets the child go on as if nothing had happened; signals
// that came meanwhile are delivered then. The child's exit is never reaped here.
#pragma once

#include <sys/types.h>

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fracas::nemesis {

template <typename T>
using TraceResult = boost::system::result<T, std::string>;

class Tracee {
 public:
  /// `child` was forked by this very thread and has asked to be traced. Waits for its exec stop.
  static TraceResult<Tracee> await_exec_stop(pid_t child);
  Tracee(Tracee&&) noexcept;
  Tracee& operator=(Tracee&&) = delete;
  ~Tracee();

  /// Value of an entry of the auxiliary vector (AT_SYSINFO_EHDR...); 0 if it is absent.
  TraceResult<std::uint64_t> auxiliary(std::uint64_t type) const;
  /// Up to `limit` bytes; fewer where the mapping ends.
  TraceResult<std::vector<std::byte>> read(std::uint64_t address, std::size_t limit) const;
  /// Also where the child itself may not write; such pages become its own copies.
  TraceResult<void> write(std::uint64_t address, std::span<const std::byte>);
  /// Executes the system call instruction at `instruction`. Returns what the kernel did, -errno included.
  TraceResult<std::int64_t> system_call(std::uint64_t instruction, std::int64_t number,
                                        const std::vector<std::uint64_t>& arguments);
  /// Scratch below the stack's end, that the program has not begun to use: at least 128 bytes.
  TraceResult<std::uint64_t> scratch() const;
  pid_t pid() const { return pid_; }

 private:
  explicit Tracee(pid_t child) : pid_(child) {}
  TraceResult<void> step_past(std::uint64_t instruction);

  pid_t pid_;
  std::vector<int> held_signals_;  ///< that came while it was stopped
};

}  // namespace fracas::nemesis
