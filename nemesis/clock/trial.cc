// VdsoClock::unavailable(): sets back the clock of a date(1) of our own and reads what it prints, because
// nothing less shows that every step is allowed here (containers, security modules and kernels differ in
// all).
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "nemesis/clock/vdso_clock.h"

namespace fracas::nemesis {
namespace {

constexpr int kAnswerLimitMilliseconds = 5000;
constexpr std::int64_t kSetBackSeconds = 20LL * 365 * 86400;
constexpr std::int64_t kToleranceSeconds = 3600;

/// date(1) at its exec stop, its output in `output`. -1: no fork.
pid_t start_date(int output) {
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child != 0) return child;
  char name[] = "date", format[] = "+%s";
  char* arguments[] = {name, format, nullptr};
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent && ::dup2(output, STDOUT_FILENO) >= 0) {
    VdsoClock::prepare_child();
    ::execv("/bin/date", arguments);
    ::execv("/usr/bin/date", arguments);
  }
  ::_exit(EXIT_FAILURE);
}

std::string first_line(int fd) {
  pollfd poll{.fd = fd, .events = POLLIN, .revents = 0};
  char text[64] = {};
  if (::poll(&poll, 1, kAnswerLimitMilliseconds) != 1) return {};
  const auto size = ::read(fd, text, sizeof text - 1);
  return std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0);
}

std::string judge(const std::string& printed) {
  if (printed.empty()) return "date(1), whose clock was set back to try it, printed nothing within 5 s";
  const std::int64_t expected = static_cast<std::int64_t>(::time(nullptr)) - kSetBackSeconds;
  if (std::llabs(std::atoll(printed.c_str()) - expected) <= kToleranceSeconds) return {};
  return "date(1) still shows the real time though its vDSO was patched: it makes raw system calls";
}

}  // namespace

std::string VdsoClock::unavailable() {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return std::string("pipe: ") + std::strerror(errno);
  const pid_t child = start_date(pipe[1]);
  ::close(pipe[1]);
  std::string why;
  if (child < 0) {
    why = std::string("fork: ") + std::strerror(errno);
  } else {
    const auto clock = install(child, {.offset = -kSetBackSeconds * 1'000'000'000, .rate = 1.0});
    why = clock ? judge(first_line(pipe[0])) : clock.error();
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  ::close(pipe[0]);
  return why;
}

}  // namespace fracas::nemesis
