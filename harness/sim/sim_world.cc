#include "harness/sim/sim_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "harness/sim/message_size.h"
#include "harness/targets/fracas_store.h"

namespace fracas::harness {
namespace {

using nemesis::Nanoseconds;
using nemesis::NodeState;

/// 2020-01-01 00:00:00 UTC, in us: when every simulation begins.
constexpr std::int64_t kBegin_us = 1'577'836'800'000'000;
constexpr Nanoseconds kInspection = 200'000;  ///< a question to a node, and its answer
constexpr Nanoseconds kStatusTimeout = 1'000'000'000;
constexpr Nanoseconds kReadyPoll = 10'000'000;
constexpr std::uint64_t kStepsBetweenLooks = 4096;

std::vector<std::string> names_of(int nodes) {
  std::vector<std::string> names;
  for (int i = 1; i <= nodes; ++i) names.push_back(fmt::format("n{}", i));
  return names;
}

TargetResponse response(TargetResponse::Status status, std::string error) {
  TargetResponse result;
  result.status = status;
  result.error = std::move(error);
  return result;
}

std::size_t size_of(const TargetResponse& answer) {
  std::size_t bytes = kSmallestMessage + answer.context.size() + answer.clock.size() + answer.session.size() +
                      answer.state.size();
  for (const std::string& value : answer.values) bytes += value.size();
  return bytes;
}

}  // namespace

SimWorld::SimWorld(const SimWorldOptions& options)
    : options_(options),
      names_(names_of(options.store.nodes)),
      target_(fracas_store::make_target(options.store, names_)),
      chance_(options.seed),
      network_(timeline_, chance_, names_),
      disks_(timeline_, chance_, names_),
      clock_of_(names_.size()),
      clocks_({[this] { return now(); },
               [this](Nanoseconds delay, std::function<void()> then) { after(delay, std::move(then)); },
               [](const std::string&) { return std::string(); },
               [this](const std::string& node, nemesis::Skew skew) { set_clock(node, skew); }}),
      nodes_(timeline_, chance_, network_, disks_, options.store, names_,
             {[this](std::size_t node) { return wall_us_of(node); },
              [this](std::size_t node, store::ReplyToClient reply) {
                if (answer_operator(node, reply)) return;
                const std::uint64_t call = reply.id;
                send_answer(node, call, fracas_store::to_response(std::move(reply)));
              },
              [this](std::size_t node) { connections_broken(node, "the connection was reset"); },
              [this](NodeExit exit) { node_exited(std::move(exit)); }, options.delays}),
      rings_(target_->first_ring(),
             [this](const std::string& via, const nemesis::RingChange& change, RingBook::Done done) {
               ask_for_ring(via, change, std::move(done));
             }) {
  network_.on_reset([this](SimNetwork::Party from, SimNetwork::Party to) {
    if (from == network_.clients()) connections_broken(to, "the connection was reset");
  });
}

std::int64_t SimWorld::wall_us() const { return kBegin_us + now() / 1000; }

std::int64_t SimWorld::wall_us_of(std::size_t node) const {
  const Clock& clock = clock_of_[node];
  const Nanoseconds drift =
      clock.skew.rate == 1.0
          ? 0
          : static_cast<Nanoseconds>(static_cast<double>(now() - clock.since) * (clock.skew.rate - 1.0));
  return kBegin_us + (now() + clock.skew.offset + drift) / 1000;
}

/// Read back at once: a simulated clock does what it is told.
void SimWorld::set_clock(const std::string& node, nemesis::Skew skew) {
  const std::size_t index = nodes_.index(node);
  clock_of_[index] = {skew, now()};
  clocks_.read_back(node, {(wall_us_of(index) - wall_us()) * 1000, 0});
}

void SimWorld::after(std::int64_t delay_ns, std::function<void()> callback) {
  timeline_.after(std::max<std::int64_t>(0, delay_ns), std::move(callback));
}

void SimWorld::start_nodes(std::int64_t deadline_ns, std::function<void(Result<void>)> done) {
  started_ = std::move(done);
  for (const std::string& node : names_) nodes_.start(node);
  wait_until_ready(now() + deadline_ns);
}

void SimWorld::wait_until_ready(std::int64_t deadline) {
  if (!started_) return;
  if (nodes_.all_ready() && all_vote()) return finish_start({});
  if (now() >= deadline) return finish_start(Error{Exit::environment, "the nodes were not ready in time"});
  after(kReadyPoll, [this, deadline] { wait_until_ready(deadline); });
}

/// A new cluster is of use once its nodes know that none of them has lost anything.
bool SimWorld::all_vote() const {
  for (std::size_t node = 0; node < names_.size(); ++node)
    if (!nodes_.machine(node)->voting()) return false;
  return true;
}

void SimWorld::finish_start(Result<void> result) {
  if (started_) std::exchange(started_, nullptr)(std::move(result));
}

void SimWorld::node_exited(NodeExit exit) {
  if (node_exit_) node_exit_(exit);
  finish_start(Error{Exit::environment, fmt::format("{} did not start: {}; its output ends with: {}",
                                                    exit.node, exit.status, exit.last_lines)});
}

void SimWorld::call(int, const std::string& node, const TargetRequest& request,
                    std::function<void(TargetResponse)> done) {
  const std::size_t to = nodes_.index(node);
  const NodeState state = nodes_.state(to);
  if (state != NodeState::ready && state != NodeState::paused) {
    return after(0, [done = std::move(done), node] {
      done(response(TargetResponse::Status::rejected, "not-sent: " + node + " is not up"));
    });
  }
  const std::uint64_t id = next_call_++;
  calls_.emplace(id, Call{to, std::move(done)});
  nodes_.operation_began(to);
  const auto size = [&request] {
    return kSmallestMessage + request.key.size() + request.value.size() + request.context.size() +
           request.session.size() + request.state.size();
  };
  network_.send(network_.clients(), to, false, size,
                [this, id, incarnation = nodes_.incarnation(to), sent = TargetRequest(request)]() mutable {
                  deliver_request(id, incarnation, std::move(sent));
                });
  after(request.timeout_ns, [this, id] {
    answer(id, response(TargetResponse::Status::unknown, "no-answer: nothing came back in time"));
  });
}

void SimWorld::deliver_request(std::uint64_t id, std::uint64_t incarnation, TargetRequest&& request) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;  // its client gave up, and closed the connection
  if (nodes_.incarnation(found->second.node) == incarnation)
    nodes_.request(found->second.node, fracas_store::to_client_request(std::move(request), id));
}

