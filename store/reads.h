// Gets in flight: all homes are asked at once, the answer is the merge of the first r replies, and stale
// homes are repaired from all replies, late ones too. With placement = sloppy a stand-in answers for a home
// that is away, with the hints that it keeps; it is not repaired. With repair = blocking or abd, enough homes
// must hold what was found before anybody hears of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/hinted_handoff.h"
#include "store/request.h"
#include "store/shared.h"
#include "store/stand_ins.h"

namespace fracas::store {

class Fingerprint;

class Reads {
 public:
  Reads(Shared& shared, const HintedHandoff& hints) : shared_(shared), hints_(hints) {}

  void begin(Step&, Request);
  void replied(Step&, NodeIndex from, const ReadReply&);
  /// A home has what was written back to it. False: the operation is none of ours.
  bool acknowledged(Step&, NodeIndex from, const WriteReply&);
  void send_failed(Step&, NodeIndex to, OperationId);
  /// Who was asked has nothing to say: its copy does not count. False: the operation is none of ours.
  bool refused(Step&, NodeIndex from, OperationId);
  /// Of what was to be written back. False: the operation is none of ours.
  bool write_back_failed(Step&, NodeIndex to, OperationId);
  /// Calls stand-ins for what is silent.
  void lose_patience(Step&, OperationId);
  void time_out(Step&, OperationId);

  /// What is open asks the homes of the present ring.
  void ring_changed(Step&);

  std::size_t open() const { return reads_.size(); }

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  struct Copy {
    Actor incarnation;   ///< that answered
    KeyState state;      ///< what the home has, or will have once it has merged what was sent to it
    bool stale = false;  ///< counted as such
    void fingerprint(Fingerprint&) const;
  };
  /// What a read found, on its way to enough homes. It goes out under the read's own operation.
  struct WriteBack {
    KeyState found;
    Homes homes;                  ///< of the key
    std::set<NodeIndex> targets;  ///< of them, those that count
    std::size_t wanted = 0;       ///< so many of them must hold it
    std::set<NodeIndex> holders;  ///< hold it or something newer, as they said themselves
    std::set<NodeIndex> failed;   ///< will not say so any more

    bool done() const { return homes.least_of(holders) >= wanted; }
    bool hopeless() const {
      return homes.least([this](NodeIndex home) {
        return targets.contains(home) && !failed.contains(home);
      }) < wanted;
    }
    void held_by(NodeIndex home) {
      failed.erase(home);
      holders.insert(home);
    }
    void fingerprint(Fingerprint&) const;
  };
  struct Read {
    Origin origin;
    std::string key;
    Homes homes;
    std::size_t wanted = 1;
    Repair repairs = Repair::none;
    std::int64_t timeout_ns = 0;
    std::int64_t deadline_ns = 0;
    std::map<NodeIndex, Copy> copies;
    KeyState merged;  ///< of all copies so far
    std::set<NodeIndex> unsent;
    std::set<NodeIndex> failed;
    std::optional<WriteBack> write_back;
    StandIns stand_ins;                 ///< for homes that are away
    std::int64_t patient_until_ns = 0;  ///< with who is silent; 0: to the end
    bool lost_patience = false;         ///< once; whoever was silent then is not held silent again
    bool answered = false;

    bool lost(NodeIndex home) const {
      return failed.contains(home) && !stand_ins.awaited(home) && !stand_ins.has_answered(home);
    }
    bool all_heard() const;
    std::size_t fallbacks() const;  ///< stand-ins that answered, for homes that did not
    std::size_t replies() const { return homes.least_of(copies) + fallbacks(); }
    void fingerprint(Fingerprint&) const;
  };
  using Entry = std::map<OperationId, Read>::iterator;
  /// An answer that bug coord_read_cache gives again.
  struct Cached {
    ReplyToClient reply;
    std::int64_t until_ns = 0;
    void fingerprint(Fingerprint&) const;
  };

  void ask_homes(Step&, Entry);
  void forget(Entry);
  void add_copy(Step&, Read&, NodeIndex from, const Actor& incarnation, const KeyState&);
  bool answer_from_cache(Step&, const Request&);
  void call_stand_in(Step&, OperationId, Read&, NodeIndex home);
  void be_patient(Step&, OperationId, Read&);
  void combine(KeyState& merged, const KeyState&) const;
  bool may_answer(const Read&) const;
  bool covers_session(const Read&) const;
  void proceed(Step&, Entry);
  void begin_write_back(Step&, Entry);
  void send_back(Step&, OperationId, Read&);
  void proceed_with_write_back(Step&, Read&);
  void succeed(Step&, Read&, const KeyState& found);
  void fail(Step&, Read&);
  void repair(Step&, Read&, bool late);
  std::int64_t repairs_until(const Read&) const;
  void count_stale(Step&, Copy&);
  void count_repair(Step&, const Read&, NodeIndex home, Copy&);

  Shared& shared_;
  const HintedHandoff& hints_;
  std::map<OperationId, Read> reads_;
  std::map<std::string, Cached> cache_;
};

}  // namespace fracas::store
