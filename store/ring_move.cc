#include "store/ring_move.h"

#include <algorithm>
#include <bit>

namespace fracas::store {
namespace {

constexpr std::int64_t tick_ns = 100'000'000;
constexpr std::int64_t gossip_ns = 500'000'000;
/// Nodes propose the end one after the other, until one gets through.
constexpr std::int64_t turn_ns = 300'000'000;

constexpr std::uint64_t bit(unsigned index) { return std::uint64_t{1} << index; }

}  // namespace

void RingMove::begin(Step& step) {
  merged_ = {};
  arrived_.clear();
  complete_since_ns_ = 0;
  const bool at_once = shared_.config().bugs.has(Bug::join_serves_early);
  shared_.joining = at_once ? 0 : shared_.ring.gained(shared_.self(), shared_.config().n);
  shared_.agenda.remove(next_tick_ns_, {Task::Kind::ring, 0});
  // Of the first ring everybody knows.
  if (shared_.ring.epoch() > 1) tick(step);
}

void RingMove::tick(Step& step) {
  next_tick_ns_ = step.now().steady_ns + (shared_.ring.next() ? tick_ns : gossip_ns);
  shared_.agenda.add(next_tick_ns_, {Task::Kind::ring, 0});
  gossip(step);
  if (!shared_.ring.next()) return;
  if (shared_.joining != 0) {
    for (const NodeIndex member : shared_.ring.now().members()) anti_entropy_.begin(step, member);
  } else if (shared_.ring.gained(shared_.self(), shared_.config().n) != 0 && shared_.catching_up == 0) {
    for (NodeIndex node = 0; node < shared_.options.names.size(); ++node)
      if (node != shared_.self()) step.send(node, RingProgress{});
    arrived_.insert(shared_.self());
  }
  finish_if_due(step);
}

/// So that a node hears of the ring that was away when it changed, and that nobody has anything else to say
/// to.
void RingMove::gossip(Step& step) {
  const std::size_t nodes = shared_.options.names.size();
  if (nodes == 1) return;
  next_to_hear_ = static_cast<NodeIndex>((next_to_hear_ + 1) % nodes);
  if (next_to_hear_ == shared_.self()) next_to_hear_ = static_cast<NodeIndex>((next_to_hear_ + 1) % nodes);
  RingNotice notice;
  shared_.ring.encode(notice.document);
  step.send(next_to_hear_, std::move(notice));
}

void RingMove::merged(const EqualPartitions& equal) {
  if (shared_.joining == 0) return;
  for (unsigned partition = 0; partition < partitions; ++partition) {
    const bool votes = (equal.catching_up & bit(partition)) == 0;
    if ((equal.partitions & bit(partition)) != 0 && votes) merged_[partition] |= bit(equal.peer);
    if ((shared_.joining & bit(partition)) != 0 && caught_up(static_cast<int>(partition)))
      shared_.joining &= ~bit(partition);
  }
}

bool RingMove::caught_up(int partition) const {
  const Config& config = shared_.config();
  std::uint64_t old_homes = 0;
  for (const NodeIndex home : shared_.ring.now().homes(partition, config.n)) old_homes |= bit(home);
  const bool one = config.bugs.has(Bug::bootstrap_one_source);
  const int enough = one ? 1 : config.n - std::min(config.r, config.w) + 1;
  return std::popcount(merged_[static_cast<std::size_t>(partition)] & old_homes) >= enough;
}

void RingMove::has_arrived(Step& step, NodeIndex node) {
  arrived_.insert(node);
  finish_if_due(step);
}

bool RingMove::all_have_arrived() const {
  const auto& members = shared_.ring.next()->members();
  return std::all_of(members.begin(), members.end(), [this](NodeIndex node) {
    return arrived_.contains(node) || shared_.ring.gained(node, shared_.config().n) == 0;
  });
}

void RingMove::finish_if_due(Step& step) {
  if (!shared_.ring.next() || agreement_.proposes() || !all_have_arrived()) return;
  const std::int64_t now = step.now().steady_ns;
  if (complete_since_ns_ == 0) complete_since_ns_ = now;
  const auto& members = shared_.ring.now().members();
  const auto turn = std::find(members.begin(), members.end(), shared_.self()) - members.begin();
  if (now - complete_since_ns_ >= turn * turn_ns) agreement_.propose(step, shared_.ring.finished(), {});
}

}  // namespace fracas::store