void SimWorld::send_answer(std::size_t node, std::uint64_t id, TargetResponse answered) {
  const auto size = [bytes = size_of(answered)] { return bytes; };
  network_.send(node, network_.clients(), false, size, [this, id, answered = std::move(answered)]() mutable {
    if (!calls_.contains(id)) marks_.reach(Mark::answer_too_late);
    answer(id, std::move(answered));
  });
}

void SimWorld::answer(std::uint64_t id, TargetResponse answered) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  Call call = std::move(found->second);
  calls_.erase(found);
  nodes_.operation_ended(call.node);
  call.done(std::move(answered));
}

/// Who waits for an answer hears of it, unless the way to them is silent.
void SimWorld::connections_broken(std::size_t node, const std::string& how) {
  for (const auto& [id, call] : calls_) {
    if (call.node != node) continue;
    send_answer(
        node, id,
        response(TargetResponse::Status::unknown, fmt::format("no-answer: {}: {}", names_[node], how)));
  }
}

std::vector<std::string> SimWorld::coverage() const {
  std::vector<std::string> names = marks_.names();
  const store::MarkSet reached = nodes_.marks();
  for (const store::MarkInfo& info : store::marks())
    if (reached.has(info.mark)) names.emplace_back(info.name);
  return names;
}

NodeStatus SimWorld::status_of(std::size_t node) const {
  const store::Node& machine = *nodes_.machine(node);
  NodeStatus status;
  status.wall_us = wall_us_of(node);
  status.hints_pending = machine.hints_pending();
  status.changes = machine.changes();
  status.repairs = machine.repairs();
  status.voting = machine.voting();
  status.ring_epoch = machine.ring_epoch();
  for (const auto& [peer, completed] : machine.exchanges_completed())
    status.exchanges.emplace_back(names_[peer], completed);
  return status;
}

