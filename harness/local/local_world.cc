#include "harness/local/local_world.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cassert>
#include <chrono>
#include <csignal>
#include <map>
#include <utility>
#include <vector>

#include "harness/clock_reading.h"
#include "harness/impatience.h"
#include "harness/local/http_connection.h"
#include "harness/local/local_nodes.h"
#include "harness/local/ports.h"
#include "harness/ring_book.h"
#include "harness/targets/fracas_store.h"
#include "harness/wall_clocks.h"
#include "nemesis/limited.h"
#include "nemesis/network/proxy_network.h"

namespace fracas::harness {
namespace {

namespace asio = boost::asio;
using nemesis::Nanoseconds;
using nemesis::NodeState;
using Steady = std::chrono::steady_clock;

constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr Nanoseconds kStatusTimeout = 1'000 * kMillisecond;
/// The store gives a change of the ring up before that.
constexpr Nanoseconds kRingTimeout = 10'000 * kMillisecond;
constexpr Nanoseconds kDumpTimeout = 30'000 * kMillisecond;
constexpr std::size_t kConnections = 32;  ///< of a client to a node
constexpr Nanoseconds kReadyPoll = 10 * kMillisecond;
/// Strobes flip faster than readings make sense.
constexpr Nanoseconds kReadBackInterval = 20 * kMillisecond;

/// Stands in where no proxies are on the links: the plan has no network faults then.
class DirectNetwork : public nemesis::LinksOnly {
 public:
  void block(const std::string&, const std::string&) override { assert(false && "no link is under control"); }
  void unblock(const std::string&, const std::string&) override {
    assert(false && "no link is under control");
  }
  nemesis::LinkCounters counters(const std::string&, const std::string&) const override { return {}; }
};

std::vector<std::string> names_of(int nodes) {
  std::vector<std::string> names;
  for (int i = 1; i <= nodes; ++i) names.push_back(fmt::format("n{}", i));
  return names;
}

struct NodePorts {
  std::uint16_t http = 0;
  std::uint16_t peer = 0;
  std::uint16_t clients = 0;  ///< where clients connect: a proxy's, or `http`
};

/// Of a request that was not answered.
TargetResponse to_response(const HttpReply& reply) {
  TargetResponse response;
  const bool refused = reply.outcome == HttpReply::Outcome::refused;
  response.status = refused ? TargetResponse::Status::rejected : TargetResponse::Status::unknown;
  response.error = fmt::format("{}: {}", refused ? "not-sent" : "no-answer", reply.error);
  return response;
}

class LocalWorld : public World {
 public:
  LocalWorld(const LocalWorldOptions& options, std::vector<std::string> names, std::unique_ptr<Target> target)
      : options_(options),
        names_(std::move(names)),
        target_(std::move(target)),
        rings_(target_->first_ring(),
               [this](const std::string& via, const nemesis::RingChange& change, RingBook::Done done) {
                 ask_for_ring(via, change, std::move(done));
               }),
        began_(Steady::now()),
        signals_(loop_),
        clocks_(
            {[this] { return now(); },
             [this](Nanoseconds delay, std::function<void()> callback) { after(delay, std::move(callback)); },
             [this](const std::string& node) { return nodes_->clock_unavailable(node); },
             [this](const std::string& node, nemesis::Skew skew) {
               nodes_->set_clock(node, skew);
               read_back(node);
             }}) {}

  /// Takes ports, opens the links, makes the folders. Once, before anything else.
  Result<void> prepare() {
    if (!std::filesystem::exists(options_.program)) {
      return Error{Exit::environment,
                   fmt::format("there is no {}: build fracas-store, or put it beside fracas",
                               options_.program.string())};
    }
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const auto http = ports_.take(), peer = ports_.take();
      if (!http) return http.error();
      if (!peer) return peer.error();
      places_.push_back({*http, *peer, *http});
    }
    if (options_.proxies) network_ = std::make_unique<nemesis::ProxyNetwork>(loop_);
    std::vector<LocalNode> nodes;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      auto node = describe(i);
      if (!node) return node.error();
      nodes.push_back(std::move(*node));
    }
    nodes_ =
        std::make_unique<LocalNodes>(loop_, options_.program, options_.clocks, std::move(nodes), hooks());
    if (options_.handle_signals) handle_signals();
    return {};
  }

