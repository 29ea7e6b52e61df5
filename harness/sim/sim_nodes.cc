#include "harness/sim/sim_nodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>
#include <variant>

#include "harness/sim/message_size.h"
#include "store/machine.h"

namespace fracas::harness {

using nemesis::Nanoseconds;
using nemesis::NodeState;
using Of = Chance::Of;

namespace {

// From exec to the first answer.
constexpr Nanoseconds kLeastStart = 20'000'000;
constexpr Nanoseconds kStartSpread = 60'000'000;
/// The monotonic clock of a machine that was not started a moment ago.
constexpr Nanoseconds kUptime = 3'600'000'000'000;

/// Between two tries whether a disk takes writes again, as in store/server.
constexpr Nanoseconds kBetweenTries = 500'000'000;

constexpr std::string_view kDiskFailed = "exit code 74";  // of fracas-store
constexpr std::string_view kCannotStart = "exit code 255";

}  // namespace

struct SimNodes::Around {
  Timeline& timeline;
  Chance chance;
  SimNetwork& network;
  SimDisks& disks;
  store::Config config;
  Hooks hooks;
};

/// A process: the machine, and the driver that carries out its effects. What happens to it goes through
/// post(), which forgets what comes too late and keeps what comes while it is paused.
class SimNodes::Process final : public store::Outlets {
 public:
  Process(SimNodes& nodes, std::size_t self) : nodes_(nodes), around_(*nodes.around_), self_(self) {}

  boost::system::result<void, std::string> open(store::NodeOptions options, const store::Records& records) {
    auto machine = store::Machine::open(*this, std::move(options), records);
    if (!machine) return machine.error();
    machine_ = *std::move(machine);
    return {};
  }
  void start() { machine_->start(now()); }
  void feed(const store::Event& event) {
    if (!broken_) machine_->feed(now(), event);
  }

  void receive(store::NodeIndex from, store::Message message) {
    if (around_.hooks.delays != nullptr)
      around_.hooks.delays->arrived(around_.timeline.now(), from, static_cast<store::NodeIndex>(self_),
                                    message);
    feed(store::FromPeer{from, std::move(message)});
  }

  const store::Machine& machine() const { return *machine_; }
  void synced(std::uint64_t life) { machine_->synced(life); }
  void sync_now(std::uint64_t life) {
    if (!broken_) machine_->sync_now(life);
  }

 private:
  store::Instant now() const {
    return {.steady_ns = kUptime + around_.timeline.now(), .wall_us = around_.hooks.wall_us(self_)};
  }

  void send(store::SendToPeer out) override;
  void reply(store::ReplyToClient answer) override {
    if (!broken_) around_.hooks.reply(self_, std::move(answer));
  }
  void set_timer(const store::SetTimer& timer) override;
  void write(const store::Batch&) override;
  void begin_sync(store::Batch) override;
  void sync_later() override;
  bool put(const store::Batch&);
  void end_sync(std::uint64_t life, std::uint64_t writes);
  /// False: nothing may go on as if the disk had done it.
  bool passes_over(store::DiskFailure, std::string why);
  void reopen(bool read_only);
  void try_later();
  void break_down(std::string why);

  SimNodes& nodes_;
  Around& around_;
  std::size_t self_;
  std::unique_ptr<store::Machine> machine_;
  bool broken_ = false;  ///< nothing is known of its disk any more: nothing may go out
};

struct SimNodes::Slot {
  NodeState state = NodeState::stopped;
  std::uint64_t incarnation = 0;
  std::unique_ptr<Process> process;
  std::deque<std::function<void(Process&)>> while_paused;
  std::uint64_t in_flight = 0;
  std::optional<Nanoseconds> ready_since;
  std::uint64_t opened = 0;  ///< state machines, so far

