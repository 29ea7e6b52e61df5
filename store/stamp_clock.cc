#include "store/stamp_clock.h"

#include <algorithm>

#include "store/bytes.h"

namespace fracas::store {
namespace {

/// How far beyond what was told the bound on disk is. A process takes longer to start again, so that a
/// restarted node is not ahead of its wall clock if that is right.
constexpr std::int64_t lease_us = 10'000;

constexpr std::int64_t ns_per_us = 1000;

}  // namespace

StampClock::StampClock(const Actor& actor, const Config& config)
    : source_(config.stamp),
      max_offset_us_(config.max_clock_offset_ns / ns_per_us),
      error_us_(config.clock_error_ns / ns_per_us),
      bugs_(config.bugs),
      actor_(actor) {}

void StampClock::observe(const Stamp& stamp) {
  if (stamp.actor.node() == actor_.node()) last_us_ = std::max(last_us_, stamp.wall_us);
}

bool StampClock::load(std::string_view record) {
  ByteReader in(record);
  const auto bound = static_cast<std::int64_t>(in.u64());
  if (!in.complete() || bound < 0) return false;
  if (bugs_.has(Bug::hlc_lease_forgotten)) return true;
  bound_us_ = bound;
  last_us_ = std::max(last_us_, bound);
  return true;
}

Stamp StampClock::next(std::int64_t wall_us, std::int64_t seen_us) {
  std::int64_t us = 0;
  switch (source_) {
    case StampSource::wall:
    case StampSource::client:
      us = bugs_.has(Bug::wall_no_guard) ? wall_us : std::max({last_us_ + 1, seen_us + 1, wall_us});
      break;
    case StampSource::hlc:
      us = std::max({last_us_ + 1, seen_us + 1, wall_us});
      break;
    case StampSource::query:
      us = seen_us + 1;
      break;
    case StampSource::truetime:
      us = std::max({last_us_ + 1, seen_us + 1, wall_us + error_us_});
      break;
  }
  last_us_ = std::max(last_us_, us);
  return {us, actor_, ++sequence_};
}

std::int64_t StampClock::wait_us(const Stamp& stamp, std::int64_t wall_us) const {
  if (source_ != StampSource::truetime || bugs_.has(Bug::commit_wait_skipped)) return 0;
  return stamp.wall_us + 1 - (wall_us - error_us_);
}

bool StampClock::may_follow(std::int64_t us, std::int64_t wall_us) const {
  return us <= std::max(last_us_, wall_us + max_offset_us_);
}

bool StampClock::hear(std::int64_t clock_us, std::int64_t wall_us) {
  if (!may_follow(clock_us, wall_us)) return false;
  last_us_ = std::max(last_us_, clock_us);
  return true;
}

std::int64_t StampClock::tell(std::int64_t wall_us) {
  last_us_ = std::max(last_us_, wall_us);
  return last_us_;
}

std::optional<std::string> StampClock::new_bound() {
  if (last_us_ <= bound_us_) return std::nullopt;
  bound_us_ = last_us_ + lease_us;
  std::string record;
  ByteWriter(record).u64(static_cast<std::uint64_t>(bound_us_));
  return record;
}

}  // namespace fracas::store
