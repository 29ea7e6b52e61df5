#include "store/peer_memory.h"

#include <algorithm>

namespace fracas::store {

void PeerMemory::told(NodeIndex peer, std::uint64_t sequence, bool vouches) {
  if (sequence == 0) return;
  Peer& known = peers_[peer];
  known.acknowledged = std::max(known.acknowledged, sequence);
  known.whole = known.whole || vouches;
}

void PeerMemory::announced(NodeIndex peer, std::uint64_t sequence) {
  peers_[peer].announced = std::max(peers_[peer].announced, sequence);
}

void PeerMemory::all_are_new() {
  for (Peer& peer : peers_) peer.whole = true;
}

void PeerMemory::meet(NodeIndex peer, const Actor& process, std::uint64_t asked) {
  Peer& known = peers_[peer];
  if (known.process == process) return;
  known.process = process;
  known.asked_before = asked;
}

bool PeerMemory::hears(NodeIndex peer, const Actor& process, std::uint64_t question, std::uint64_t asked) {
  const Peer& known = peers_[peer];
  if (known.process && *known.process != process && question <= known.asked_before) return false;
  meet(peer, process, asked);
  return true;
}

}  // namespace fracas::store