  std::int64_t now() const override { return (Steady::now() - began_).count(); }
  std::int64_t wall_us() const override {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count();
  }

  void after(std::int64_t delay_ns, std::function<void()> callback) override {
    if (delay_ns <= 0) return asio::post(loop_, std::move(callback));
    auto timer = std::make_unique<asio::steady_timer>(loop_, std::chrono::nanoseconds(delay_ns));
    auto& waiting = *timer;
    waiting.async_wait([timer = std::move(timer),
                        callback = std::move(callback)](const boost::system::error_code& cancelled) {
      if (!cancelled) callback();
    });
  }

  std::vector<std::string> node_names() const override { return names_; }
  std::string url(const std::string& node) const override {
    return fmt::format("http://127.0.0.1:{}", places_[index_of(node)].http);
  }

  void start_nodes(std::int64_t deadline_ns, std::function<void(Result<void>)> done) override {
    started_ = std::move(done);
    for (const std::string& node : names_) nodes_->start(node);
    wait_until_ready(now() + deadline_ns);
  }

  nemesis::Nodes& nodes() override { return *nodes_; }
  nemesis::Network& network() override {
    if (network_) return *network_;
    return direct_;
  }
  nemesis::Clocks& clocks() override { return clocks_; }
  nemesis::Disks& disks() override { return disks_; }
  nemesis::Rings& rings() override { return rings_; }

  void call(int client, const std::string& node, const TargetRequest& request,
            std::function<void(TargetResponse)> done) override {
    const std::size_t to = index_of(node);
    const NodeState state = nodes_->state(node);
    const bool serving = state == NodeState::ready || state == NodeState::paused;
    if (!serving) {
      // What the kernel would answer, also when a proxy in between has accepted the connection, or when an
      // old connection has not yet heard that its other end is gone.
      return asio::post(loop_, [done = std::move(done), node] {
        done({TargetResponse::Status::rejected, "not-sent: " + node + " is not up", {}, {}, {}, {}});
      });
    }
    HttpConnection* connection = connection_of(client, to);
    if (connection == nullptr) {
      return asio::post(loop_, [done = std::move(done), node] {
        done({TargetResponse::Status::rejected,
              "not-sent: too many requests to " + node + " are open",
              {},
              {},
              {},
              {}});
      });
    }
    nodes_->operation_began(to);
    connection->request(target_->encode(request), request.timeout_ns,
                        [this, to, done = std::move(done)](const HttpReply& reply) {
                          nodes_->operation_ended(to);
                          const bool answered = reply.outcome == HttpReply::Outcome::answered;
                          done(answered ? target_->decode(reply.status, reply.body) : to_response(reply));
                        });
  }

  void status(const std::string& node, std::function<void(Result<NodeStatus>)> done) override {
    ask(node, target_->status_request(), kStatusTimeout,
        [this, node, sent_us = wall_us(), done = std::move(done)](Result<HttpReply> reply) {
          if (!reply) return done(reply.error());
          auto status = target_->decode_status(reply->status, reply->body);
          const auto reading =
              status ? clock_reading(sent_us, wall_us(), status->wall_us) : std::optional<ClockReading>();
          if (reading) clocks_.read_back(node, *reading);
          if (!status || !rings_.heard(node, status->ring_epoch, now())) return done(std::move(status));
          learn_ring(node, [done, status] { done(status); });
        });
  }

  void dump(const std::string& node,
            std::function<void(Result<std::vector<std::pair<std::string, std::string>>>)> done) override {
    ask(node, target_->dump_request(), kDumpTimeout, [this, done = std::move(done)](Result<HttpReply> reply) {
      if (!reply) return done(reply.error());
      done(target_->decode_dump(reply->status, reply->body));
    });
  }

  std::vector<std::string> homes(const std::string& key) const override {
    return target_->homes(key, rings_.latest());
  }

  void on_node_exit(std::function<void(NodeExit)> callback) override { node_exit_ = std::move(callback); }
  void on_interrupt(std::function<void()> callback) override { interrupt_ = std::move(callback); }

