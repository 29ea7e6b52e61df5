#include "store/effect_queue.h"

#include <cassert>
#include <iterator>
#include <utility>

namespace fracas::store {
namespace {

constexpr std::uint64_t rotation = 8;  ///< of the log, in syncs (bug rotate_race)

/// Whoever hears it learns nothing of what this disk holds. Dots and stamps in it are never issued again,
/// whatever a crash takes: they carry the actor of this incarnation.
bool only_asks(const Effect& effect) {
  const auto* sent = std::get_if<SendToPeer>(&effect);
  return sent != nullptr && (std::holds_alternative<ReadRequest>(sent->message) ||
                             std::holds_alternative<StampRequest>(sent->message) ||
                             std::holds_alternative<WriteRequest>(sent->message) ||
                             std::holds_alternative<HintRequest>(sent->message) ||
                             std::holds_alternative<ForwardRequest>(sent->message));
}

}  // namespace

void EffectQueue::carry_out(std::vector<Effect>& effects) {
  for (Effect& effect : effects) {
    if (abandoned_) break;
    take(std::move(effect));
  }
  effects.clear();
  begin_if_due();
}

void EffectQueue::synced() {
  assert(syncing_);
  syncing_ = awaited_ = false;
  for (Effect& effect : behind_this_sync_) perform(std::move(effect));
  behind_this_sync_.clear();
  if (++syncs_ % rotation == 0 && bugs_.has(Bug::rotate_race)) {
    gathered_.clear();
    for (Effect& effect : std::exchange(behind_next_sync_, {})) perform(std::move(effect));
  }
  begin_if_due();
}

bool EffectQueue::ignores(DiskFailure failure) const {
  return bugs_.has(failure == DiskFailure::sync ? Bug::fsync_error_retry_ok : Bug::enospc_acked);
}

void EffectQueue::abandon() {
  abandoned_ = true;
  gathered_.clear();
  behind_this_sync_.clear();
  behind_next_sync_.clear();
}

void EffectQueue::take(Effect&& effect) {
  if (const auto* timer = std::get_if<SetTimer>(&effect)) {
    outlets_.set_timer(*timer);
  } else if (auto* persist = std::get_if<Persist>(&effect)) {
    // What comes later is not on the disk earlier.
    if (!persist->at_once && !waits()) return write_now(persist->writes);
    gathered_.insert(gathered_.end(), std::make_move_iterator(persist->writes.begin()),
                     std::make_move_iterator(persist->writes.end()));
  } else if (only_asks(effect) || bugs_.has(Bug::ack_before_fsync)) {
    perform(std::move(effect));
  } else if (!gathered_.empty()) {
    behind_next_sync_.push_back(std::move(effect));
  } else if (awaited_) {
    behind_this_sync_.push_back(std::move(effect));
  } else {
    perform(std::move(effect));
  }
}

bool EffectQueue::waits() const { return fsync_ == Fsync::always || awaited_ || !gathered_.empty(); }

void EffectQueue::write_now(const Batch& batch) {
  outlets_.write(batch);
  if (fsync_ == Fsync::interval && !abandoned_ && !std::exchange(sync_is_due_, true)) outlets_.sync_later();
}

/// What is written while the sync runs is the next one's.
void EffectQueue::sync_now() {
  sync_is_due_ = false;
  if (syncing_) {
    sync_is_due_ = true;  // a disk slower than the period
    return outlets_.sync_later();
  }
  syncing_ = true;
  outlets_.begin_sync({});
}

void EffectQueue::perform(Effect&& effect) {
  if (auto* message = std::get_if<SendToPeer>(&effect)) {
    outlets_.send(std::move(*message));
  } else {
    outlets_.reply(std::move(std::get<ReplyToClient>(effect)));
  }
}

void EffectQueue::begin_if_due() {
  if (syncing_ || gathered_.empty()) return;
  syncing_ = awaited_ = true;
  std::swap(behind_this_sync_, behind_next_sync_);
  assert(behind_next_sync_.empty());
  outlets_.begin_sync(std::exchange(gathered_, {}));
}

}  // namespace fracas::store
