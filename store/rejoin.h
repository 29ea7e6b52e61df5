// Has this node lost state? Then it does not vote until it has caught up: its copies may have gone back in
// time, and a quorum that counts them meets in vain.
//
// How it knows (rejoin = catchup). Every batch on a node's disk carries a storage sequence. It goes out with
// each acknowledgement (also that tombstones may go), and with each write that the node coordinates (it
// counts its own copy then); peers keep the highest, as long as they run (peer_memory.h). After a start the
// node asks them all:
//   - Somebody remembers an acknowledgement beyond its disk: it has lost state.
//   - All remember everything, and nobody an acknowledgement beyond its disk: it has lost nothing, and votes.
//     Of a write that it coordinated and that is not on its disk (it crashed before that was synced, or lost
//     it) those have a copy who remember it: first it merges from them.
//   - Nobody has anything, nor has it: a new cluster, and it votes.
//   - Otherwise, when the longest operation time is over: who was restarted too has forgotten, and who cannot
//     be reached may be who remembers. With fsync = always a disk that opens is taken at its word once the
//     node has merged from the homes that answer, and from n - w at least: with fewer no operation succeeds
//     anyway, and a cluster of which one node stays down must be able to restart another. That is wrong for
//     an old copy of a disk that is restored while those that remember are away, and only then. An empty
//     disk, or one that is not synced on each write, has no word to be taken at: it counts as lost.
//
// Who has lost state votes for a partition again once (i) the longest operation time has passed since it
// started, so that nobody counts an answer of its predecessor any more, and then (ii) it has merged from
// n - w + 1 other homes that vote, one of which has whatever it had acknowledged, or from all other homes:
// when all of them catch up (power went everywhere), what is left on any disk is together then, and waiting
// would bring no more. So it deadlocks nobody. It counts from far above what anybody remembers, so that no
// copy of its disk from before can pass for a later one.
//
// With gc = confirmed an old disk may hold what was deleted since, when no tombstone says so any more. So a
// node that finds its disk to be old empties it before it merges from others, and until it knows, for the
// longest operation time at most, it is as good as down: it asks its questions and hands nothing out.
//
// A disk that was damaged (NodeOptions) is lost state also with rejoin = immediate: nobody has to be asked.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "store/anti_entropy.h"
#include "store/hinted_handoff.h"
#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

class Rejoin {
 public:
  static constexpr char record_key = 'q';  ///< storage key: the partitions that it does not vote for

  Rejoin(Shared& shared, AntiEntropy& anti_entropy, HintedHandoff& hints)
      : shared_(shared), anti_entropy_(anti_entropy), hints_(hints) {}

  /// What the disk kept. False: unreadable.
  bool load_sequence(std::string_view record);
  bool load_lost(std::string_view record);

  /// The disk was damaged.
  void lose_all() { lost_ = own(), has_found_loss_ = true; }

  void start(Step&);
  void tick(Step&);
  void answer(Step&, NodeIndex from, const SequenceQuery&);
  void answered(Step&, NodeIndex from, const SequenceReply&);
  /// An exchange found partitions equal (anti_entropy.h).
  void merged(Step&, const EqualPartitions&);

  bool lost_state() const { return lost_ != 0; }
  /// True once, when it turns out that state was lost.
  bool take_loss() { return std::exchange(has_found_loss_, false); }
  /// What its disk lacks, or that it lacks nothing.
  bool knows() const { return !asks(); }
  /// The ring is another one. This node is home of `unseen` partitions there, and has not merged them as one
  /// who becomes a home does: it was away, or its disk is of another time.
  void ring_changed(Step&, std::uint64_t unseen);
  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  using Nodes = std::uint64_t;       ///< bit i: node i
  using Partitions = std::uint64_t;  ///< bit i: partition i
  struct Answer {
    std::uint64_t acknowledged = 0;
    std::uint64_t announced = 0;
    bool whole = false;
    bool empty = false;  ///< who answered had nothing on its own disk either
    std::int64_t at_ns = 0;
    void fingerprint(Fingerprint&) const;
  };
  /// From whom a partition was merged: since the start; after the wait; of those, by whom it was voted for.
  struct Merged {
    Nodes ever = 0;
    Nodes late = 0;
    Nodes voters = 0;
    void fingerprint(Fingerprint&) const;
  };

  bool waited(std::int64_t now_ns) const;
  bool asks() const { return shared_.catches_up() && !knows_; }
  bool has_to_do() const { return asks() || shared_.catching_up != 0; }
  Nodes others(int partition) const;  ///< its homes but this node
  Partitions own() const;
  bool nothing_lost() const;
  bool doubt_merged(NodeIndex peer, const Answer&) const;
  bool disk_is_trusted() const;
  bool merged_from_who_answers(std::int64_t now_ns) const;
  bool caught_up(int partition) const;
  bool is_new_cluster() const;
  Partitions not_caught_up() const { return lost_ | unseen_; }
  void lose(Step&);
  void know(Step&);
  void proceed(Step&);
  void proceed_asking(Step&);
  void write_down(Step&);
  void announce(Step&);

  Shared& shared_;
  AntiEntropy& anti_entropy_;
  HintedHandoff& hints_;
  std::uint64_t found_ = 0;  ///< sequence on the disk when this process began
  std::int64_t started_ns_ = 0;
  bool knows_ = false;  ///< what it has lost, or that it has lost nothing
  bool has_found_loss_ = false;
  Partitions lost_ = 0;    ///< and not caught up
  Partitions unseen_ = 0;  ///< became its own while it was away, and not caught up
  std::map<NodeIndex, Answer> answers_;
  std::array<Merged, partitions> merged_{};
};

}  // namespace fracas::store
