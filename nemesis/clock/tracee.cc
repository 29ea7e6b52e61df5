#include "nemesis/clock/tracee.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

namespace fracas::nemesis {
namespace {

constexpr auto kStopLimit = std::chrono::seconds(5);
constexpr auto kPollPeriod = std::chrono::microseconds(50);

std::string failed(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

std::string proc(pid_t pid, const char* file) { return "/proc/" + std::to_string(pid) + "/" + file; }

bool is_traced(pid_t pid) {
  std::ifstream status(proc(pid, "status"));
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("TracerPid:")) return line.find_first_of("123456789") != std::string::npos;
  return false;
}

/// False between fork and exec, while the child may not have come to ask for being traced.
bool has_executed(pid_t pid) {
  std::ifstream file(proc(pid, "stat"));
  std::string text;
  std::getline(file, text);
  // "PID (NAME) STATE PPID PGRP SESSION TTY TPGID FLAGS ...", where NAME may hold anything.
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return false;
  std::istringstream fields(text.substr(name_end + 1));
  std::string state;
  std::int64_t parent, group, session, terminal, foreground;
  std::uint64_t flags = 0;
  constexpr std::uint64_t kForkedButNotExecuted = 0x40;  // PF_FORKNOEXEC of the kernel's sched.h
  fields >> state >> parent >> group >> session >> terminal >> foreground >> flags;
  return fields && !(flags & kForkedButNotExecuted);
}

/// A traced child's stops are reported here too, though WSTOPPED is not asked for.
bool has_ended(pid_t pid) {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT | WNOHANG) != 0) return true;
  return info.si_pid != 0 &&
         (info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED);
}

/// The signal that stopped it. Takes stops only: an exit status stays for whoever reaps the child.
TraceResult<int> await_stop(pid_t pid) {
  const auto end = std::chrono::steady_clock::now() + kStopLimit;
  for (;;) {
    siginfo_t info{};
    const int found = ::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOHANG);
    if (found == 0 && info.si_pid == pid) return info.si_status & 0xff;
    if (has_ended(pid)) return std::string("the child ended before its clock was in place");
    if (found != 0) return failed("waitid");
    if (has_executed(pid) && !is_traced(pid))
      return std::string(
          "the child may not be traced: ptrace(PTRACE_TRACEME) was refused (a seccomp filter, as in some "
          "containers? Allow ptrace: docker run --cap-add=SYS_PTRACE)");
    if (std::chrono::steady_clock::now() > end) {
      ::kill(pid, SIGKILL);  // it could not be detached: that needs a stop
      return std::string("the child did not stop within 5 s and was killed");
    }
    std::this_thread::sleep_for(kPollPeriod);
  }
}

std::optional<user_regs_struct> registers_of(pid_t pid) {
  user_regs_struct registers;
  if (::ptrace(PTRACE_GETREGS, pid, nullptr, &registers) != 0) return std::nullopt;
  return registers;
}

}  // namespace

TraceResult<Tracee> Tracee::await_exec_stop(pid_t child) {
  Tracee tracee(child);
  for (;;) {
    const auto stopped_by = await_stop(child);
    if (!stopped_by) {
      tracee.pid_ = 0;  // nothing to detach
      return stopped_by.error();
    }
    if (*stopped_by == SIGTRAP) break;
    tracee.held_signals_.push_back(*stopped_by);
    if (::ptrace(PTRACE_CONT, child, nullptr, nullptr) != 0) return failed("ptrace(PTRACE_CONT)");
  }
  // Were fracas killed now, the death signal of the child might be missing or have been changed.
  ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL);
  return tracee;
}

Tracee::Tracee(Tracee&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), held_signals_(std::move(other.held_signals_)) {}

Tracee::~Tracee() {
  if (pid_ == 0) return;
  ::ptrace(PTRACE_DETACH, pid_, nullptr, nullptr);
  for (const int signal : held_signals_) ::kill(pid_, signal);
}

