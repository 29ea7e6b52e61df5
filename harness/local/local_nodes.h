// The nodes of the local world: one process each, started, killed, paused and watched. A node is ready once
// it answers.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/error.h"
#include "harness/local/process.h"
#include "harness/world.h"
#include "nemesis/surroundings.h"

namespace fracas::harness {

struct LocalNode {
  std::string name;
  std::vector<std::string> arguments;
  std::filesystem::path output;
};

class LocalNodes : public nemesis::Nodes {
 public:
  struct Hooks {
    std::function<nemesis::Nanoseconds()> now;  ///< since the run began
    /// Asks the node whether it answers; the callback comes once.
    std::function<void(const std::string& node, std::function<void(bool)>)> probe;
    /// What its clock shall show from its first instruction on.
    std::function<nemesis::Skew(const std::string& node)> skew;
    /// It ended by itself.
    std::function<void(NodeExit)> exited;
  };

  LocalNodes(boost::asio::io_context&, std::filesystem::path program, bool distortable_clocks,
             std::vector<LocalNode>, Hooks);
  ~LocalNodes() override;

  std::vector<std::string> names() const override { return names_; }
  nemesis::NodeState state(const std::string& node) const override;
  bool kill(const std::string& node) override;
  bool start(const std::string& node) override;
  bool pause(const std::string& node) override;
  bool resume(const std::string& node) override;
  std::uint64_t operations_in_flight(const std::string& node) const override;
  std::optional<nemesis::Nanoseconds> ready_since(const std::string& node) const override;

  void operation_began(std::size_t node);
  void operation_ended(std::size_t node);
  void set_clock(const std::string& node, nemesis::Skew);
  std::string clock_unavailable(const std::string& node) const;
  bool all_ready() const;
  /// SIGTERM to all, kill -9 to those that are left after a while; the callback comes when none is left.
  void stop_all(std::function<void()> done);

 private:
  struct Slot;

  Slot& slot(const std::string& node);
  const Slot& slot(const std::string& node) const;
  void spawn(Slot&);
  void probe_until_ready(Slot&);
  void exited(Slot&, ExitStatus);
  void report(Slot&, std::string status);
  void after_stop(std::int64_t waited_ms, std::function<void()> done);

  boost::asio::io_context& loop_;
  std::filesystem::path program_;
  bool distortable_clocks_;
  Hooks hooks_;
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace fracas::harness
