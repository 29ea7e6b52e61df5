#include "harness/local/local_nodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cassert>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>
#include <utility>

namespace fracas::harness {

using nemesis::Nanoseconds;
using nemesis::NodeState;
using std::chrono::milliseconds;

namespace {

constexpr auto kProbeInterval = milliseconds(20);
/// From a signal until the kernel shows the new state of the process.
constexpr auto kStateLimit = milliseconds(200);
constexpr auto kStopInterval = milliseconds(10);
constexpr std::int64_t kPoliteStopMs = 3'000;
constexpr std::streamoff kTailBytes = 2'000;

std::string tail_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - kTailBytes));
  std::string text(std::istreambuf_iterator<char>(file), {});
  return text;
}

template <typename Callback>
void call_after(boost::asio::io_context& loop, milliseconds delay, Callback callback) {
  auto timer = std::make_unique<boost::asio::steady_timer>(loop, delay);
  auto& waiting = *timer;
  waiting.async_wait([timer = std::move(timer),
                      callback = std::move(callback)](const boost::system::error_code& cancelled) mutable {
    if (!cancelled) callback();
  });
}

bool wait_for_state(const Process& process, bool stopped) {
  const auto end = std::chrono::steady_clock::now() + kStateLimit;
  do {
    const auto state = process.kernel_state();
    if (!state) return false;
    if ((*state == 'T') == stopped) return true;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

}  // namespace

struct LocalNodes::Slot {
  LocalNode node;
  std::unique_ptr<Process> process;
  std::uint64_t starts = 0;  ///< tells the probes of one start from those of another
  bool paused = false;
  bool stopping = false;  ///< its end is what we asked for
  std::optional<Nanoseconds> ready_since;
  std::uint64_t in_flight = 0;
  std::string clock_unavailable;
};

LocalNodes::LocalNodes(boost::asio::io_context& loop, std::filesystem::path program, bool distortable_clocks,
                       std::vector<LocalNode> nodes, Hooks hooks)
    : loop_(loop),
      program_(std::move(program)),
      distortable_clocks_(distortable_clocks),
      hooks_(std::move(hooks)) {
  for (LocalNode& node : nodes) {
    names_.push_back(node.name);
    slots_.push_back(std::make_unique<Slot>());
    slots_.back()->node = std::move(node);
  }
}

LocalNodes::~LocalNodes() = default;

const LocalNodes::Slot& LocalNodes::slot(const std::string& node) const {
  const auto found = std::find(names_.begin(), names_.end(), node);
  assert(found != names_.end());
  return *slots_[static_cast<std::size_t>(found - names_.begin())];
}

LocalNodes::Slot& LocalNodes::slot(const std::string& node) {
  return const_cast<Slot&>(std::as_const(*this).slot(node));
}

NodeState LocalNodes::state(const std::string& node) const {
  const Slot& it = slot(node);
  if (!it.process) return NodeState::stopped;
  if (it.paused) return NodeState::paused;
  return it.ready_since ? NodeState::ready : NodeState::starting;
}

bool LocalNodes::start(const std::string& node) {
  Slot& it = slot(node);
  if (it.process) return false;
  spawn(it);
  return true;
}

void LocalNodes::spawn(Slot& it) {
  ++it.starts;
  it.paused = it.stopping = false;
  it.ready_since.reset();
  ProcessOptions options;
  options.program = program_;
  options.arguments = it.node.arguments;
  options.output = it.node.output;
  options.distortable_clock = distortable_clocks_;
  options.skew = hooks_.skew(it.node.name);
  auto process = Process::spawn(loop_, options, [this, &it](ExitStatus status) { exited(it, status); });
  if (!process) {
    const std::string why = process.error().message;
    boost::asio::post(loop_, [this, &it, why] { report(it, why); });
    return;
  }
  it.process = std::move(*process);
  it.clock_unavailable = it.process->clock_unavailable();
  probe_until_ready(it);
}

void LocalNodes::probe_until_ready(Slot& it) {
  hooks_.probe(it.node.name, [this, &it, mine = it.starts](bool answered) {
    if (mine != it.starts || !it.process) return;
    if (answered) {
      it.ready_since = hooks_.now();
      return;
    }
    call_after(loop_, kProbeInterval, [this, &it, mine] {
      if (mine == it.starts && it.process) probe_until_ready(it);
    });
  });
}

void LocalNodes::exited(Slot& it, ExitStatus status) {
  const bool wanted = it.stopping;
  it.process.reset();
  it.paused = false;
  it.ready_since.reset();
  if (!wanted) report(it, to_string(status));
}

void LocalNodes::report(Slot& it, std::string status) {
  hooks_.exited({it.node.name, std::move(status), tail_of(it.node.output)});
}

bool LocalNodes::kill(const std::string& node) {
  Slot& it = slot(node);
  if (!it.process) return false;
  it.stopping = true;
  const bool gone = it.process->kill_and_wait();
  it.process.reset();
  it.paused = false;
  it.ready_since.reset();
  return gone;
}

bool LocalNodes::pause(const std::string& node) {
  Slot& it = slot(node);
  if (!it.process || it.paused || !it.process->signal(SIGSTOP)) return false;
  it.paused = wait_for_state(*it.process, true);
  if (!it.paused) it.process->signal(SIGCONT);
  return it.paused;
}

bool LocalNodes::resume(const std::string& node) {
  Slot& it = slot(node);
  if (!it.process || !it.paused) return false;
  it.paused = false;
  return it.process->signal(SIGCONT) && wait_for_state(*it.process, false);
}

std::uint64_t LocalNodes::operations_in_flight(const std::string& node) const { return slot(node).in_flight; }
std::optional<Nanoseconds> LocalNodes::ready_since(const std::string& node) const {
  return slot(node).ready_since;
}

void LocalNodes::operation_began(std::size_t node) { ++slots_[node]->in_flight; }
void LocalNodes::operation_ended(std::size_t node) { --slots_[node]->in_flight; }

void LocalNodes::set_clock(const std::string& node, nemesis::Skew skew) {
  Slot& it = slot(node);
  if (it.process && it.process->clock() != nullptr) it.process->clock()->set(skew);
}

std::string LocalNodes::clock_unavailable(const std::string& node) const {
  if (!distortable_clocks_) return "this run was started without distortable clocks";
  return slot(node).clock_unavailable;
}

bool LocalNodes::all_ready() const {
  return std::all_of(names_.begin(), names_.end(),
                     [this](const std::string& node) { return state(node) == NodeState::ready; });
}

void LocalNodes::stop_all(std::function<void()> done) {
  for (const auto& it : slots_) {
    if (!it->process) continue;
    it->stopping = true;
    it->process->signal(SIGTERM);
    it->process->signal(SIGCONT);  // a stopped process does not see SIGTERM
  }
  after_stop(0, std::move(done));
}

void LocalNodes::after_stop(std::int64_t waited_ms, std::function<void()> done) {
  const bool none_left =
      std::all_of(slots_.begin(), slots_.end(), [](const auto& it) { return it->process == nullptr; });
  if (none_left) return done();
  if (waited_ms >= kPoliteStopMs) {
    for (const std::string& node : names_) kill(node);
  }
  call_after(loop_, kStopInterval, [this, waited_ms, done = std::move(done)]() mutable {
    after_stop(waited_ms + kStopInterval.count(), std::move(done));
  });
}

}  // namespace fracas::harness
