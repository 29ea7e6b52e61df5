// Spawns with Boost.Process v2 and waits with a pidfd of our own.
//
// Defects of v2 in Boost 1.81 and how they are avoided here:
//  * A failed exec leaves by exit(), which flushes the parent's buffered output a second time: ChildSetup
//  ends
//    the child with _exit. The hook is looked up with five arguments and called with four, so it has both.
//  * A failed exec leaves a zombie: reaped in start().
//  * Descriptors below its error pipe leak into the child: ChildSetup marks all of them close-on-exec.
//  * Its async_wait loses the status when anything else reaps (kill_and_wait must), cannot tell signal 9 from
//    exit code 9, and its destructor kills one process instead of the group and then waits without a limit.
//    So it is detached at once.
#include "harness/local/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/process/v2/process.hpp>
#include <cassert>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

namespace fracas::harness {
namespace {

namespace asio = boost::asio;
namespace process = boost::process::v2;

constexpr int kKillLimitMilliseconds = 5000;
constexpr int kFirstInherited = 3;    // after stdin, stdout, stderr
constexpr unsigned kCloseOnExec = 4;  // CLOSE_RANGE_CLOEXEC of linux/close_range.h

/// A file descriptor that is closed with its owner.
struct File {
  explicit File(int descriptor) : fd(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd >= 0) ::close(fd);
  }
  const int fd;
};

/// What the child does between fork and exec: system calls only.
struct ChildSetup {
  pid_t parent;
  int input;
  int output;
  bool distortable_clock;

  ChildSetup(pid_t harness, int in, int out, bool clock)
      : parent(harness), input(in), output(out), distortable_clock(clock) {}

