#include "checker/visibility/pasts.h"

#include <iterator>

namespace fracas::checker {

ClockPool::Slot ClockPool::keep(std::span<const std::uint32_t> clock, const std::vector<WriteId>& strays) {
  const std::size_t full = free_.empty() ? kBlock : 0;
  if (((users_.size() + full) * width_ + strays_kept_ + strays.size()) * sizeof(std::uint32_t) > kMaxBytes)
    return kNone;
  if (free_.empty()) {
    blocks_.push_back(std::make_unique<std::uint32_t[]>(kBlock * width_));
    const std::size_t first = users_.size();
    users_.resize(first + kBlock, 0);
    strays_.resize(first + kBlock);
    for (std::size_t i = kBlock; i > 0; --i) free_.push_back(static_cast<Slot>(first + i - 1));
  }
  const Slot slot = free_.back();
  free_.pop_back();
  std::copy(clock.begin(), clock.end(), blocks_[slot / kBlock].get() + (slot % kBlock) * width_);
  strays_[slot] = strays;
  strays_kept_ += strays.size();
  users_[slot] = 1;
  return slot;
}

PastWalk::PastWalk(const SessionHistory& history)
    : history_(history),
      width_((std::size_t{history.writing} + 7) / 8 * 8),
      clocks_(history.sessions * width_, 0),
      strays_(history.sessions),
      shared_(history.sessions, ClockPool::kNone),
      begun_(history.groups.size()),
      group_of_(history.writes(), kNever),
      unread_(history.readers),
      slot_of_(history.writes(), ClockPool::kNone),
      pool_(width_) {
  for (std::uint32_t g = 0; g < history.groups.size(); ++g) {
    const SessionHistory::Group& group = history.groups[g];
    std::fill_n(group_of_.begin() + group.first, group.count, g);
  }
}

std::span<const WriteId> PastWalk::strays_of(std::uint32_t session, std::uint32_t key) const {
  const auto& strays = strays_[session];
  if (strays.empty()) return {};
  const auto begin = std::lower_bound(strays.begin(), strays.end(), history_.first_stray[key]);
  const auto end = std::lower_bound(begin, strays.end(), history_.end_of_key[key]);
  return {begin, end};
}

bool PastWalk::write(const SessionHistory::Step& step) {
  const WriteId w = step.write;
  if (unread_[w] > 0) {
    ClockPool::Slot& shared = shared_[step.session];
    if (shared == ClockPool::kNone) {
      shared = pool_.keep({clock_of(step.session), width_}, strays_[step.session]);
      if (shared == ClockPool::kNone) return false;
    }
    pool_.share(shared);
    slot_of_[w] = shared;
  }
  if (history_.is_stray(w)) return true;
  ++clock_of(step.session)[step.session];
  Begun& begun = begun_[group_of_[w]];
  ++begun.count;
  begun.last = history_.position[w];
  return true;
}

void PastWalk::overtake(const SessionHistory::Step& step) {
  const auto overtaken = strays_of(step.session, step.key);
  if (overtaken.empty() || (overtaken.size() == 1 && overtaken[0] == step.write)) return;
  const bool had = std::binary_search(overtaken.begin(), overtaken.end(), step.write);
  auto& strays = strays_[step.session];
  const auto begin = strays.begin() + (overtaken.data() - strays.data());
  const auto after = strays.erase(begin, begin + static_cast<std::ptrdiff_t>(overtaken.size()));
  if (had) strays.insert(after, step.write);
}

/// The session has now seen what it read, and what that had seen.
void PastWalk::join(const SessionHistory::Step& step) {
  const WriteId w = step.write;
  const std::uint32_t writer = history_.session[w];
  const bool stray = history_.is_stray(w);
  std::uint32_t* clock = clock_of(step.session);
  auto& strays = strays_[step.session];
  const bool seen = stray ? std::binary_search(strays.begin(), strays.end(), w)
                          : history_.position[w] < clock[writer];
  if (!seen) {
    const std::uint32_t* past = pool_.clock(slot_of_[w]);
    for (std::size_t s = 0; s < width_; ++s) clock[s] = std::max(clock[s], past[s]);
    const std::uint32_t count = history_.before(w) + (stray ? 0 : 1);
    if (writer < history_.writing) clock[writer] = std::max(clock[writer], count);
    const auto& others = pool_.strays(slot_of_[w]);
    if (!others.empty()) {
      joined_.clear();
      std::set_union(strays.begin(), strays.end(), others.begin(), others.end(), std::back_inserter(joined_));
      strays.swap(joined_);
    }
    if (stray) strays.insert(std::lower_bound(strays.begin(), strays.end(), w), w);
    if (shared_[step.session] != ClockPool::kNone) pool_.release(shared_[step.session]);
    shared_[step.session] = ClockPool::kNone;
  }
  if (--unread_[w] == 0) {
    pool_.release(slot_of_[w]);
    slot_of_[w] = ClockPool::kNone;
  }
}

}  // namespace fracas::checker
