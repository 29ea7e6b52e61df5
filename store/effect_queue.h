// The ordering rule of node.h, once: effects are carried out in the order given, and what follows a Persist
// waits until it is durable, except requests to peers, which vouch for nothing: a put is on its way to the
// other homes while this one syncs it. Group commit falls out of it: while one synced write runs, the
// Persists that arrive gather into the next one. With fsync = interval or never nothing waits, but for what
// is marked so (Persist::at_once: the ring); with interval a sync follows within the period.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "store/config.h"
#include "store/node.h"

namespace fracas::store {

class Fingerprint;

/// Where effects go. None of these may feed an event back into the node before it returns.
class Outlets {
 public:
  virtual void send(SendToPeer) = 0;
  virtual void reply(ReplyToClient) = 0;
  virtual void set_timer(const SetTimer&) = 0;
  /// Without sync, done on return.
  virtual void write(const Batch&) = 0;
  /// Starts one synced write, or, of an empty batch, the sync of what was written before; when that is
  /// durable EffectQueue::synced() is called, later, never from inside.
  virtual void begin_sync(Batch) = 0;
  /// EffectQueue::sync_now() is to be called when the fsync period is over.
  virtual void sync_later() = 0;

 protected:
  ~Outlets() = default;
};

/// What went wrong with a disk.
enum class DiskFailure : std::uint8_t { write, sync };

class EffectQueue {
 public:
  EffectQueue(Outlets& outlets, Fsync fsync, const BugSet& bugs = {})
      : outlets_(outlets),
        fsync_(bugs.has(Bug::ack_before_interval) ? Fsync::interval : fsync),
        bugs_(bugs) {}

  /// Empties `effects`. Timers are set at once: they promise nothing to anybody, and a slow disk must not
  /// stretch time-outs.
  void carry_out(std::vector<Effect>& effects);
  /// The write that begin_sync() started is durable.
  void synced();
  /// With fsync = interval: a period after the first write that is not synced yet.
  void sync_now();

  /// Only with a seeded bug: the driver goes on as if it had been written.
  bool ignores(DiskFailure) const;
  /// What waits will never be carried out, nor will anything that comes later.
  void abandon();

  bool idle() const { return !syncing_ && gathered_.empty() && !sync_is_due_; }
  void fingerprint(Fingerprint&) const;  ///< of an idle one; fingerprint.h

 private:
  void take(Effect&&);
  bool waits() const;
  void write_now(const Batch&);
  void perform(Effect&&);
  void begin_if_due();

  Outlets& outlets_;
  Fsync fsync_;
  BugSet bugs_;
  std::uint64_t syncs_ = 0;
  bool sync_is_due_ = false;  ///< sync_later() was asked for
  bool syncing_ = false;
  bool awaited_ = false;  ///< there is in this sync what the present effects have to wait for
  bool abandoned_ = false;
  std::deque<Effect> behind_this_sync_;
  Batch gathered_;  ///< for the next synced write
  std::deque<Effect> behind_next_sync_;
};

}  // namespace fracas::store
