#include "checker/staleness/trace.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "checker/real_time.h"

namespace fracas::checker::staleness {
namespace {

constexpr std::uint32_t kNobody = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t kSeveral = kNobody - 1;

bool may_have_written(const Operation& o) { return o.f != Function::read && o.outcome != Outcome::fail; }
bool may_count(const Operation& o) {
  return o.f == Function::read ? o.outcome == Outcome::ok && !o.final : o.outcome != Outcome::fail;
}

/// An end that is still to come.
struct End {
  std::uint32_t at;
  Event what;
};

/// Ends of what has begun, soonest first. There are as many as operations that are open at one moment:
/// sorting them in from the back is cheaper than a heap.
class Pending {
 public:
  void push(const End& end) {
    ends_.push_back(end);
    std::size_t place = ends_.size() - 1;
    for (; place > first_ && ends_[place - 1].at > end.at; --place) ends_[place] = ends_[place - 1];
    ends_[place] = end;
  }
  bool any_before(std::uint32_t event) const { return first_ < ends_.size() && ends_[first_].at < event; }
  End pop() {
    const End end = ends_[first_++];
    if (first_ == ends_.size()) {
      ends_.clear();
      first_ = 0;
    } else if (first_ > 256 && first_ * 2 > ends_.size()) {
      ends_.erase(ends_.begin(), ends_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    return end;
  }

 private:
  std::vector<End> ends_;
  std::size_t first_ = 0;
};

}  // namespace

/// Who left the key absent: the deletes, or nobody yet.
class Tracer::Absence {
 public:
  Absence(const KeyCase& key, bool initially, Unclear unclear) : initially_(initially) {
    std::uint32_t number = 0;
    for (const Operation* o : key.operations) {
      if (!may_have_written(*o)) continue;
      ++number;
      if (o->f != Function::remove_key) continue;
      const Delete one{number, o->invoked, o->completed};
      deletes_.push_back(one);
      longest_.push_back(longest_.empty() || one.completed >= longest_.back().completed ? one
                                                                                        : longest_.back());
    }
    if (unclear == Unclear::likely) time_.emplace(key);
  }

  bool deleted() const { return !deletes_.empty(); }

  Writer before(const Operation& read) const {
    const std::size_t begun = begun_before(read.completed);
    if (begun == 0) return {initially_ ? 0 : kNobody, true};
    const Writer favourable{longest_[begun - 1].number, false};
    if (!time_) return favourable;
    const Operation* latest = time_->latest_before(read.invoked);
    if (latest == nullptr) return {initially_ ? 0 : favourable.number, false};
    if (latest->f == Function::remove_key)
      return {deletes_[begun_before(latest->invoked + 1) - 1].number, false};
    const Delete& last = deletes_[begun - 1];
    return last.completed >= latest->invoked ? Writer{last.number, false} : favourable;
  }

 private:
  struct Delete {
    std::uint32_t number;
    std::uint32_t invoked;
    std::uint32_t completed;
  };
  std::size_t begun_before(std::uint32_t event) const {
    return static_cast<std::size_t>(
        std::lower_bound(deletes_.begin(), deletes_.end(), event,
                         [](const Delete& d, std::uint32_t e) { return d.invoked < e; }) -
        deletes_.begin());
  }

  const bool initially_;
  std::vector<Delete> deletes_;  ///< by begin
  std::vector<Delete> longest_;  ///< of each and those that began before
  std::optional<RealTime> time_;
};

/// Gives the events of a key their ranks.
class Tracer::Ranks {
 public:
  Ranks(Trace& trace, std::size_t writes, std::size_t operations) : trace_(trace) {
    trace.writes.assign(1, Write{});
    trace.writes.reserve(writes);
    trace.reads.clear();
    trace.reads.reserve(operations - (writes - 1));
    trace.events.assign(1, Event{Event::write_begins, 0});
    trace.events.reserve(2 * operations + 1);
    trace.index.assign(1, 0);
    trace.index.reserve(2 * operations + 1);
  }

  void write(const Operation& o) {
    const Event begin = event(Event::write_begins, trace_.writes.size());
    const Rank began = next(o.invoked, begin);
    trace_.writes.push_back({.began = began, .ended = kNever, .low = kNever, .high = began});
    if (o.completed != kNever) pending_.push({o.completed, event(Event::write_ends, begin.number)});
  }

  void read(const Operation& o, std::uint32_t writer) {
    const Event begin = event(Event::read_begins, trace_.reads.size());
    const Rank began = next(o.invoked, begin);
    trace_.reads.push_back({.began = began, .ended = 0, .writer = writer});
    pending_.push({o.completed, event(Event::read_ends, begin.number)});
  }