TraceResult<std::uint64_t> Tracee::auxiliary(std::uint64_t type) const {
  std::ifstream file(proc(pid_, "auxv"), std::ios::binary);
  if (!file) return "cannot read " + proc(pid_, "auxv") + " (mount /proc)";
  Elf64_auxv_t entry;
  while (file.read(reinterpret_cast<char*>(&entry), sizeof entry))
    if (entry.a_type == type) return entry.a_un.a_val;
  return 0;
}

TraceResult<std::vector<std::byte>> Tracee::read(std::uint64_t address, std::size_t limit) const {
  const int memory = ::open(proc(pid_, "mem").c_str(), O_RDONLY | O_CLOEXEC);
  if (memory < 0) return failed("/proc/PID/mem");
  std::vector<std::byte> bytes(limit);
  std::size_t size = 0;
  while (size < limit) {
    const auto got = ::pread(memory, bytes.data() + size, limit - size, static_cast<off_t>(address + size));
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  const std::string failure = failed("reading /proc/PID/mem");
  ::close(memory);
  if (size == 0 && limit > 0) return failure;
  bytes.resize(size);
  return bytes;
}

TraceResult<void> Tracee::write(std::uint64_t address, std::span<const std::byte> bytes) {
  // PTRACE_POKEDATA and not /proc/PID/mem, whose forced writes some kernels forbid (proc_mem.force_override).
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(long)) {
    const std::size_t size = std::min(sizeof(long), bytes.size() - at);
    errno = 0;
    long word = size == sizeof(long) ? 0 : ::ptrace(PTRACE_PEEKDATA, pid_, address + at, nullptr);
    if (errno != 0) return failed("ptrace(PTRACE_PEEKDATA)");
    std::memcpy(&word, bytes.data() + at, size);
    if (::ptrace(PTRACE_POKEDATA, pid_, address + at, word) != 0) return failed("ptrace(PTRACE_POKEDATA)");
  }
  return {};
}

TraceResult<void> Tracee::step_past(std::uint64_t instruction) {
  for (;;) {
    if (::ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr) != 0) return failed("ptrace(PTRACE_SINGLESTEP)");
    const auto stopped_by = await_stop(pid_);
    if (!stopped_by) {
      pid_ = 0;
      return stopped_by.error();
    }
    if (*stopped_by != SIGTRAP) held_signals_.push_back(*stopped_by);
    const auto registers = registers_of(pid_);
    if (!registers) return failed("ptrace(PTRACE_GETREGS)");
    if (registers->rip != instruction) return {};
  }
}

TraceResult<std::int64_t> Tracee::system_call(std::uint64_t instruction, std::int64_t number,
                                              const std::vector<std::uint64_t>& arguments) {
  const auto before = registers_of(pid_);
  if (!before) return failed("ptrace(PTRACE_GETREGS)");
  user_regs_struct call = *before;
  call.rip = instruction;
  call.rax = static_cast<std::uint64_t>(number);
  call.orig_rax = ~0ULL;  // no system call is to be restarted
  unsigned long long* const places[] = {&call.rdi, &call.rsi, &call.rdx, &call.r10, &call.r8, &call.r9};
  for (std::size_t i = 0; i < arguments.size() && i < std::size(places); ++i) *places[i] = arguments[i];
  if (::ptrace(PTRACE_SETREGS, pid_, nullptr, &call) != 0) return failed("ptrace(PTRACE_SETREGS)");
  if (const auto stepped = step_past(instruction); !stepped) return stepped.error();
  const auto after = registers_of(pid_);
  if (::ptrace(PTRACE_SETREGS, pid_, nullptr, &*before) != 0 || !after)
    return failed("ptrace(PTRACE_SETREGS)");
  return static_cast<std::int64_t>(after->rax);
}

TraceResult<std::uint64_t> Tracee::scratch() const {
  constexpr std::uint64_t kRedZone = 128, kRoom = 256;
  const auto registers = registers_of(pid_);
  if (!registers) return failed("ptrace(PTRACE_GETREGS)");
  return (registers->rsp - kRedZone - kRoom) / 16 * 16;
}

}  // namespace fracas::nemesis