  /// Does something to the process of that incarnation, now or when it is resumed.
  template <typename Act>
  void post(std::uint64_t meant_for, Act&& act) {
    if (incarnation != meant_for || !process) return;
    if (state == NodeState::paused) {
      while_paused.emplace_back(std::forward<Act>(act));
    } else {
      act(*process);
    }
  }
};

/// A message that has come to the process that it was meant for.
struct SimNodes::Arrival {
  Slot& to;
  std::uint64_t meant_for;
  store::NodeIndex from;
  store::Message message;

  void operator()() {
    to.post(meant_for, [who = from, what = std::move(message)](Process& it) mutable {
      it.receive(who, std::move(what));
    });
  }
};

void SimNodes::Process::send(store::SendToPeer out) {
  if (broken_) return;
  Slot& to = *nodes_.slots_[out.to];
  Slot& own = *nodes_.slots_[self_];
  const std::uint64_t incarnation = own.incarnation;
  if (!to.process) {
    // Nobody listens there: unless the way there or back is silent, the kernel says so.
    const auto size = [&out] { return message_size(out.message); };
    // This process may be gone by then.
    around_.network.send(self_, out.to, false, size,
                         [&around = around_, self = self_, &own, incarnation, out] {
                           around.network.send(
                               out.to, self, false, [] { return kSmallestMessage; },
                               [&own, incarnation, out] {
                                 own.post(incarnation, [out](Process& it) {
                                   it.feed(store::SendFailed{out.to, out.message});
                                 });
                               });
                         });
    return;
  }
  if (around_.hooks.delays != nullptr)
    around_.hooks.delays->sent(around_.timeline.now(), out.to, out.message);
  Arrival arrival{to, to.incarnation, static_cast<store::NodeIndex>(self_), std::move(out.message)};
  const auto size = [&arrival] { return message_size(arrival.message); };
  around_.network.send(self_, out.to, true, size, std::move(arrival));
}

void SimNodes::Process::set_timer(const store::SetTimer& timer) {
  Slot& own = *nodes_.slots_[self_];
  around_.timeline.after(timer.delay_ns, [&own, incarnation = own.incarnation, id = timer.timer] {
    own.post(incarnation, [id](Process& it) { it.feed(store::TimerFired{id}); });
  });
}

bool SimNodes::Process::put(const store::Batch& batch) {
  if (std::string error = around_.disks.write_error(self_); !error.empty())
    return passes_over(store::DiskFailure::write, std::move(error));
  around_.disks.of(self_).write(batch, around_.timeline.now());
  return true;
}

void SimNodes::Process::write(const store::Batch& batch) { put(batch); }

void SimNodes::Process::begin_sync(store::Batch batch) {
  if (!batch.empty() && !put(batch)) return;
  const Nanoseconds takes = around_.disks.write_time(self_) + around_.disks.sync_time(self_);
  Slot& own = *nodes_.slots_[self_];
  const std::uint64_t writes = around_.disks.of(self_).written();
  if (around_.hooks.delays != nullptr) around_.hooks.delays->synced(takes);
  around_.timeline.after(takes, [this, &own, incarnation = own.incarnation, life = machine_->life(), writes] {
    if (own.incarnation == incarnation && own.process) end_sync(life, writes);
  });
}

void SimNodes::Process::sync_later() {
  Slot& own = *nodes_.slots_[self_];
  around_.timeline.after(around_.config.fsync_period_ns,
                         [&own, incarnation = own.incarnation, life = machine_->life()] {
                           own.post(incarnation, [life](Process& it) { it.sync_now(life); });
                         });
}

/// The disk works on while the process is paused; it hears of it later. What a failed sync was to write is
/// gone: a kernel takes the pages for clean.
void SimNodes::Process::end_sync(std::uint64_t life, std::uint64_t writes) {
  if (std::string error = around_.disks.sync_error(self_); !error.empty()) {
    around_.disks.of(self_).lose_unsynced(0);
    if (!passes_over(store::DiskFailure::sync, std::move(error))) return;
  }
  around_.disks.of(self_).sync(writes);
  Slot& own = *nodes_.slots_[self_];
  own.post(own.incarnation, [life](Process& it) { it.synced(life); });
}

bool SimNodes::Process::passes_over(store::DiskFailure failure, std::string why) {
  switch (machine_->disk_failed(failure, why)) {
    case store::Machine::Verdict::go_on:
      return true;
    case store::Machine::Verdict::reopen: {
      // Not now: the node is in the middle of a step.
      Slot& own = *nodes_.slots_[self_];
      around_.timeline.after(0, [&own, incarnation = own.incarnation] {
        own.post(incarnation, [](Process& it) { it.reopen(/*read_only=*/true); });
      });
      return false;
    }
    case store::Machine::Verdict::end:
      break_down(std::move(why));
  }
  return false;
}

void SimNodes::Process::reopen(bool read_only) {
  if (broken_) return;
  const auto done =
      machine_->reopen(now(), nodes_.fresh_actor(self_), around_.disks.of(self_).load(), read_only);
  assert(done && "what a node has written it can read");
  if (read_only) try_later();
}

void SimNodes::Process::try_later() {
  Slot& own = *nodes_.slots_[self_];
  around_.timeline.after(kBetweenTries, [&own, incarnation = own.incarnation] {
    own.post(incarnation, [](Process& it) {
      if (it.around_.disks.write_error(it.self_).empty()) {
        it.reopen(/*read_only=*/false);
      } else {
        it.try_later();
      }
    });
  });
}

/// Dead from here on, as a process that leaves at once; gone a moment later: the node is in the middle of a
/// step.
void SimNodes::Process::break_down(std::string why) {
  broken_ = true;
  Slot& own = *nodes_.slots_[self_];
  around_.timeline.after(
      0, [&nodes = nodes_, self = self_, &own, incarnation = own.incarnation, why = std::move(why)] {
        if (own.incarnation == incarnation && own.process)
          nodes.die(self, std::string(kDiskFailed), why + "; a failed sync is never tried again");
      });
}

SimNodes::SimNodes(Timeline& timeline, const Chance& chance, SimNetwork& network, SimDisks& disks,
                   const store::Config& config, std::vector<std::string> names, Hooks hooks)
    : names_(std::move(names)),
      around_(std::make_unique<Around>(Around{timeline, chance, network, disks, config, std::move(hooks)})) {
  for (std::size_t i = 0; i < names_.size(); ++i) slots_.push_back(std::make_unique<Slot>());
}

SimNodes::~SimNodes() = default;

std::size_t SimNodes::index(const std::string& node) const {
  const auto found = std::find(names_.begin(), names_.end(), node);
  assert(found != names_.end());
  return static_cast<std::size_t>(found - names_.begin());
}

NodeState SimNodes::state(std::size_t node) const { return slots_[node]->state; }
NodeState SimNodes::state(const std::string& node) const { return state(index(node)); }

void SimNodes::end_process(std::size_t node) {
  Slot& slot = *slots_[node];
  ++slot.incarnation;
  if (slot.process) marks_of_ended_ |= slot.process->machine().marks();
  slot.process.reset();
  slot.while_paused.clear();
  slot.state = NodeState::stopped;
  slot.ready_since.reset();
  around_->hooks.gone(node);
}

bool SimNodes::kill(const std::string& name) {
  const std::size_t node = index(name);
  if (slots_[node]->state == NodeState::stopped) return false;
  end_process(node);
  return true;
}

bool SimNodes::start(const std::string& name) {
  const std::size_t node = index(name);
  if (slots_[node]->state != NodeState::stopped) return false;
  begin_start(node);
  return true;
}

void SimNodes::begin_start(std::size_t node) {
  Slot& slot = *slots_[node];
  slot.state = NodeState::starting;
  const std::uint64_t incarnation = ++slot.incarnation;
  const Nanoseconds takes =
      kLeastStart + around_->chance.below(kStartSpread, Of::start, node, around_->timeline.now());
  around_->timeline.after(takes, [this, node, incarnation] {
    if (slots_[node]->incarnation == incarnation) end_start(node);
  });
}

void SimNodes::end_start(std::size_t node) {
  Slot& slot = *slots_[node];
  store::NodeOptions options;
  if (around_->config.bugs.has(store::Bug::corruption_as_missing)) around_->disks.of(node).drop_damaged();
  options.disk_was_damaged = around_->disks.of(node).set_aside_if_damaged();
  options.config = around_->config;
  options.self = static_cast<store::NodeIndex>(node);
  options.names = names_;
  options.actor = fresh_actor(node);
  options.seed = around_->chance.bits(Of::actor, node, around_->timeline.now(), options.actor.size());
  auto process = std::make_unique<Process>(*this, node);
  const auto done = process->open(std::move(options), around_->disks.of(node).load());
  if (!done) return die(node, std::string(kCannotStart), done.error());
  slot.process = std::move(process);
  slot.state = NodeState::ready;
  slot.ready_since = around_->timeline.now();
  slot.process->start();
}

/// A node may be opened twice in one moment.
std::array<std::uint8_t, 16> SimNodes::fresh_actor(std::size_t node) {
  std::array<std::uint8_t, 16> actor{};
  const std::uint64_t nth = slots_[node]->opened++ << 8;
  for (std::size_t i = 0; i < actor.size(); ++i)
    actor[i] =
        static_cast<std::uint8_t>(around_->chance.bits(Of::actor, node, around_->timeline.now(), nth + i));
  return actor;
}

void SimNodes::die(std::size_t node, std::string status, std::string last_lines) {
  end_process(node);
  around_->hooks.exited({names_[node], std::move(status), std::move(last_lines)});
}

bool SimNodes::pause(const std::string& name) {
  Slot& slot = *slots_[index(name)];
  if (slot.state != NodeState::ready) return false;
  slot.state = NodeState::paused;
  return true;
}

bool SimNodes::resume(const std::string& name) {
  Slot& slot = *slots_[index(name)];
  if (slot.state != NodeState::paused) return false;
  slot.state = NodeState::ready;
  // Acts may pause nothing and end nothing: whatever ends a process goes through the timeline.
  while (!slot.while_paused.empty()) {
    const auto act = std::move(slot.while_paused.front());
    slot.while_paused.pop_front();
    act(*slot.process);
  }
  return true;
}

std::uint64_t SimNodes::operations_in_flight(const std::string& node) const {
  return slots_[index(node)]->in_flight;
}

std::optional<Nanoseconds> SimNodes::ready_since(const std::string& node) const {
  return slots_[index(node)]->ready_since;
}

bool SimNodes::all_ready() const {
  return std::all_of(slots_.begin(), slots_.end(),
                     [](const auto& slot) { return slot->state == NodeState::ready; });
}

void SimNodes::operation_began(std::size_t node) { ++slots_[node]->in_flight; }
void SimNodes::operation_ended(std::size_t node) { --slots_[node]->in_flight; }
std::uint64_t SimNodes::incarnation(std::size_t node) const { return slots_[node]->incarnation; }

void SimNodes::request(std::size_t node, store::ClientRequest request) {
  Slot& slot = *slots_[node];
  slot.post(slot.incarnation,
            [request = std::move(request)](Process& it) mutable { it.feed(std::move(request)); });
}

void SimNodes::change_ring(std::size_t node, store::ChangeRing change) {
  Slot& slot = *slots_[node];
  slot.post(slot.incarnation, [change = std::move(change)](Process& it) { it.feed(change); });
}

const store::Node* SimNodes::machine(std::size_t node) const {
  const Slot& slot = *slots_[node];
  return slot.process ? &slot.process->machine().node() : nullptr;
}

store::MarkSet SimNodes::marks() const {
  store::MarkSet all = marks_of_ended_;
  for (const auto& slot : slots_)
    if (slot->process) all |= slot->process->machine().marks();
  return all;
}

void SimNodes::stop_all() {
  for (std::size_t node = 0; node < slots_.size(); ++node) {
    if (slots_[node]->state != NodeState::stopped) end_process(node);
  }
}

}  // namespace fracas::harness
