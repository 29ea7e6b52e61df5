// Gets in flight: all homes are asked at once, the answer is the merge of the first r replies, and stale
// homes are repaired from all replies, late ones too.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "store/request.h"
#include "store/shared.h"

namespace fracas::store {

class Reads {
 public:
  explicit Reads(Shared& shared) : shared_(shared) {}

  void begin(Step&, Request);
  void replied(Step&, NodeIndex from, const ReadReply&);
  void send_failed(Step&, NodeIndex to, OperationId);
  void time_out(Step&, OperationId);

  std::size_t open() const { return reads_.size(); }

 private:
  struct Copy {
    Actor incarnation;   ///< that answered
    KeyState state;      ///< what the home has, or will have once it has merged what was sent to it
    bool stale = false;  ///< counted as such
  };
  struct Read {
    Origin origin;
    std::string key;
    std::vector<NodeIndex> homes;
    std::size_t wanted = 1;
    std::int64_t deadline_ns = 0;
    std::map<NodeIndex, Copy> copies;
    KeyState merged;  ///< of all copies so far
    std::set<NodeIndex> unsent;
    std::set<NodeIndex> failed;
    bool answered = false;

    bool settled() const { return copies.size() + failed.size() == homes.size(); }
  };
  using Entry = std::map<OperationId, Read>::iterator;

  void add_copy(Read&, NodeIndex from, const Actor& incarnation, const KeyState&);
  bool may_answer(const Read&) const;
  void proceed(Step&, Entry);
  void succeed(Step&, Read&);
  void fail(Step&, Read&);
  void repair(Step&, Read&);

  Shared& shared_;
  std::map<OperationId, Read> reads_;
};

}  // namespace fracas::store
