// A node as its process runs it: the state machine, the queue of its effects, and what becomes of both when
// the disk fails.
//
// A write that the disk refuses (it is full) leaves the memory ahead of the disk, and nobody may see that: as
// after a crash, everything under way is dropped and the node is opened again from what the disk holds, under
// a new actor, so that no dot or stamp that went out is issued twice. But the process stays, and serves what
// it can: it is read-only until the disk takes writes again, and then opened once more. A sync that failed is
// another matter: nothing is known of the disk any more, and a second try may succeed without having written
// anything; the process must end.
#pragma once

#include <array>
#include <boost/system/result.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/effect_queue.h"
#include "store/node.h"
#include "store/repetitions.h"

namespace fracas::store {

class Machine final : private Outlets {
 public:
  /// What the driver has to do when the disk has failed.
  enum class Verdict : std::uint8_t {
    go_on,   ///< as if nothing had happened: a seeded bug
    reopen,  ///< load the records as they are now, and call reopen(); then try now and then whether the disk
             ///< takes writes again
    end,     ///< the process, at once
  };
  using Opened = boost::system::result<std::unique_ptr<Machine>, std::string>;

  /// As Node::open(). The outlets' timers are unique over all that this machine sets.
  static Opened open(Outlets&, NodeOptions, const Records&);

  void start(Instant);
  void feed(Instant, const Event&);
  const Node& node() const { return *node_; }
  /// Reached by any node that it has run.
  MarkSet marks() const;

  bool halted() const { return halted_; }
  /// Counts the nodes. EffectQueue's calls are meant for the one that asked for them, and are told by it.
  std::uint64_t life() const { return life_; }
  void synced(std::uint64_t life);
  void sync_now(std::uint64_t life);

  /// From inside an outlet, or not. With reopen nothing goes out any more before reopen().
  Verdict disk_failed(DiskFailure, const std::string& why);
  /// Requests that were under way are answered: of a write nothing is certain. `actor` is fresh, as ever.
  boost::system::result<void, std::string> reopen(Instant, const std::array<std::uint8_t, 16>& actor,
                                                  const Records&, bool read_only);

 private:
  Machine(Outlets& outlets, NodeOptions options, std::unique_ptr<Node> node);

  void send(SendToPeer out) override { outlets_.send(std::move(out)); }
  void reply(ReplyToClient) override;
  void set_timer(const SetTimer&) override;
  void write(const Batch& batch) override { outlets_.write(batch); }
  void begin_sync(Batch batch) override { outlets_.begin_sync(std::move(batch)); }
  void sync_later() override { outlets_.sync_later(); }
  void answer_open();
  bool is_for_former(const Event&);

  Outlets& outlets_;
  NodeOptions options_;
  std::unique_ptr<Node> node_;
  std::optional<EffectQueue> queue_;
  std::vector<Effect> effects_;  ///< empty between events; kept for its memory
  std::map<RequestId, Verb> open_;
  std::uint64_t life_ = 0;
  bool halted_ = false;  ///< the disk has failed, and the node is not open again yet
  std::string why_;      ///< it failed
  MarkSet marks_of_former_;
  // Connections outlive a node, and may bring once more what the one before has taken.
  Repetitions forwards_;  ///< to the present node
  Repetitions forwards_to_former_;
};

}  // namespace fracas::store
