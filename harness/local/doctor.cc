#include "harness/local/doctor.h"

#include <sys/resource.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <string_view>
#include <thread>

#include "harness/local/process.h"
#include "harness/world_kind.h"
#include "nemesis/clock/vdso_clock.h"
#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// A child that does nothing for long enough.
Result<std::unique_ptr<Process>> idle_child(asio::io_context& io) {
  return Process::spawn(io, {.program = "/bin/sleep", .arguments = {"60"}, .output = {}}, [](ExitStatus) {});
}

bool reaches(const Process& child, bool stopped) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while ((child.kernel_state() == 'T') != stopped) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// Each trial returns why its fault cannot be injected; empty: it worked.

std::string try_kill() {
  asio::io_context io;
  const auto child = idle_child(io);
  if (!child) return child.error().message;
  return (*child)->kill_and_wait() ? "" : "a child of ours was not gone 5 s after kill -9";
}

std::string try_pause() {
  asio::io_context io;
  const auto child = idle_child(io);
  if (!child) return child.error().message;
  Process& process = **child;
  if (!process.signal(SIGSTOP) || !reaches(process, true)) return "a child of ours did not stop on SIGSTOP";
  if (!process.signal(SIGCONT) || !reaches(process, false)) return "a child of ours did not go on on SIGCONT";
  return "";
}

/// What a proxy does: listens on loopback, connects to itself, moves a byte.
std::string try_loopback() {
  try {
    asio::io_context io;
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    tcp::socket client(io);
    client.connect(acceptor.local_endpoint());
    tcp::socket server = acceptor.accept();
    const std::array<char, 1> sent{'x'};
    std::array<char, 1> received{};
    asio::write(client, asio::buffer(sent));
    asio::read(server, asio::buffer(received));
    return received == sent ? "" : "a byte that was sent over loopback came back changed";
  } catch (const boost::system::system_error& e) {
    return std::string("TCP on 127.0.0.1: ") + e.what();
  }
}

struct Trial {
  std::string_view fault;  ///< a kind, or a class and all its kinds
  std::string (*why_not)();
  std::string_view remedy;
};
constexpr Trial kTrials[] = {
    {"process.kill", try_kill, "let fracas start and signal its own children (a seccomp filter forbids it)"},
    {"process.pause", try_pause,
     "let fracas start and signal its own children (a seccomp filter forbids it)"},
    {"network", try_loopback, "bring up the loopback interface: ip link set lo up"},
    {"ring", try_loopback, "bring up the loopback interface: ip link set lo up"},
    {"clock", nemesis::VdsoClock::unavailable,
     "run on x86-64 Linux where a program may trace its children (docker run --cap-add=SYS_PTRACE)"},
};

const Trial* trial_for(std::string_view kind) {
  for (const Trial& trial : kTrials)
    if (trial.fault == kind || trial.fault == nemesis::class_of(kind)) return &trial;
  return nullptr;
}

EnvironmentFact cores() {
  const unsigned count = std::thread::hardware_concurrency();
  return {"cores", std::to_string(count),
          count >= 2 ? "" : "nodes and clients share one core: expect time-outs; lower workload.rate"};
}

EnvironmentFact open_files() {
  constexpr rlim_t kEnough = 1024;  // five nodes with a proxy per directed pair, and 100 clients
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  // A run raises its limit to the hard one.
  return {"open files", std::to_string(limit.rlim_max),
          limit.rlim_max >= kEnough ? "" : "many nodes or clients may run out of them: raise the hard limit"};
}

EnvironmentFact free_disk() {
  constexpr std::uintmax_t kEnough = 1ULL << 30, kMebibyte = 1ULL << 20;
  std::error_code failure;
  const auto folder = std::filesystem::temp_directory_path(failure);
  const auto space = std::filesystem::space(folder, failure);
  const std::string name = "free disk in " + folder.string();
  if (failure) return {name, "unknown", failure.message()};
  return {name, std::to_string(space.available / kMebibyte) + " MiB",
          space.available >= kEnough ? "" : "a long run may fill it; --out DIR puts runs elsewhere"};
}

}  // namespace

std::vector<Capability> capabilities() {
  using Outcome = Capability::Outcome;
  std::map<const Trial*, std::string> tried;
  std::vector<Capability> found;
  for (const nemesis::Kind& kind : nemesis::kinds()) {
    std::string name(kind.name);
    if (const std::string why = why_not(WorldKind::local, kind.needs); !why.empty()) {
      found.push_back({std::move(name), Outcome::foreign, why});
      continue;
    }
    const Trial* trial = trial_for(kind.name);
    if (!trial) {
      found.push_back({std::move(name), Outcome::fails, "not tried: doctor knows no trial for it"});
      continue;
    }
    if (!tried.contains(trial)) tried[trial] = trial->why_not();
    const std::string& why = tried[trial];
    if (why.empty())
      found.push_back({std::move(name), Outcome::works, ""});
    else
      found.push_back({std::move(name), Outcome::fails, why + "; " + std::string(trial->remedy)});
  }
  return found;
}

std::vector<EnvironmentFact> environment() { return {cores(), open_files(), free_disk()}; }

}  // namespace fracas::harness
