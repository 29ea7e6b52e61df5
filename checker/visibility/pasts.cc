#include "checker/visibility/pasts.h"

#include <iterator>

namespace fracas::checker {
namespace {

/// Clocks are a multiple of this wide, so that the compiler can compare several at a time.
constexpr std::size_t kLane = 8;

}  // namespace

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
      width_((std::size_t{history.writing} + kLane - 1) / kLane * kLane),
      clocks_(history.sessions * width_, 0),
      strays_(history.sessions),
      shared_(history.sessions, ClockPool::kNone),
      begun_(history.groups.size()),
      happened_(history.groups.size(), 0),
      states_(history.writes()),
      pool_(width_) {
  for (WriteId w = 0; w < history.writes(); ++w) {
    states_[w].session = history.session[w];
    states_[w].position = history.position[w];
    states_[w].unread = history.readers[w];
  }
  for (std::uint32_t g = 0; g < history.groups.size(); ++g) {
    const SessionHistory::Group& group = history.groups[g];
    for (std::uint32_t i = 0; i < group.count; ++i) states_[group.first + i].group = g;
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
  WriteState& state = states_[step.write];
  if (state.unread > 0) {
    ClockPool::Slot& shared = shared_[step.session];
    if (shared == ClockPool::kNone) {
      shared = pool_.keep({clock_of(step.session), width_}, strays_[step.session]);
      if (shared == ClockPool::kNone) return false;
    }
    pool_.share(shared);
    state.slot = shared;
  }
  if (state.group == kNever) return true;
  ++clock_of(step.session)[step.session];
  Begun& begun = begun_[state.group];
  ++begun.count;
  begun.last = state.position;
  happened_[state.group] = history_.happened[step.write];
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
  WriteState& state = states_[step.write];
  const bool stray = state.group == kNever;
  std::uint32_t* clock = clock_of(step.session);
  auto& strays = strays_[step.session];
  const bool seen = stray ? std::binary_search(strays.begin(), strays.end(), step.write)
                          : state.position < clock[state.session];
  if (!seen) {
    const std::uint32_t* past = pool_.clock(state.slot);
    for (std::size_t s = 0; s < width_; s += kLane)
      for (std::size_t i = s; i < s + kLane; ++i) clock[i] = std::max(clock[i], past[i]);
    const std::uint32_t count = history_.before(step.write) + (stray ? 0 : 1);
    if (state.session < history_.writing) clock[state.session] = std::max(clock[state.session], count);
    const auto& others = pool_.strays(state.slot);
    if (!others.empty()) {
      joined_.clear();
      std::set_union(strays.begin(), strays.end(), others.begin(), others.end(), std::back_inserter(joined_));
      strays.swap(joined_);
    }
    if (stray) strays.insert(std::lower_bound(strays.begin(), strays.end(), step.write), step.write);
    if (shared_[step.session] != ClockPool::kNone) pool_.release(shared_[step.session]);
    shared_[step.session] = ClockPool::kNone;
  }
  if (--state.unread > 0) return;
  pool_.release(state.slot);
  state.slot = ClockPool::kNone;
}

}  // namespace fracas::checker
