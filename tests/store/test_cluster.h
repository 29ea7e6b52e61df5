// A deterministic cluster in memory: Nodes, a network that delivers in order unless told otherwise, disks
// that keep what was persisted, at once or after a while (`sync_ns`). Every message goes through the wire
// format.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/effect_queue.h"
#include "store/node.h"
#include "store/ring.h"
#include "store/wire.h"

namespace fracas::store {

class TestCluster {
 public:
  struct Envelope {
    NodeIndex from = 0;
    NodeIndex to = 0;
    Message message;
  };
  /// What happens to a message on its way.
  enum class Fate { deliver, drop, hold, refuse };

  explicit TestCluster(Config config, std::uint64_t seed = 1);

  Config config;
  /// Asked for every message when it is sent. Default: deliver.
  std::function<Fate(const Envelope&)> fate;
  std::vector<Envelope> sent;  ///< everything, also what was dropped
  std::vector<Envelope> held;
  std::map<NodeIndex, std::int64_t> wall_skew_us;
  /// How long a disk syncs. What it syncs when its node crashes is on it, or is not.
  std::int64_t sync_ns = 0;

  /// What a node's clocks say.
  Instant now(NodeIndex node) const;
  std::string name(NodeIndex node) const { return "n" + std::to_string(node + 1); }
  bool up(NodeIndex node) const { return nodes_[node] != nullptr; }
  Node& node(NodeIndex index) { return *nodes_[index]; }
  double metric(NodeIndex node, const std::string& metric_name) const {
    return nodes_[node]->metrics(now(node)).at(metric_name);
  }
  std::vector<NodeIndex> homes(const std::string& key) const;
  /// A node that is no home of the key.
  NodeIndex stranger(const std::string& key) const;
  /// How many completed exchanges `node` reports with `peer`.
  int completed(NodeIndex node, NodeIndex peer);

  /// Hands over the request; the answer comes while the network runs.
  RequestId send(NodeIndex node, ClientRequest request);
  const ReplyToClient* reply(RequestId) const;
  RequestId send(NodeIndex node, ChangeRing change);
  /// A request and its answer, with the network and, if need be, time running until it comes.
  template <class Request>
  ReplyToClient call(NodeIndex node, Request request);

  ReplyToClient get(NodeIndex node, const std::string& key, std::optional<int> r = {});
  ReplyToClient put(NodeIndex node, const std::string& key, const std::string& value,
                    const std::string& context = "", std::optional<int> w = {});
  ReplyToClient remove(NodeIndex node, const std::string& key, const std::string& context = "");

  /// Delivers until nothing is under way.
  void run();
  /// Delivers one message, picked by `random` from all that are under way. False: there was none.
  bool deliver_one(std::mt19937_64& random);
  /// Lets time pass, timers fire and messages arrive.
  void pass(std::int64_t ns);
  void release_held();
  /// Time goes by in which nobody does anything.
  void sleep(std::int64_t ns) { now_ns_ += ns; }

  /// The process stands still: nothing reaches it and no timer fires, until it goes on.
  void pause(NodeIndex node) { asleep_.try_emplace(node); }
  void resume(NodeIndex node);

  /// The process is gone, with everything in flight to it; its disk stays.
  void crash(NodeIndex node);
  void restart(NodeIndex node, bool disk_was_damaged = false);
  /// As Machine does when the disk takes no writes, or takes them again: what is under way to it stays.
  void reopen(NodeIndex node, bool read_only);
  void wipe_disk(NodeIndex node) { disks_[node].clear(); }
  std::map<std::string, std::string>& disk(NodeIndex node) { return disks_[node]; }

  /// Reached by any node, crashed ones included.
  MarkSet marks() const;

  std::string state(NodeIndex node, const std::string& key) { return nodes_[node]->replica_state(key); }
  /// All homes of the key have the same state.
  bool agree(const std::string& key);

 private:
  struct Timer {
    NodeIndex node = 0;
    std::optional<std::uint64_t> timer;  ///< nothing: a sync is done
    int incarnation = 0;
  };

  struct Missed {
    std::vector<Envelope> messages;
    std::vector<Timer> timers;
  };

  /// Where the effects of a node go.
  class Process final : public Outlets {
   public:
    Process(TestCluster& cluster, NodeIndex node)
        : cluster_(cluster), node_(node), queue_(*this, cluster.config.fsync, cluster.config.bugs) {}

    void carry_out(std::vector<Effect> effects);
    void synced();
    std::optional<Batch> on_its_way() { return std::exchange(under_way_, {}); }