  void stop_nodes(std::function<void()> done) override {
    started_ = nullptr;
    nodes_->stop_all(std::move(done));
  }
  void run() override {
    const auto guard = asio::make_work_guard(loop_);
    loop_.restart();
    loop_.run();
  }
  void stop() override { loop_.stop(); }

 private:
  std::size_t index_of(const std::string& node) const {
    const auto found = std::find(names_.begin(), names_.end(), node);
    assert(found != names_.end());
    return static_cast<std::size_t>(found - names_.begin());
  }

  Result<std::uint16_t> link(const std::string& from, std::size_t to, std::uint16_t upstream) {
    if (!network_) return upstream;
    const auto port = network_->open_link(from, names_[to], upstream);
    if (!port) return Error{Exit::environment, port.error()};
    return *port;
  }

  Result<LocalNode> describe(std::size_t i) {
    NodePlace place;
    place.name = names_[i];
    place.http_port = places_[i].http;
    place.peer_port = places_[i].peer;
    place.data = options_.folder / "nodes" / names_[i] / "data";
    std::error_code failed;
    std::filesystem::create_directories(place.data, failed);
    if (failed)
      return Error{Exit::environment, "cannot create " + place.data.string() + ": " + failed.message()};
    for (std::size_t to = 0; to < names_.size(); ++to) {
      const auto port =
          to == i ? Result<std::uint16_t>(places_[to].peer) : link(names_[i], to, places_[to].peer);
      if (!port) return port.error();
      place.peers.emplace_back(names_[to], *port);
    }
    const auto clients = link(std::string(nemesis::kClients), i, places_[i].http);
    if (!clients) return clients.error();
    places_[i].clients = *clients;
    return LocalNode{names_[i], target_->command_line(place), place.data.parent_path() / "output.log"};
  }

  LocalNodes::Hooks hooks() {
    return {[this] { return now(); },
            [this](const std::string& node, std::function<void(bool)> answered) {
              ask(node, target_->status_request(), kStatusTimeout,
                  [answered = std::move(answered)](Result<HttpReply> reply) {
                    answered(reply && reply->status == 200);
                  });
            },
            [this](const std::string& node) { return clocks_.in_force(node); },
            [this](NodeExit exit) { node_exited(std::move(exit)); }};
  }

  void node_exited(NodeExit exit) {
    if (node_exit_) node_exit_(exit);
    finish_start(Error{Exit::environment, fmt::format("{} did not start: {}; its output ends with: {}",
                                                      exit.node, exit.status, exit.last_lines)});
  }

  /// A new cluster is of use once its nodes know that none of them has lost anything.
  void await_votes(std::size_t next, std::int64_t deadline) {
    const std::vector<std::string> names = node_names();
    if (next == names.size()) return finish_start({});
    status(names[next], [this, next, deadline, name = names[next]](const Result<NodeStatus>& answered) {
      if (answered && answered->voting) return await_votes(next + 1, deadline);
      if (now() >= deadline)
        return finish_start(Error{Exit::environment, name + " does not vote in time; see its GET /status"});
      after(kReadyPoll, [this, next, deadline] { await_votes(next, deadline); });
    });
  }

  void wait_until_ready(std::int64_t deadline) {
    if (!started_) return;
    if (nodes_->all_ready()) return await_votes(0, deadline);
    if (now() >= deadline) {
      std::string away;
      for (const std::string& node : names_) {
        if (nodes_->state(node) != NodeState::ready) away += (away.empty() ? "" : ", ") + node;
      }
      return finish_start(
          Error{Exit::environment, "not ready in time: " + away + "; see nodes/*/output.log"});
    }
    after(kReadyPoll, [this, deadline] { wait_until_ready(deadline); });
  }

  void finish_start(Result<void> result) {
    if (started_) std::exchange(started_, nullptr)(std::move(result));
  }

  /// One that is free: a client that coordinates itself asks anew while late answers are still due. None:
  /// there are as many as there may be, and all are in use.
  HttpConnection* connection_of(int client, std::size_t node) {
    auto& connections = clients_[{client, node}];
    for (const auto& connection : connections)
      if (!connection->busy()) return connection.get();
    if (connections.size() == kConnections) return nullptr;
    connections.push_back(std::make_unique<HttpConnection>(loop_, places_[node].clients));
    return connections.back().get();
  }

