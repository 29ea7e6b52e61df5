// The simulated processes: each runs the store's pure Node on a simulated disk, as store/server does on a
// real one. A crash destroys the Node; a start builds it again from what the disk kept. A paused node keeps
// what comes for later.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/sim/chance.h"
#include "harness/sim/sim_disks.h"
#include "harness/sim/sim_network.h"
#include "harness/sim/timeline.h"
#include "harness/sim/wars_log.h"
#include "harness/world.h"
#include "nemesis/surroundings.h"
#include "store/config.h"
#include "store/node.h"

namespace fracas::harness {

class SimNodes : public nemesis::Nodes {
 public:
  struct Hooks {
    std::function<std::int64_t(std::size_t node)> wall_us;  ///< what the node's wall clock shows
    std::function<void(std::size_t node, store::ReplyToClient)> reply;
    std::function<void(std::size_t node)> gone;  ///< its process has ended, and with it every connection
    std::function<void(NodeExit)> exited;        ///< by itself
    WarsLog* delays = nullptr;                   ///< told of messages, if anybody wants to know
  };

  SimNodes(Timeline&, const Chance&, SimNetwork&, SimDisks&, const store::Config&,
           std::vector<std::string> names, Hooks);
  ~SimNodes() override;

  std::vector<std::string> names() const override { return names_; }
  nemesis::NodeState state(const std::string& node) const override;
  bool kill(const std::string& node) override;
  bool start(const std::string& node) override;
  bool pause(const std::string& node) override;
  bool resume(const std::string& node) override;
  std::uint64_t operations_in_flight(const std::string& node) const override;
  std::optional<nemesis::Nanoseconds> ready_since(const std::string& node) const override;

  std::size_t index(const std::string& node) const;
  nemesis::NodeState state(std::size_t node) const;
  bool all_ready() const;
  void operation_began(std::size_t node);
  void operation_ended(std::size_t node);
  /// Counts the starts; what was meant for an earlier process of the node does not reach this one.
  std::uint64_t incarnation(std::size_t node) const;
  /// A client's request has arrived. The node is up or paused.
  void request(std::size_t node, store::ClientRequest);
  /// An operator's wish, likewise.
  void change_ring(std::size_t node, store::ChangeRing);
  /// Its state machine; null while it is not up.
  const store::Node* machine(std::size_t node) const;
  void stop_all();
  /// That all machines have reached so far, those of ended processes too.
  store::MarkSet marks() const;

 private:
  class Process;
  struct Slot;
  struct Arrival;

  std::vector<std::string> names_;
  std::vector<std::unique_ptr<Slot>> slots_;
  store::MarkSet marks_of_ended_;

  struct Around;  ///< what all processes share
  std::unique_ptr<Around> around_;

  std::array<std::uint8_t, 16> fresh_actor(std::size_t node);
  void begin_start(std::size_t node);
  void end_start(std::size_t node);
  void end_process(std::size_t node);
  void die(std::size_t node, std::string status, std::string last_lines);
};

}  // namespace fracas::harness