void SimWorld::status(const std::string& node, std::function<void(Result<NodeStatus>)> done) {
  const std::size_t index = nodes_.index(node);
  const bool paused = nodes_.state(index) == NodeState::paused;
  after(paused ? kStatusTimeout : kInspection, [this, index, paused, done = std::move(done)] {
    if (paused || nodes_.state(index) != NodeState::ready)
      return done(Error{Exit::environment, names_[index] + " does not answer"});
    learn_ring(index);
    NodeStatus status = status_of(index);
    clocks_.read_back(names_[index], {(status.wall_us - wall_us()) * 1000, 0});
    done(std::move(status));
  });
}

/// Over the same way as status().
void SimWorld::ask_for_ring(const std::string& via, const nemesis::RingChange& change,
                            const RingBook::Done& done) {
  after(kInspection, [this, index = nodes_.index(via), change, done] {
    const NodeState state = nodes_.state(index);
    if (state != NodeState::ready && state != NodeState::paused)
      return done({.answered = true, .agreed = false, .message = names_[index] + " was not up any more"});
    const std::uint64_t id = next_call_++;
    ring_questions_.emplace(id, done);
    nodes_.change_ring(index, fracas_store::to_change_ring(change, id));
  });
}

/// False: it is an answer to a client.
bool SimWorld::answer_operator(std::size_t node, const store::ReplyToClient& reply) {
  const auto found = ring_questions_.find(reply.id);
  if (found == ring_questions_.end()) return false;
  found->second(fracas_store::to_ring_answer(reply));
  ring_questions_.erase(found);
  // Not now: the node is in the middle of a step.
  after(kInspection, [this, node] { learn_ring(node); });
  return true;
}

void SimWorld::learn_ring(std::size_t node) {
  const store::Node* machine = nodes_.machine(node);
  if (machine == nullptr || !rings_.heard(names_[node], machine->ring_epoch(), now())) return;
  auto ring = target_->decode_ring(200, machine->ring());
  assert(ring && "what a node tells of its ring can be read");
  rings_.saw(names_[node], *ring, now());
}

void SimWorld::dump(const std::string& node,
                    std::function<void(Result<std::vector<std::pair<std::string, std::string>>>)> done) {
  const std::size_t index = nodes_.index(node);
  after(kInspection, [this, index, done = std::move(done)] {
    if (nodes_.state(index) != NodeState::ready)
      return done(Error{Exit::environment, names_[index] + " does not answer"});
    const store::Node& machine = *nodes_.machine(index);
    std::vector<std::pair<std::string, std::string>> states;
    for (const std::string& key : machine.keys()) states.emplace_back(key, machine.replica_state(key));
    std::sort(states.begin(), states.end());
    done(std::move(states));
  });
}

void SimWorld::stop_nodes(std::function<void()> done) {
  started_ = nullptr;
  nodes_.stop_all();
  after(0, std::move(done));
}

void SimWorld::heed(const Impatience& impatience) {
  for (; signals_heeded_ < impatience.count(); ++signals_heeded_) {
    if (interrupt_) interrupt_();
  }
}

void SimWorld::run() {
  std::optional<Impatience> impatience;
  if (options_.handle_signals) impatience.emplace();
  running_ = true;
  for (std::uint64_t steps = 1; running_; ++steps) {
    const bool more = timeline_.step();
    assert(more && "a run goes on until stop()");
    if (impatience && steps % kStepsBetweenLooks == 0) heed(*impatience);
  }
}

}  // namespace fracas::harness
