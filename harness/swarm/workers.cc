#include "harness/swarm/workers.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

#include "harness/impatience.h"

namespace fracas::harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPoll_ms = 200;

/// One process: numbers go in and answers come out as single messages over one pair of sockets.
struct Worker {
  pid_t pid = -1;
  int socket = -1;
  std::FILE* output = nullptr;  ///< what it prints, since its present job began
  std::optional<std::uint64_t> job;
  Clock::time_point began;
};

/// The end of the program if one of the few things that cannot be done without is not there.
template <typename Value>
Value needed(Value value, const char* what) {
  if (value == Value(-1)) throw std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
  return value;
}

[[noreturn]] void serve(const Worker& worker, const std::function<std::string(std::uint64_t)>& job) {
  std::uint64_t number = 0;
  while (recv(worker.socket, &number, sizeof number, 0) == sizeof number) {
    std::string answer = job(number);
    assert(!answer.empty());  // an empty message would look like the end
    answer.resize(std::min(answer.size(), kLongestAnswer));
    if (send(worker.socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
    std::fflush(stdout);
    if (ftruncate(fileno(worker.output), 0) == 0) lseek(fileno(worker.output), 0, SEEK_SET);
  }
  _exit(0);
}

std::string last_line_of(std::FILE* output) {
  constexpr long kMost = 2000;
  std::string text(kMost, '\0');
  const long size = std::fseek(output, 0, SEEK_END) == 0 ? std::ftell(output) : 0;
  std::fseek(output, std::max(0L, size - kMost), SEEK_SET);
  text.resize(std::fread(text.data(), 1, text.size(), output));
  text.erase(text.find_last_not_of("\r\n ") + 1);
  return text.substr(text.rfind('\n') + 1);
}

std::string description_of(int status) {
  if (WIFSIGNALED(status))
    return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

class Pool {
 public:
  Pool(const WorkerOptions& options, const std::function<std::string(std::uint64_t)>& job,
       std::uint64_t first, std::uint64_t last, const std::function<Next(const JobEnd&)>& ended)
      : options_(options), job_(job), ended_(ended), next_(first), last_(last) {}
  ~Pool() {
    while (!workers_.empty()) bury(workers_.begin());
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  bool run(const std::function<void()>& idle) {
    while (hire(), busy()) {
      wait();
      for (std::size_t i = 0; i < workers_.size();)
        i += hear(workers_.begin() + static_cast<long>(i)) ? 1 : 0;
      end_the_late();
      idle();
    }
    return impatience_.count() > 0;
  }

 private:
  using Place = std::vector<Worker>::iterator;

  bool more() const { return !stopping_ && impatience_.count() == 0 && next_ <= last_; }
  bool busy() const {
    return std::any_of(workers_.begin(), workers_.end(), [](const Worker& w) { return w.job.has_value(); });
  }

  /// Gives every idle worker a job, and has as many workers as there are jobs for.
  void hire() {
    for (Worker& worker : workers_)
      if (!worker.job && more()) give(worker);
    while (more() && workers_.size() < static_cast<std::size_t>(options_.workers)) {
      workers_.push_back(start());
      give(workers_.back());
    }
  }

  void give(Worker& worker) {
    worker.job = next_++;
    worker.began = Clock::now();
    // A worker that died meanwhile is noticed when its socket is read.
    [[maybe_unused]] const auto sent = send(worker.socket, &*worker.job, sizeof *worker.job, MSG_NOSIGNAL);
  }

  Worker start() {
    Worker worker;
    int ends[2] = {-1, -1};
    needed(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "no sockets for a worker");
    worker.output = std::tmpfile();
    const pid_t parent = getpid();
    worker.pid = worker.output == nullptr ? -1 : fork();
    if (worker.pid == 0) {
      close(ends[0]);
      worker.socket = ends[1];
      become_worker(worker, parent);
      serve(worker, job_);
    }
    close(ends[1]);
    needed(worker.pid, "no process for a worker");
    worker.socket = ends[0];
    return worker;
  }

  void become_worker(const Worker& worker, pid_t parent) const {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    const rlimit none = {0, 0};  // of a thousand aborts nobody wants a thousand core files
    setrlimit(RLIMIT_CORE, &none);
    dup2(fileno(worker.output), STDOUT_FILENO);
    dup2(fileno(worker.output), STDERR_FILENO);
    for (const Worker& other : workers_) close(other.socket);
  }

  void wait() const {
    std::vector<pollfd> sockets;
    for (const Worker& worker : workers_) sockets.push_back({worker.socket, POLLIN, 0});
    poll(sockets.data(), sockets.size(), kPoll_ms);
  }

  /// False if the worker is no more.
  bool hear(Place worker) {
    std::string answer(kLongestAnswer, '\0');
    const ssize_t size = recv(worker->socket, answer.data(), answer.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    JobEnd end;
    end.number = worker->job.value_or(0);
    if (size > 0) {
      answer.resize(static_cast<std::size_t>(size));
      end.answer = std::move(answer);
      worker->job.reset();
      tell(end);
      return true;
    }
    const bool had_job = worker->job.has_value();
    end.last_words = last_line_of(worker->output);
    end.death = description_of(bury(worker));
    if (had_job) tell(end);
    return false;
  }

  void tell(JobEnd& end) {
    end.stopped = !end.answer && impatience_.count() > 0;
    if (ended_(end) == Next::stop) stopping_ = true;
  }

  /// Kills those that are over their limit, and all once the user has waited long enough.
  void end_the_late() {
    const Clock::time_point now = Clock::now();
    if (impatience_.count() > 0 && !asked_to_end_) {
      asked_to_end_ = now;
      for (const Worker& worker : workers_) kill(worker.pid, SIGTERM);
    }
    const bool impatient =
        impatience_.count() > 1 || (asked_to_end_ && seconds(now - *asked_to_end_) > options_.patience_s);
    for (std::size_t i = 0; i < workers_.size();) {
      const Place worker = workers_.begin() + static_cast<long>(i);
      const bool late = worker->job && seconds(now - worker->began) > options_.limit_s;
      if (!impatient && !late) {
        ++i;
        continue;
      }
      JobEnd end;
      end.number = worker->job.value_or(0);
      end.death = fmt::format("no end within {:.0f} s", options_.limit_s);
      const bool had_job = worker->job.has_value();
      end.last_words = last_line_of(worker->output);
      bury(worker);
      if (had_job) tell(end);
    }
  }

  static double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

  /// Ends it for good; how it had ended.
  int bury(Place worker) {
    // Closed first: a worker without a job ends by itself, all others by force.
    close(worker->socket);
    if (worker->job) kill(worker->pid, SIGKILL);
    int status = 0;
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR) {
    }
    std::fclose(worker->output);
    workers_.erase(worker);
    return status;
  }

  const WorkerOptions& options_;
  const std::function<std::string(std::uint64_t)>& job_;
  const std::function<Next(const JobEnd&)>& ended_;
  std::uint64_t next_;
  std::uint64_t last_;
  bool stopping_ = false;
  Impatience impatience_;  ///< while workers run
  std::optional<Clock::time_point> asked_to_end_;
  std::vector<Worker> workers_;
};

}  // namespace

int usual_workers() {
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return static_cast<int>(std::clamp(cores, 1L, 64L));
}

bool run_jobs(std::uint64_t first, std::uint64_t last, const WorkerOptions& options,
              const std::function<std::string(std::uint64_t)>& job,
              const std::function<Next(const JobEnd&)>& ended, const std::function<void()>& idle) {
  assert(options.workers >= 1 && first <= last);
  return Pool(options, job, first, last, ended).run(idle);
}

}  // namespace fracas::harness
