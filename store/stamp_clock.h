// Issues the stamps of one node, from the source that the knob `stamp` names. Only a coordinator stamps, and
// only once: whatever passes a stamped value on (repair, hints, anti-entropy) leaves the stamp alone.
//
//   wall      max(last + 1, the wall clock): stamps never go back, however the clock jumps.
//   client    what the client says; no business of this node but for a limit on the future.
//   hlc       a hybrid logical clock (Kulkarni et al. 2014): max(last + 1, wall, all that was heard). Their
//             pair (l, c) is one number here: an event in a microsecond that is taken moves it one further,
//             which is what c counts.
//   query     one above all that r homes and the session have (stamp_queries.h asks); no clock at all.
//   truetime  the latest that it can be, wall + clock_error. The write is sent when even the earliest that
//             it can be is past that (commit wait): before, nobody can have seen it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/config.h"
#include "store/lww.h"

namespace fracas::store {

class Fingerprint;

class StampClock {
 public:
  /// Storage key of the bound below.
  static constexpr std::string_view record_key = "c";
  /// A sound stamp is never above; leaves room to count up.
  static constexpr std::int64_t max_us = std::int64_t{1} << 62;

  explicit StampClock(const Actor& actor, const Config& config = {});

  /// A stamp of an earlier incarnation of this node, found on its disk.
  void observe(const Stamp&);
  /// How far an earlier incarnation may have gone (hlc), found on its disk. False: unreadable.
  bool load(std::string_view record);

  /// Above what the session saw, if it says so: for hlc and query of all keys, by its token of this one.
  Stamp next(std::int64_t wall_us, std::int64_t seen_us = 0);
  /// The client's own.
  Stamp of_client(std::int64_t stamp_us) { return {stamp_us, actor_, ++sequence_}; }

  /// How long until the stamp is certainly in the past; at most 0: it is, or the source does not care.
  std::int64_t wait_us(const Stamp&, std::int64_t wall_us) const;
  /// Neither ahead of this node's clock by more than max_clock_offset, nor of what it has issued itself.
  bool may_follow(std::int64_t us, std::int64_t wall_us) const;

  bool is_hybrid() const { return source_ == StampSource::hlc; }
  /// A peer's clock came with a message. False: it is too far ahead, and is not followed.
  bool hear(std::int64_t clock_us, std::int64_t wall_us);
  /// What goes out with a message now.
  std::int64_t tell(std::int64_t wall_us);
  /// What must be durable before anybody hears of this clock: a bound on all that it tells from now on, anew
  /// whenever it was reached. It keeps a restarted node from going back.
  std::optional<std::string> new_bound();

  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  StampSource source_;
  std::int64_t max_offset_us_;
  std::int64_t error_us_;
  BugSet bugs_;
  Actor actor_;
  std::int64_t last_us_ = 0;
  std::int64_t bound_us_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace fracas::store
