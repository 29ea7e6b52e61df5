// What nodes say to each other. The frame (version byte, length, checksum) is wire.h's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/actor.h"
#include "store/hash.h"
#include "store/key_state.h"

namespace fracas::store {

/// Names what an answer belongs to. Unique among the incarnations of a node: each starts at a random number,
/// so that an answer to a predecessor matches nothing.
using OperationId = std::uint64_t;

using KeyStates = std::vector<std::pair<std::string, KeyState>>;

// Each message carries, at the end, the sender's hybrid logical clock (stamp = hlc; otherwise 0) and the
// number of its ring's document (ring_document.h), as they were after the step that sent it.

// --- copies of one key ---

/// "Tell me your copy." A stand-in's copy is the merge of the hints that it keeps. Answered by ReadReply.
struct ReadRequest {
  OperationId operation = 0;
  std::string key;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
struct ReadReply {
  OperationId operation = 0;
  Actor incarnation;  ///< of who answers
  KeyState state;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// "Merge this." Puts, delivered hints and read repairs; acknowledged once durable, unless `operation` is 0
/// (repairs).
struct WriteRequest {
  OperationId operation = 0;
  std::string key;
  KeyState state;
  /// Of who asks, which may count its own copy: to be remembered with the write (rejoin.h). 0: not kept.
  std::uint64_t storage_sequence = 0;
  std::int64_t until_ns = 0;  ///< later it must not be merged any more (tombstones.h); 0: always
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
struct WriteReply {
  OperationId operation = 0;
  Actor incarnation;                   ///< of who answers
  std::uint64_t storage_sequence = 0;  ///< of who answers, for noticing lost state; 0: not kept
  /// False: merged, but by a node that is catching up, or is to become a home: no acknowledgement.
  bool votes = true;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// "Not from me": by a node whose copy may have gone back in time, whose disk takes no writes, or that has
/// another ring than who asks. Nothing was done.
struct Refusal {
  OperationId operation = 0;
  Actor incarnation;  ///< of who answers
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};

/// "Keep this for `target`, of which nobody hears." To a stand-in, which becomes its hint's keeper.
struct HintRequest {
  OperationId operation = 0;
  NodeIndex target = 0;
  std::string key;
  KeyState state;
  std::int64_t until_ns = 0;  ///< as in WriteRequest
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
struct HintReply {
  OperationId operation = 0;
  Actor incarnation;  ///< of who answers
  NodeIndex target = 0;
  bool kept = false;  ///< durably; else it was refused, and nothing of it is kept
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};

// --- a put that arrived at a node without a copy of the key (siblings only) ---

/// A client's put or delete, to be coordinated by the receiver. Its context has passed the sender's check.
struct ForwardRequest {
  OperationId operation = 0;
  bool remove = false;
  std::string key;
  std::string value;
  std::string context;  ///< token
  std::uint32_t n = 0;
  std::uint32_t w = 0;
  std::int64_t timeout_ns = 0;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// The answer to the client, word for word.
struct ForwardReply {
  OperationId operation = 0;
  std::optional<std::uint8_t> error;  ///< ErrorKind
  std::string field;
  std::string message;
  std::vector<std::string> values;
  std::string context;
  std::string clock;
  std::uint32_t acks = 0;
  std::uint32_t fallbacks = 0;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};

// --- anti-entropy, in the order of an exchange; a walk is repeated until the roots are equal ---

/// Initiator: the roots of all partitions that both hold.
struct ExchangeRoots {
  OperationId operation = 0;
  std::vector<std::pair<std::uint16_t, Hash>> roots;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// Peer: its non-empty buckets in the partitions that differ; none: all equal.
struct ExchangeBuckets {
  struct Partition {
    std::uint16_t partition = 0;
    std::vector<std::pair<std::uint16_t, Hash>> buckets;
  };
  OperationId operation = 0;
  std::vector<Partition> partitions;
  std::uint64_t catching_up = 0;  ///< bit i: who answers does not vote for partition i
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// Initiator: the slots (ring.h) that differ, and the clocks of all its keys in them.
struct ExchangeKeys {
  OperationId operation = 0;
  std::vector<std::uint16_t> slots;
  KeyStates clocks;  ///< without values
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// Peer: its states that the initiator does not cover, and the keys of which it wants the initiator's state.
struct ExchangeStates {
  OperationId operation = 0;
  KeyStates states;
  std::vector<std::string> wanted;
  std::int64_t until_ns = 0;  ///< as in WriteRequest
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// Initiator: the wanted states.
struct ExchangePush {
  OperationId operation = 0;
  KeyStates states;
  std::int64_t until_ns = 0;  ///< as in WriteRequest
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// Peer: they are merged and durable.
struct ExchangePushed {
  OperationId operation = 0;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};

// --- before a put that takes its stamp from the homes (stamp = query) ---

/// "Tell me the stamp of your copy."
struct StampRequest {
  OperationId operation = 0;
  std::string key;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
struct StampReply {
  OperationId operation = 0;
  Actor incarnation;          ///< of who answers
  std::int64_t stamp_us = 0;  ///< 0: no copy
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};

// --- after a start: have I lost state? (rejoin.h) ---

/// "My disk stands at this sequence. What do you remember?" Answered by SequenceReply.
struct SequenceQuery {
  OperationId operation = 0;
  Actor incarnation;
  std::uint64_t sequence = 0;
  bool vouches = false;  ///< nothing that this node has ever answered for is above it
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
struct SequenceReply {
  OperationId operation = 0;
  std::uint64_t acknowledged = 0;  ///< the highest that the asker has answered with
  std::uint64_t announced = 0;     ///< the highest that it has sent a write with
  bool whole = false;              ///< who answers has forgotten nothing of that
  std::uint64_t own = 0;           ///< of who answers
  bool vouches = false;            ///< as above
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};

// --- giving tombstones up (tombstones.h) ---

/// "Is this all that you have of these keys?" To all nodes.
struct TombstoneQuery {
  OperationId operation = 0;
  KeyStates tombstones;
  std::uint64_t storage_sequence = 0;  ///< of who asks, whose disk has them
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// The keys of which it is.
struct TombstoneReply {
  OperationId operation = 0;
  Actor incarnation;
  std::vector<std::string> agreed;
  std::uint64_t storage_sequence = 0;  ///< as in WriteReply
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// "Nothing that these cover can come back: forget them, if they are all that you have."
struct TombstoneDrop {
  KeyStates tombstones;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};

// --- the ring (ring_document.h, ring_agreement.h, ring_move.h) ---

/// "This is the ring." Whoever has a later document answers with that.
struct RingNotice {
  std::string document;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// "Take no proposal below this ballot for the next document."
struct RingPrepare {
  std::uint64_t ballot = 0;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
struct RingPromise {
  std::uint64_t ballot = 0;           ///< that was asked for
  std::uint64_t promised = 0;         ///< the highest that was: no promise if it is above the ballot
  std::uint64_t accepted_ballot = 0;  ///< 0: nothing was accepted
  std::string accepted;               ///< document
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// "Take this document."
struct RingAccept {
  std::uint64_t ballot = 0;
  std::string document;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
struct RingAccepted {
  std::uint64_t ballot = 0;    ///< that was asked for
  std::uint64_t promised = 0;  ///< not accepted if it is above the ballot
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// "What have you promised and accepted, for the next document?" Of an acceptor that has forgotten.
struct RingQuery {
  OperationId operation = 0;
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
struct RingState {
  OperationId operation = 0;
  bool knows = false;  ///< who answers has not forgotten anything itself
  std::uint64_t promised = 0;
  std::uint64_t accepted_ballot = 0;  ///< 0: nothing was accepted
  std::string accepted;               ///< document
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};
/// "I have all that I need of the partitions that I gain."
struct RingProgress {
  std::int64_t clock_us = 0;
  std::uint32_t epoch = 0;
};

using Message =
    std::variant<ReadRequest, ReadReply, WriteRequest, WriteReply, ForwardRequest, ForwardReply,
                 ExchangeRoots, ExchangeBuckets, ExchangeKeys, ExchangeStates, ExchangePush, ExchangePushed,
                 StampRequest, StampReply, HintRequest, HintReply, Refusal, SequenceQuery, SequenceReply,
                 TombstoneQuery, TombstoneReply, TombstoneDrop, RingNotice, RingPrepare, RingPromise,
                 RingAccept, RingAccepted, RingQuery, RingState, RingProgress>;

}  // namespace fracas::store
