// One node of a small world: the pure store::Node, with the effect queue that keeps its ordering rule, a disk
// and timers. Its state follows from what happened to it, in order, and from nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/effect_queue.h"
#include "store/node.h"

namespace fracas::harness::explore {

using store::NodeIndex;

/// A client's request arrives. `wall_us` is what the node's wall clock says from now on.
struct Begin {
  store::ClientRequest request;
  std::int64_t wall_us = 0;
};
struct Deliver {
  NodeIndex from = 0;
  store::Message message;
};
/// A message could not be handed to the network.
struct Refuse {
  NodeIndex to = 0;
  store::Message message;
};
/// The earliest timer fires; the node's steady clock jumps to its moment.
struct Fire {};
/// The synced write that runs is durable.
struct Sync {};
struct Crash {
  bool running_write_survives = false;
};
struct Restart {};
using Happening = std::variant<Begin, Deliver, Refuse, Fire, Sync, Crash, Restart>;

struct MachineOptions {
  store::Config config;
  NodeIndex self = 0;
  /// Synced writes take no time. Without crashes nothing is lost by that: a write that takes long looks like
  /// slow messages behind it.
  bool sync_at_once = true;
  bool power_cuts = false;  ///< a crash takes what was written without a sync
};

std::string node_name(NodeIndex);

class Machine final : private store::Outlets {
 public:
  explicit Machine(MachineOptions);

  /// What it answered and sent is in `sent` and `replies`, until the next time.
  void happen(const Happening&);

  std::vector<store::SendToPeer> sent;
  std::vector<store::ReplyToClient> replies;

  bool up() const { return node_ != nullptr; }
  bool syncing() const { return syncing_.has_value(); }
  bool has_timer() const { return !timers_.empty(); }
  /// Machines of one node with equal fingerprints go on alike. Nothing while a synced write runs.
  std::optional<std::string> fingerprint() const;
  /// What a restarted process would find.
  const std::map<std::string, std::string>& disk() const { return disk_; }

 private:
  using Disk = std::map<std::string, std::string>;

  void send(store::SendToPeer message) override { sent.push_back(std::move(message)); }
  void reply(store::ReplyToClient answer) override { replies.push_back(std::move(answer)); }
  void set_timer(const store::SetTimer&) override;
  void write(const store::Batch&) override;
  void begin_sync(store::Batch) override;
  /// The period is as long as it takes: what power cuts take with fsync = never, they may take here.
  void sync_later() override {}

  void take(const Begin&);
  void take(const Deliver& what) { step(store::FromPeer{what.from, what.message}); }
  void take(const Refuse& what) { step(store::SendFailed{what.to, what.message}); }
  void take(const Fire&);
  void take(const Sync&) { finish_sync(); }
  void take(const Crash&);
  void take(const Restart&) { start(); }

  void start();
  void step(const store::Event&);
  void carry_out(std::vector<store::Effect>&);
  void finish_sync();
  store::Instant now() const { return {steady_ns_, wall_us_}; }

  MachineOptions options_;
  int incarnation_ = 0;
  std::unique_ptr<store::Node> node_;
  std::optional<store::EffectQueue> queue_;
  std::optional<store::Batch> syncing_;
  Disk disk_;
  Disk durable_;                                             ///< what a power cut leaves
  std::set<std::pair<std::int64_t, std::uint64_t>> timers_;  ///< due, timer
  std::int64_t steady_ns_;
  std::int64_t wall_us_;
};

}  // namespace fracas::harness::explore