  void finish() {
    while (pending_.any_before(kNever)) end(pending_.pop());
  }

 private:
  static Event event(Event::Kind kind, std::size_t number) {
    return {static_cast<std::uint32_t>(kind) & 3U, static_cast<std::uint32_t>(number) & 0x3fffffffU};
  }

  Rank next(std::uint32_t at, Event what) {
    while (pending_.any_before(at)) end(pending_.pop());
    return append(at, what);
  }

  Rank append(std::uint32_t at, Event what) {
    trace_.events.push_back(what);
    trace_.index.push_back(at);
    return static_cast<Rank>(trace_.events.size() - 1);
  }

  void end(const End& end) {
    const Rank rank = append(end.at, end.what);
    if (end.what.kind == Event::write_ends) {
      Write& write = trace_.writes[end.what.number];
      write.ended = rank;
      write.low = std::min(write.low, rank);
      return;
    }
    Read& read = trace_.reads[end.what.number];
    read.ended = rank;
    Write& write = trace_.writes[read.writer];  // has begun by now
    write.low = std::min(write.low, rank);
    write.high = std::max(write.high, read.began);
    write.last_read = std::max(write.last_read, read.began);
  }

  Trace& trace_;
  Pending pending_;
};

Tracer::Tracer(const Case& whole)
    : history_(whole.history()),
      siblings_(whole.conflict() == Conflict::siblings),
      initial_(history_.find(whole.judged_as().initial).value_or(kNobody)),
      table_(history_.texts(), 0) {
  trace_.history = &history_;
}

void Tracer::number_writes(const KeyCase& key) {
  // The table need not be emptied from key to key: what is below `base_` is of another one, `base_` itself
  // stands for several writers.
  base_ += static_cast<std::uint32_t>(spans_.size()) + 1;
  spans_.assign(1, Span{});
  for (const Operation* o : key.operations) {
    if (!may_have_written(*o)) continue;
    const auto number = static_cast<std::uint32_t>(spans_.size());
    spans_.push_back({o->invoked, o->completed});
    if (o->f != Function::write) continue;
    std::uint32_t& known = table_[o->value];
    known = known >= base_ ? base_ : base_ + number;
  }
}

std::uint32_t Tracer::number_of(TextId value) const {
  if (value >= table_.size() || table_[value] < base_) return kNobody;
  return table_[value] == base_ ? kSeveral : table_[value] - base_;
}

Tracer::Writer Tracer::writer_of(TextId value, const Operation& read) {
  const std::uint32_t number = number_of(value);
  const bool initially = value == initial_;
  if (number == kSeveral) {
    trace_.repeated = true;
    return {kNobody, true};
  }
  if (number == kNobody || spans_[number].invoked > read.completed) return {initially ? 0 : kNobody, true};
  return {number, !initially};
}

Tracer::Writer Tracer::writer_of(const KeyCase& key, std::uint32_t place, const Absence& absence) {
  const Operation& read = *key.operations[place];
  if (!siblings_) return read.value == kNullText ? absence.before(read) : writer_of(read.value, read);
  const auto values = key.answers().of(place);
  if (values.empty()) return absence.before(read);
  trace_.siblings = trace_.siblings || values.size() > 1;
  Writer newest = absence.deleted() ? absence.before(read) : Writer{0, true};
  for (const TextId value : values) {
    const Writer one = writer_of(value, read);
    if (one.number == kNobody) return one;
    if (newest.number == kNobody || spans_[one.number].completed >= spans_[newest.number].completed)
      newest = one;
  }
  return newest;
}

const Trace& Tracer::trace(const KeyCase& key, Unclear unclear) {
  number_writes(key);
  const Absence absence(key, initial_ == kNullText, unclear);
  trace_.ambiguous = trace_.repeated = false;
  trace_.siblings = siblings_ && absence.deleted();
  Ranks ranks(trace_, spans_.size(), key.operations.size());
  for (std::uint32_t place = 0; place < key.operations.size(); ++place) {
    const Operation& o = *key.operations[place];
    if (!may_count(o)) continue;
    if (o.f != Function::read) {
      ranks.write(o);
      continue;
    }
    const Writer writer = writer_of(key, place, absence);
    trace_.ambiguous = trace_.ambiguous || !writer.certain;
    if (writer.number == kNobody || (!writer.certain && unclear == Unclear::left_out)) continue;
    ranks.read(o, writer.number);
  }
  ranks.finish();
  return trace_;
}

}  // namespace fracas::checker::staleness
