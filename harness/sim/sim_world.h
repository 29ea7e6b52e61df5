// The world of the simulation: virtual time, and everything that happens in it a function of the experiment
// and its seed. The same experiment and plan give the same history, byte for byte, on any machine.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/impatience.h"
#include "harness/marks.h"
#include "harness/ring_book.h"
#include "harness/sim/chance.h"
#include "harness/sim/sim_disks.h"
#include "harness/sim/sim_network.h"
#include "harness/sim/sim_nodes.h"
#include "harness/sim/timeline.h"
#include "harness/target.h"
#include "harness/wall_clocks.h"
#include "harness/world.h"
#include "store/config.h"

namespace fracas::harness {

struct SimWorldOptions {
  store::Config store;
  std::uint64_t seed = 0;
  bool handle_signals = true;  ///< SIGINT and SIGTERM become on_interrupt
  WarsLog* delays = nullptr;   ///< outlives the world
};

class SimWorld : public World {
 public:
  explicit SimWorld(const SimWorldOptions&);

  std::int64_t last_arrival() const override { return std::max(now(), network_.last_arrival()); }
  std::int64_t now() const override { return timeline_.now(); }
  std::int64_t wall_us() const override;
  void after(std::int64_t delay_ns, std::function<void()> callback) override;
  std::vector<std::string> node_names() const override { return names_; }
  void start_nodes(std::int64_t deadline_ns, std::function<void(Result<void>)> done) override;
  nemesis::Nodes& nodes() override { return nodes_; }
  nemesis::Network& network() override { return network_; }
  nemesis::Clocks& clocks() override { return clocks_; }
  nemesis::Disks& disks() override { return disks_; }
  nemesis::Rings& rings() override { return rings_; }
  void call(int client, const std::string& node, const TargetRequest&,
            std::function<void(TargetResponse)> done) override;
  void status(const std::string& node, std::function<void(Result<NodeStatus>)> done) override;
  void dump(const std::string& node,
            std::function<void(Result<std::vector<std::pair<std::string, std::string>>>)> done) override;
  std::vector<std::string> homes(const std::string& key) const override {
    return target_->homes(key, rings_.latest());
  }
  std::vector<std::string> coverage() const override;
  void on_node_exit(std::function<void(NodeExit)> callback) override { node_exit_ = std::move(callback); }
  void on_interrupt(std::function<void()> callback) override { interrupt_ = std::move(callback); }
  void stop_nodes(std::function<void()> done) override;
  void run() override;
  void stop() override { running_ = false; }

  /// Sent over the network so far, clients' requests and answers among them.
  std::uint64_t messages() const { return network_.messages(); }

 private:
  struct Call {
    std::size_t node = 0;
    std::function<void(TargetResponse)> done;
  };
  /// A node's wall clock: exact, and cheap to read at every step.
  struct Clock {
    nemesis::Skew skew;
    nemesis::Nanoseconds since = 0;
  };

  std::int64_t wall_us_of(std::size_t node) const;
  void set_clock(const std::string& node, nemesis::Skew);
  void wait_until_ready(std::int64_t deadline);
  bool all_vote() const;
  void finish_start(Result<void>);
  void node_exited(NodeExit);
  void deliver_request(std::uint64_t call, std::uint64_t incarnation, TargetRequest&&);
  void answer(std::uint64_t call, TargetResponse);
  void send_answer(std::size_t node, std::uint64_t call, TargetResponse);
  void connections_broken(std::size_t node, const std::string& how);
  NodeStatus status_of(std::size_t node) const;
  void ask_for_ring(const std::string& via, const nemesis::RingChange&, const RingBook::Done&);
  bool answer_operator(std::size_t node, const store::ReplyToClient&);
  void learn_ring(std::size_t node);
  void heed(const Impatience&);

  SimWorldOptions options_;
  std::vector<std::string> names_;
  std::unique_ptr<Target> target_;
  Timeline timeline_;
  Chance chance_;
  SimNetwork network_;
  SimDisks disks_;
  std::vector<Clock> clock_of_;
  WallClocks clocks_;
  SimNodes nodes_;
  std::map<std::uint64_t, Call> calls_;
  RingBook rings_;
  std::map<std::uint64_t, RingBook::Done> ring_questions_;  ///< by request
  std::uint64_t next_call_ = 1;
  Marks marks_;
  bool running_ = false;
  int signals_heeded_ = 0;
  std::function<void(Result<void>)> started_;
  std::function<void(NodeExit)> node_exit_;
  std::function<void()> interrupt_;
};

}  // namespace fracas::harness