  template <typename Launcher>
  process::error_code on_exec_setup(Launcher&, const process::filesystem::path&, const char* const*(&)) {
    if (::setpgid(0, 0) != 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return last_error();
    if (::getppid() != parent) ::_exit(EXIT_FAILURE);  // it died before the death signal was armed
    if (::dup2(input, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0 ||
        ::dup2(output, STDERR_FILENO) < 0)
      return last_error();
    if (::syscall(SYS_close_range, kFirstInherited, ~0U, kCloseOnExec) != 0) return last_error();
    default_signals();
    if (distortable_clock) nemesis::VdsoClock::prepare_child();
    return {};
  }
  template <typename Launcher>
  void on_exec_error(Launcher&, const process::filesystem::path&, const char* const*(&),
                     const process::error_code&) {
    ::_exit(EXIT_FAILURE);
  }
  template <typename Launcher>  // only ever looked up, never called
  void on_exec_error(Launcher&, const process::error_code&, const process::filesystem::path&,
                     const char* const*(&), const process::error_code&) {}

 private:
  static process::error_code last_error() { return {errno, boost::system::system_category()}; }
  /// Exec resets caught signals, but ignored and blocked ones would stay so.
  static void default_signals() {
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
  }
};

Error cannot_start(const ProcessOptions& options, const std::string& why) {
  return {Exit::environment, "cannot start " + options.program.string() + ": " + why};
}

/// With SIGCHLD ignored (some launchers leave it so) the kernel would throw exit statuses away.
void keep_exit_statuses() {
  struct sigaction now {};
  if (::sigaction(SIGCHLD, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) ::signal(SIGCHLD, SIG_DFL);
}

/// Fork and exec; the program runs (or waits at its exec stop) when this returns.
Result<pid_t> start(asio::io_context& io, const ProcessOptions& options) {
  const std::string output = options.output.empty() ? "/dev/null" : options.output.string();
  const File in(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (in.fd < 0) return cannot_start(options, std::string("/dev/null: ") + std::strerror(errno));
  const File out(::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (out.fd < 0) return cannot_start(options, "its output file " + output + ": " + std::strerror(errno));

  process::default_process_launcher launcher;
  process::error_code failure;
  try {
    auto child =
        launcher(io.get_executor(), failure, process::filesystem::path(options.program.string()),
                 options.arguments, ChildSetup(::getpid(), in.fd, out.fd, options.distortable_clock));
    child.detach();
  } catch (const std::exception& e) {  // v2 could not open its pidfd
    if (launcher.pid > 0) ::kill(launcher.pid, SIGKILL);
    failure = {EMFILE, boost::system::system_category()};
  }
  if (!failure) return launcher.pid;
  if (launcher.pid > 0) ::waitpid(launcher.pid, nullptr, 0);
  return cannot_start(options, failure.message());
}

bool readable_within(int fd, int milliseconds) {
  pollfd poll{.fd = fd, .events = POLLIN, .revents = 0};
  int ready;
  do {
    ready = ::poll(&poll, 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

std::string to_string(const ExitStatus& status) {
  if (const auto* exited = std::get_if<Exited>(&status)) return "exit code " + std::to_string(exited->code);
  const int number = std::get<Signaled>(status).signal;
  const char* name = ::sigabbrev_np(number);
  return "signal " + std::to_string(number) + (name ? std::string(" (SIG") + name + ")" : "");
}

struct Process::Impl : std::enable_shared_from_this<Process::Impl> {
  Impl(asio::io_context& io, pid_t child, int pidfd, std::function<void(ExitStatus)> callback)
      : pid(child), gone(io, pidfd), on_exit(std::move(callback)) {}

  const pid_t pid;                          ///< also the process group
  asio::posix::stream_descriptor gone;      ///< the pidfd: readable once all threads are dead
  std::function<void(ExitStatus)> on_exit;  ///< empty once called
  std::optional<ExitStatus> status;         ///< set when reaped; from then on `pid` may be someone else
  std::optional<nemesis::VdsoClock> clock;
  std::string clock_unavailable = "not asked for";

  /// The handler runs when the process is dead, or when kill_and_wait cancels because it has reaped already.
  void await_exit() {
    gone.async_wait(asio::posix::stream_descriptor::wait_read,
                    [weak = weak_from_this()](const boost::system::error_code&) {
                      const auto self = weak.lock();
                      if (!self) return;
                      if (!self->reap()) return self->await_exit();
                      if (auto callback = std::exchange(self->on_exit, nullptr)) callback(*self->status);
                    });
  }

  /// What the node forked goes with it: killed while the zombie still keeps the group's number from being
  /// given to others.
  bool reap() {
    if (status) return true;
    siginfo_t peek{};
    if (::waitid(P_PID, static_cast<id_t>(pid), &peek, WEXITED | WNOWAIT | WNOHANG) == 0 && peek.si_pid == 0)
      return false;
    ::kill(-pid, SIGKILL);
    int raw = 0;
    const pid_t reaped = ::waitpid(pid, &raw, 0);
    assert(reaped == pid && "nobody else reaps our children");
    status = WIFSIGNALED(raw) ? ExitStatus(Signaled{WTERMSIG(raw)}) : ExitStatus(Exited{WEXITSTATUS(raw)});
    return true;
  }

  bool kill_group_and_reap() {
    if (status) return true;
    ::kill(-pid, SIGKILL);
    return readable_within(gone.native_handle(), kKillLimitMilliseconds) && reap();
  }
};

Process::Process(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Process::~Process() {
  impl_->on_exit = nullptr;
  impl_->kill_group_and_reap();
}

Result<std::unique_ptr<Process>> Process::spawn(asio::io_context& io, const ProcessOptions& options,
                                                std::function<void(ExitStatus)> on_exit) {
  keep_exit_statuses();
  const auto pid = start(io, options);
  if (!pid) return pid.error();
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, *pid, 0));
  if (pidfd < 0) {
    const std::string why = std::strerror(errno);
    ::kill(-*pid, SIGKILL);
    ::waitpid(*pid, nullptr, 0);
    return cannot_start(options, "pidfd_open: " + why + " (Linux 5.3 or later is needed)");
  }
  auto impl = std::make_shared<Impl>(io, *pid, pidfd, std::move(on_exit));
  if (options.distortable_clock) {
    auto installed = nemesis::VdsoClock::install(*pid, options.skew);
    impl->clock_unavailable = installed ? "" : installed.error();
    if (installed) impl->clock.emplace(std::move(*installed));
  }
  impl->await_exit();
  return std::unique_ptr<Process>(new Process(std::move(impl)));
}

pid_t Process::pid() const { return impl_->pid; }

bool Process::running() const {
  const auto state = kernel_state();
  return state && *state != 'Z' && *state != 'X';
}

bool Process::signal(int number) { return !impl_->status && ::kill(-impl_->pid, number) == 0; }

bool Process::kill_and_wait() {
  if (!impl_->kill_group_and_reap()) return false;
  impl_->gone.cancel();
  return true;
}

std::optional<char> Process::kernel_state() const {
  if (impl_->status) return std::nullopt;
  std::ifstream file("/proc/" + std::to_string(impl_->pid) + "/stat");
  std::string text;
  std::getline(file, text);
  // "PID (NAME) STATE ...", where NAME may hold anything, parentheses too.
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= text.size()) return std::nullopt;
  return text[name_end + 2];
}

nemesis::VdsoClock* Process::clock() { return impl_->clock ? &*impl_->clock : nullptr; }

const std::string& Process::clock_unavailable() const { return impl_->clock_unavailable; }

}  // namespace fracas::harness