  /// Inspection: straight to the node, over a connection of its own, so that nothing waits behind it.
  template <typename Done>
  void ask(const std::string& node, std::string text, Nanoseconds timeout, Done done) {
    const std::uint64_t id = next_question_++;
    auto& connection = questions_[id];
    connection = std::make_unique<HttpConnection>(loop_, places_[index_of(node)].http);
    connection->request(
        std::move(text), timeout, [this, id, node, done = std::move(done)](const HttpReply& reply) {
          questions_.erase(id);
          if (reply.outcome == HttpReply::Outcome::answered) return done(reply);
          done(Error{Exit::environment, fmt::format("{} does not answer: {}", node, reply.error)});
        });
  }

  void ask_for_ring(const std::string& via, const nemesis::RingChange& change, RingBook::Done done) {
    ask(via, target_->encode(change), kRingTimeout,
        [this, via, done = std::move(done)](const Result<HttpReply>& reply) {
          if (!reply) return done({.answered = true, .agreed = false, .message = reply.error().message});
          done(target_->decode_ring_change(reply->status, reply->body));
          learn_ring(via, [] {});
        });
  }

  void learn_ring(const std::string& node, std::function<void()> then) {
    ask(node, target_->ring_request(), kStatusTimeout,
        [this, node, then = std::move(then)](const Result<HttpReply>& reply) {
          auto ring =
              reply ? target_->decode_ring(reply->status, reply->body) : Result<ClusterRing>(reply.error());
          if (ring) rings_.saw(node, *ring, now());
          then();
        });
  }

  void read_back(const std::string& node) {
    Nanoseconds& last = last_read_back_[node];
    if (now() - last < kReadBackInterval || nodes_->state(node) != NodeState::ready) return;
    last = now();
    status(node, [](const Result<NodeStatus>&) {});
  }

  void handle_signals() {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    wait_for_signal();
  }
  void wait_for_signal() {
    signals_.async_wait([this](const boost::system::error_code& cancelled, int) {
      if (cancelled) return;
      if (interrupt_) interrupt_();
      wait_for_signal();
    });
  }

  LocalWorldOptions options_;
  std::vector<std::string> names_;
  std::unique_ptr<Target> target_;
  RingBook rings_;
  Steady::time_point began_;
  asio::io_context loop_{1};
  /// Puts back what signals did before this world: asio would leave them their default.
  Impatience before_;
  asio::signal_set signals_;
  Ports ports_;
  std::vector<NodePorts> places_;
  DirectNetwork direct_;
  std::unique_ptr<nemesis::ProxyNetwork> network_;
  WallClocks clocks_;
  nemesis::NoDisks disks_;
  std::unique_ptr<LocalNodes> nodes_;
  std::map<std::pair<int, std::size_t>, std::vector<std::unique_ptr<HttpConnection>>> clients_;
  std::uint64_t next_question_ = 0;
  std::map<std::uint64_t, std::unique_ptr<HttpConnection>> questions_;
  std::map<std::string, Nanoseconds> last_read_back_;
  std::function<void(Result<void>)> started_;
  std::function<void(NodeExit)> node_exit_;
  std::function<void()> interrupt_;
};

/// A client has a connection to every node, and each takes two more in a proxy.
void raise_open_files_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

Result<std::filesystem::path> program_of(const LocalWorldOptions& options) {
  if (!options.program.empty()) return options.program;
  std::error_code failed;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) return Error{Exit::environment, "cannot read /proc/self/exe: " + failed.message()};
  return self.parent_path() / "fracas-store";
}

}  // namespace

Result<std::unique_ptr<World>> make_local_world(const LocalWorldOptions& options) {
  LocalWorldOptions resolved = options;
  auto program = program_of(options);
  if (!program) return program.error();
  resolved.program = std::move(*program);
  const std::vector<std::string> names = names_of(options.store.nodes);
  raise_open_files_limit();
  auto world = std::make_unique<LocalWorld>(resolved, names, fracas_store::make_target(options.store, names));
  const auto prepared = world->prepare();
  if (!prepared) return prepared.error();
  return std::unique_ptr<World>(std::move(world));
}

}  // namespace fracas::harness
