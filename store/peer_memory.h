// What a node remembers of the others' disks while it runs: the highest storage sequences that they have
// told. It is not written down: a node that was restarted says of each peer that it does not know, until the
// peer has told it where its disk stands (rejoin.h).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "store/actor.h"

namespace fracas::store {

class Fingerprint;

class PeerMemory {
 public:
  struct Peer {
    std::uint64_t acknowledged = 0;  ///< came with an acknowledgement: its disk had it
    std::uint64_t announced = 0;     ///< came with a write that the peer coordinates: on its way to its disk
    bool whole = false;              ///< nothing that the peer has ever acknowledged is above `acknowledged`
    std::optional<Actor> process;    ///< whose answers are taken
    std::uint64_t asked_before = 0;  ///< questions that this node had asked anybody when it met the process
    void fingerprint(Fingerprint&) const;
  };

  explicit PeerMemory(std::size_t nodes) : peers_(nodes) {}

  const Peer& of(NodeIndex peer) const { return peers_[peer]; }
  /// `vouches`: the peer knows that its disk lacks nothing that it has acknowledged. Sequence 0: none is
  /// kept.
  void told(NodeIndex peer, std::uint64_t sequence, bool vouches);
  void announced(NodeIndex peer, std::uint64_t sequence);
  /// Nobody has acknowledged anything yet.
  void all_are_new();

  /// A process asks what is remembered of its predecessors. From then on nothing more is heard from those: it
  /// would come too late for the answer.
  void meet(NodeIndex peer, const Actor& process, std::uint64_t asked);
  /// Whether this process' answer to the `question`th question counts. One that nobody has met counts if it
  /// was asked later than the one met last.
  bool hears(NodeIndex peer, const Actor& process, std::uint64_t question, std::uint64_t asked);

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  std::vector<Peer> peers_;
};

}  // namespace fracas::store
