// Gets in flight: all homes are asked at once, the answer is the merge of the first r replies, and stale
// homes are repaired from all replies, late ones too. With repair = blocking or abd, enough homes must hold
// what was found before anybody hears of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/request.h"
#include "store/shared.h"

namespace fracas::store {

class Fingerprint;

class Reads {
 public:
  explicit Reads(Shared& shared) : shared_(shared) {}

  void begin(Step&, Request);
  void replied(Step&, NodeIndex from, const ReadReply&);
  /// A home has what was written back to it. False: the operation is none of ours.
  bool acknowledged(Step&, NodeIndex from, const WriteReply&);
  void send_failed(Step&, NodeIndex to, OperationId);
  /// Of what was to be written back. False: the operation is none of ours.
  bool write_back_failed(Step&, NodeIndex to, OperationId);
  void time_out(Step&, OperationId);

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
    std::set<NodeIndex> targets;  ///< the homes that count
    std::size_t wanted = 0;       ///< so many of them must hold it
    std::set<NodeIndex> holders;  ///< hold it or something newer, as they said themselves
    std::set<NodeIndex> failed;   ///< will not say so any more

    bool done() const { return holders.size() >= wanted; }
    void held_by(NodeIndex home) {
      failed.erase(home);
      holders.insert(home);
    }
    void fingerprint(Fingerprint&) const;
  };
  struct Read {
    Origin origin;
    std::string key;
    std::vector<NodeIndex> homes;
    std::size_t wanted = 1;
    Repair repairs = Repair::none;
    std::int64_t deadline_ns = 0;
    std::map<NodeIndex, Copy> copies;
    KeyState merged;  ///< of all copies so far
    std::set<NodeIndex> unsent;
    std::set<NodeIndex> failed;
    std::optional<WriteBack> write_back;
    bool answered = false;

    bool all_heard() const { return copies.size() + failed.size() == homes.size(); }
    void fingerprint(Fingerprint&) const;
  };
  using Entry = std::map<OperationId, Read>::iterator;
  /// An answer that bug coord_read_cache gives again.
  struct Cached {
    ReplyToClient reply;
    std::int64_t until_ns = 0;
    void fingerprint(Fingerprint&) const;
  };

  void add_copy(Read&, NodeIndex from, const Actor& incarnation, const KeyState&);
  bool answer_from_cache(Step&, const Request&);
  void combine(KeyState& merged, const KeyState&) const;
  bool may_answer(const Read&) const;
  void proceed(Step&, Entry);
  void begin_write_back(Step&, Entry);
  void send_back(Step&, OperationId, Read&);
  void proceed_with_write_back(Step&, Read&);
  void succeed(Step&, Read&, const KeyState& found);
  void fail(Step&, Read&);
  void repair(Step&, Read&, bool late);
  void count_stale(Copy&);
  void count_repair(Copy&);

  Shared& shared_;
  std::map<OperationId, Read> reads_;
  std::map<std::string, Cached> cache_;
};

}  // namespace fracas::store