   private:
    void send(SendToPeer out) override { cluster_.transmit({node_, out.to, std::move(out.message)}); }
    void reply(ReplyToClient answer) override;
    void set_timer(const SetTimer& timer) override { cluster_.fire_in(timer.delay_ns, node_, timer.timer); }
    void write(const Batch& batch) override { cluster_.write(node_, batch); }
    void begin_sync(Batch batch) override;
    void sync_later() override {}  // a process that crashes leaves to the disk what it has written

    TestCluster& cluster_;
    NodeIndex node_;
    EffectQueue queue_;
    std::optional<Batch> under_way_;
  };

  void open(NodeIndex node, bool disk_was_damaged, bool read_only);
  void step(NodeIndex node, const Event& event);
  void write(NodeIndex node, const Batch& batch);
  void fire_in(std::int64_t delay_ns, NodeIndex node, std::optional<std::uint64_t> timer);
  void fire(const Timer& timer);
  void transmit(Envelope envelope);
  void deliver(Envelope envelope);
  bool fire_next_timer(std::int64_t until_ns);

  std::mt19937_64 random_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Process>> processes_;
  std::vector<int> incarnations_;
  std::vector<std::map<std::string, std::string>> disks_;
  std::deque<Envelope> network_;
  std::deque<std::pair<NodeIndex, SendFailed>> failures_;
  std::multimap<std::int64_t, Timer> timers_;
  std::map<NodeIndex, Missed> asleep_;
  std::map<RequestId, ReplyToClient> replies_;
  MarkSet marks_of_the_dead_;
  RequestId next_request_ = 0;
  std::int64_t now_ns_ = 1'000'000'000;
};

// What `fate` can be.
inline TestCluster::Fate deliver_all(const TestCluster::Envelope&) { return TestCluster::Fate::deliver; }

inline auto cut_off(NodeIndex node) {
  return [node](const TestCluster::Envelope& envelope) {
    return envelope.to == node || envelope.from == node ? TestCluster::Fate::drop
                                                        : TestCluster::Fate::deliver;
  };
}

/// A request of each kind, for call() and send().
ClientRequest get_request(const std::string& key);
ClientRequest put_request(const std::string& key, const std::string& value, const std::string& context = "");
ClientRequest remove_request(const std::string& key, const std::string& context = "");

/// A configuration without any background activity, so that a test sees only what it causes.
Config quiet_config();

inline TestCluster::TestCluster(Config given, std::uint64_t seed)
    : config(std::move(given)), fate([](const Envelope&) { return Fate::deliver; }), random_(seed) {
  const auto nodes = static_cast<std::size_t>(config.nodes);
  nodes_.resize(nodes);
  processes_.resize(nodes);
  incarnations_.resize(nodes);
  disks_.resize(nodes);
  for (NodeIndex node = 0; node < nodes; ++node) restart(node);
}

inline std::vector<NodeIndex> TestCluster::homes(const std::string& key) const {
  return Ring(first_members(config)).homes(key, config.n);
}

inline NodeIndex TestCluster::stranger(const std::string& key) const {
  const auto at_home = homes(key);
  NodeIndex node = 0;
  while (std::find(at_home.begin(), at_home.end(), node) != at_home.end()) ++node;
  return node;
}

inline int TestCluster::completed(NodeIndex node, NodeIndex peer) {
  const std::string status = nodes_[node]->status(now(node));
  const std::string label = "\"" + name(peer) + "\":{\"completed\":";
  const auto at = status.find(label);
  return at == std::string::npos ? -1 : std::stoi(status.substr(at + label.size()));
}

inline RequestId TestCluster::send(NodeIndex node, ClientRequest request) {
  request.id = ++next_request_;
  step(node, request);
  return request.id;
}

inline const ReplyToClient* TestCluster::reply(RequestId id) const {
  const auto found = replies_.find(id);
  return found == replies_.end() ? nullptr : &found->second;
}

inline RequestId TestCluster::send(NodeIndex node, ChangeRing change) {
  change.id = ++next_request_;
  step(node, change);
  return change.id;
}

template <class Request>
ReplyToClient TestCluster::call(NodeIndex node, Request request) {
  const RequestId id = send(node, std::move(request));
  run();
  constexpr std::int64_t most_ns = 120'000'000'000;
  for (const std::int64_t end = now_ns_ + most_ns; reply(id) == nullptr && now_ns_ < end;) {
    fire_next_timer(end);
    run();
  }
  if (reply(id) == nullptr) {
    ADD_FAILURE() << "no answer";
    return {};
  }
  return *reply(id);
}

inline ReplyToClient TestCluster::get(NodeIndex node, const std::string& key, std::optional<int> r) {
  ClientRequest request = get_request(key);
  request.r = r;
  return call(node, std::move(request));
}

inline ReplyToClient TestCluster::put(NodeIndex node, const std::string& key, const std::string& value,
                                      const std::string& context, std::optional<int> w) {
  ClientRequest request = put_request(key, value, context);
  request.w = w;
  return call(node, std::move(request));
}

inline ReplyToClient TestCluster::remove(NodeIndex node, const std::string& key, const std::string& context) {
  return call(node, remove_request(key, context));
}

inline void TestCluster::run() {
  while (!network_.empty() || !failures_.empty()) {
    if (!failures_.empty()) {
      const auto [node, failure] = std::move(failures_.front());
      failures_.pop_front();
      if (up(node)) step(node, failure);
      continue;
    }
    Envelope envelope = std::move(network_.front());
    network_.pop_front();
    deliver(std::move(envelope));
  }
}

inline bool TestCluster::deliver_one(std::mt19937_64& random) {
  if (!failures_.empty()) {
    const auto [node, failure] = std::move(failures_.front());
    failures_.pop_front();
    if (up(node)) step(node, failure);
    return true;
  }
  if (network_.empty()) return false;
  const auto pick = network_.begin() + static_cast<std::ptrdiff_t>(random() % network_.size());
  Envelope envelope = std::move(*pick);
  network_.erase(pick);
  deliver(std::move(envelope));
  return true;
}

inline void TestCluster::pass(std::int64_t ns) {
  const std::int64_t end = now_ns_ + ns;
  run();
  while (fire_next_timer(end)) run();
  now_ns_ = end;
}

inline void TestCluster::release_held() {
  for (Envelope& envelope : std::exchange(held, {})) network_.push_back(std::move(envelope));
}

inline MarkSet TestCluster::marks() const {
  MarkSet all = marks_of_the_dead_;
  for (const auto& node : nodes_) {
    if (node) all |= node->marks();
  }
  return all;
}

inline void TestCluster::resume(NodeIndex node) {
  const auto asleep = asleep_.find(node);
  if (asleep == asleep_.end()) return;
  Missed missed = std::move(asleep->second);
  asleep_.erase(asleep);
  for (Envelope& envelope : missed.messages) deliver(std::move(envelope));
  for (const Timer& timer : missed.timers) fire(timer);
}

inline void TestCluster::crash(NodeIndex node) {
  asleep_.erase(node);
  marks_of_the_dead_ |= nodes_[node]->marks();
  nodes_[node].reset();
  if (const auto batch = processes_[node]->on_its_way(); batch && random_() % 2 == 0) write(node, *batch);
  const auto gone = [&](const Envelope& envelope) { return envelope.to == node; };
  network_.erase(std::remove_if(network_.begin(), network_.end(), gone), network_.end());
}

inline void TestCluster::restart(NodeIndex node, bool disk_was_damaged) {
  open(node, disk_was_damaged, false);
}

inline void TestCluster::reopen(NodeIndex node, bool read_only) {
  marks_of_the_dead_ |= nodes_[node]->marks();
  open(node, false, read_only);
}

inline void TestCluster::open(NodeIndex node, bool disk_was_damaged, bool read_only) {
  ++incarnations_[node];
  NodeOptions options{.config = config, .self = node, .names = {}, .actor = {}, .seed = random_()};
  for (NodeIndex other = 0; other < nodes_.size(); ++other) options.names.push_back(name(other));
  options.disk_was_damaged = disk_was_damaged;
  options.read_only = read_only;
  for (auto& byte : options.actor) byte = static_cast<std::uint8_t>(random_());
  auto opened = Node::open(std::move(options), {disks_[node].begin(), disks_[node].end()});
  ASSERT_TRUE(opened) << opened.error();
  nodes_[node] = *std::move(opened);
  processes_[node] = std::make_unique<Process>(*this, node);
  std::vector<Effect> effects;
  nodes_[node]->start(now(node), effects);
  processes_[node]->carry_out(std::move(effects));
}

inline bool TestCluster::agree(const std::string& key) {
  const auto at = homes(key);
  return std::all_of(at.begin(), at.end(),
                     [&](NodeIndex home) { return up(home) && state(home, key) == state(at.front(), key); });
}

inline Instant TestCluster::now(NodeIndex node) const {
  const auto skew = wall_skew_us.find(node);
  const std::int64_t skew_us = skew == wall_skew_us.end() ? 0 : skew->second;
  return {now_ns_, 1'700'000'000'000'000 + now_ns_ / 1000 + skew_us};
}

inline void TestCluster::step(NodeIndex node, const Event& event) {
  now_ns_ += 1000;
  std::vector<Effect> effects;
  nodes_[node]->step(now(node), event, effects);
  processes_[node]->carry_out(std::move(effects));
}

inline void TestCluster::Process::carry_out(std::vector<Effect> effects) {
  queue_.carry_out(effects);
  while (cluster_.sync_ns == 0 && under_way_) synced();
}

inline void TestCluster::Process::reply(ReplyToClient answer) {
  EXPECT_FALSE(cluster_.replies_.contains(answer.id)) << "a second answer";
  cluster_.replies_[answer.id] = std::move(answer);
}

inline void TestCluster::Process::begin_sync(Batch batch) {
  under_way_ = std::move(batch);
  if (cluster_.sync_ns != 0) cluster_.fire_in(cluster_.sync_ns, node_, {});
}

inline void TestCluster::Process::synced() {
  cluster_.write(node_, *on_its_way());
  queue_.synced();
}

inline void TestCluster::write(NodeIndex node, const Batch& batch) {
  for (const auto& [key, record] : batch) {
    if (record) {
      disks_[node][key] = *record;
    } else {
      disks_[node].erase(key);
    }
  }
}

inline void TestCluster::fire_in(std::int64_t delay_ns, NodeIndex node, std::optional<std::uint64_t> timer) {
  timers_.emplace(now_ns_ + delay_ns, Timer{node, timer, incarnations_[node]});
}

inline void TestCluster::transmit(Envelope envelope) {
  sent.push_back(envelope);
  switch (up(envelope.to) ? fate(envelope) : Fate::refuse) {
    case Fate::deliver:
      network_.push_back(std::move(envelope));
      break;
    case Fate::hold:
      held.push_back(std::move(envelope));
      break;
    case Fate::refuse:
      failures_.emplace_back(envelope.from, SendFailed{envelope.to, std::move(envelope.message)});
      break;
    case Fate::drop:
      break;
  }
}

inline void TestCluster::deliver(Envelope envelope) {
  if (!up(envelope.to)) return;
  if (const auto asleep = asleep_.find(envelope.to); asleep != asleep_.end()) {
    asleep->second.messages.push_back(std::move(envelope));
    return;
  }
  const auto frame = encode({envelope.from, 0, std::move(envelope.message)});
  ASSERT_TRUE(frame);
  auto decoded = next_frame(*frame);
  ASSERT_TRUE(decoded) << decoded.error().message;
  ASSERT_TRUE(decoded->has_value());
  step(envelope.to, FromPeer{envelope.from, std::move((*decoded)->envelope.message)});
}

inline bool TestCluster::fire_next_timer(std::int64_t until_ns) {
  if (timers_.empty() || timers_.begin()->first > until_ns) return false;
  const auto [due_ns, timer] = *timers_.begin();
  timers_.erase(timers_.begin());
  now_ns_ = std::max(now_ns_, due_ns);
  if (!up(timer.node) || timer.incarnation != incarnations_[timer.node]) return true;
  if (const auto asleep = asleep_.find(timer.node); asleep != asleep_.end()) {
    asleep->second.timers.push_back(timer);
  } else {
    fire(timer);
  }
  return true;
}

inline void TestCluster::fire(const Timer& timer) {
  if (timer.timer) {
    step(timer.node, TimerFired{*timer.timer});
  } else {
    processes_[timer.node]->synced();
  }
}

inline ClientRequest get_request(const std::string& key) {
  ClientRequest request;
  request.verb = Verb::get;
  request.key = key;
  return request;
}

inline ClientRequest put_request(const std::string& key, const std::string& value,
                                 const std::string& context) {
  ClientRequest request;
  request.verb = Verb::put;
  request.key = key;
  request.value = value;
  request.context = context;
  return request;
}

inline ClientRequest remove_request(const std::string& key, const std::string& context) {
  ClientRequest request;
  request.verb = Verb::remove;
  request.key = key;
  request.context = context;
  return request;
}

inline Config quiet_config() {
  Config config;
  config.nodes = 3;
  config.anti_entropy_ns = 0;
  config.repair = Repair::none;
  config.hints = Hints::off;
  return config;
}

}  // namespace fracas::store
