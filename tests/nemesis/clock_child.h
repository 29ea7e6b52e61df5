// A program whose clock the tests distort, with a pipe to its stdin and one from its stdout.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "nemesis/clock/vdso_clock.h"

namespace fracas::nemesis {

class ClockChild {
 public:
  explicit ClockChild(std::vector<std::string> command, bool traced = true) {
    int to[2], from[2];
    if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) std::abort();
    std::vector<char*> arguments;
    for (auto& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(127);
      ::dup2(to[0], STDIN_FILENO);
      ::dup2(from[1], STDOUT_FILENO);
      if (traced) VdsoClock::prepare_child();
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(to[0]);
    ::close(from[1]);
    in_ = to[1];
    out_ = from[0];
  }
  ~ClockChild() {
    ::close(in_);
    ::close(out_);
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ClockChild(const ClockChild&) = delete;
  ClockChild& operator=(const ClockChild&) = delete;

  pid_t pid() const { return pid_; }
  int output() const { return out_; }
  void tell(const std::string& command) {
    if (::write(in_, command.data(), command.size()) < 0) std::abort();
  }
  /// The next line; empty when there is none within 20 s.
  std::string line() {
    std::string text;
    char next = 0;
    pollfd poll{.fd = out_, .events = POLLIN, .revents = 0};
    while (::poll(&poll, 1, 20'000) == 1 && ::read(out_, &next, 1) == 1 && next != '\n') text += next;
    return text;
  }
  /// Closes its stdin and reaps it.
  int wait_status() {
    ::close(in_);
    in_ = -1;
    int status = 0;
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return status;
  }

 private:
  pid_t pid_ = 0;
  int in_ = -1;
  int out_ = -1;
};

}  // namespace fracas::nemesis
