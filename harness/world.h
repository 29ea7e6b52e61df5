// The surroundings of an experiment: time, timers, nodes with their links, clocks and disks, and calls to the
// target. LocalWorld does it with processes (local/), a simulation with an event queue. Single-threaded:
// every callback comes from run().
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "harness/error.h"
#include "harness/target.h"
#include "nemesis/surroundings.h"

namespace fracas::harness {

/// A node went without being asked to.
struct NodeExit {
  std::string node;
  std::string status;      ///< "exit code 1", "signal 11"
  std::string last_lines;  ///< of its output
};

class World {
 public:
  virtual ~World() = default;

  /// ns since the run began.
  virtual std::int64_t now() const = 0;
  /// Unix time in us, undistorted.
  virtual std::int64_t wall_us() const = 0;
  /// Calls once, `delay` from now. Never cancelled: the callee looks whether it still matters.
  virtual void after(std::int64_t delay_ns, std::function<void()> callback) = 0;

  /// When everything that is under way has arrived, were nothing more sent: ns since the run began. A world
  /// whose messages are late only as long as a fault makes them has nothing to wait for.
  virtual std::int64_t last_arrival() const { return now(); }

  virtual std::vector<std::string> node_names() const = 0;
  /// Starts all nodes; the callback gets an error if one is not ready by the deadline.
  virtual void start_nodes(std::int64_t deadline_ns, std::function<void(Result<void>)> done) = 0;
  virtual nemesis::Nodes& nodes() = 0;
  virtual nemesis::Network& network() = 0;
  virtual nemesis::Clocks& clocks() = 0;
  virtual nemesis::Disks& disks() = 0;
  /// What status() has told of the ring of late is in it when that calls back.
  virtual nemesis::Rings& rings() = 0;

  /// A client's request; `client` keeps its own connections. The callback comes exactly once, within the
  /// request's timeout.
  virtual void call(int client, const std::string& node, const TargetRequest&,
                    std::function<void(TargetResponse)> done) = 0;
  /// Inspection, over a way that no fault touches. Errors when the node is not up.
  virtual void status(const std::string& node, std::function<void(Result<NodeStatus>)> done) = 0;
  /// All keys of one replica: (key, JSON text of {"key","values","clock"}) sorted by key.
  virtual void dump(const std::string& node,
                    std::function<void(Result<std::vector<std::pair<std::string, std::string>>>)> done) = 0;
  /// By the latest ring that a node was seen to follow.
  virtual std::vector<std::string> homes(const std::string& key) const = 0;
  /// Where a person reaches the node once nodes are started ("http://127.0.0.1:40123"); empty where nobody
  /// can.
  virtual std::string url(const std::string& /*node*/) const { return {}; }

  /// Names of the coverage marks that were reached inside the world and its nodes, where it can see them.
  virtual std::vector<std::string> coverage() const { return {}; }

  /// Called for each node that ends by itself, and once when the user wants the run to end (SIGINT, SIGTERM).
  virtual void on_node_exit(std::function<void(NodeExit)>) = 0;
  virtual void on_interrupt(std::function<void()>) = 0;

  /// Ends all nodes for good, politely then by force; the callback comes when none is left.
  virtual void stop_nodes(std::function<void()> done) = 0;
  /// Delivers callbacks until stop() is called.
  virtual void run() = 0;
  virtual void stop() = 0;
};

}  // namespace fracas::harness
