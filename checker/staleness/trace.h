// One register as staleness looks at it: the writes that count, the reads that can be measured, and of each
// read whose value it returned. Endpoints are ranks: the position of an event among those of this key.
//
// What counts: writes and deletes that were acknowledged, and those of unknown outcome that some read proves.
// (The others of unknown outcome are among the writes, but never have a `low`.) Left out: final reads (each
// of one replica alone), reads of a value that nobody wrote, that failed, or whose write began only after the
// read had ended, and reads of a value that two operations wrote.
//
// Not every read tells whose value it returned: nothing is there before the first write and after each
// delete, and with siblings there may be several values. Such a read is given the writer that ended last, the
// most favourable one: it is never found staler than it was.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/case.h"

namespace fracas::checker::staleness {

using Rank = std::uint32_t;

/// A write or delete. Number 0 of every trace is the state before all of them.
struct Write {
  Rank began = 0;
  Rank ended = 0;      ///< kNever: of unknown outcome
  Rank low = 0;        ///< the first end among the write and its reads: from here on the value was there;
                       ///< kNever: nothing shows that it ever happened
  Rank high = 0;       ///< the last begin among them: until here it still was
  Rank last_read = 0;  ///< the last begin of a read; 0: nobody read it
};

struct Read {
  Rank began = 0;
  Rank ended = 0;
  std::uint32_t writer = 0;
};

/// What happens at a rank: a begin or an end of `number` (of writes, or of reads).
struct Event {
  enum Kind : std::uint32_t { write_begins, write_ends, read_begins, read_ends };
  std::uint32_t kind : 2;
  std::uint32_t number : 30;
};

struct Trace {
  const History* history = nullptr;
  std::vector<Write> writes;         ///< by begin
  std::vector<Read> reads;           ///< by begin
  std::vector<Event> events;         ///< of each rank; rank 0 is before everything
  std::vector<std::uint32_t> index;  ///< of each rank: its event in the history

  /// Of any rank but 0.
  std::int64_t ns(Rank rank) const { return history->event_ns(index[rank]); }

  bool ambiguous = false;  ///< a read's writer was chosen among several
  bool repeated = false;   ///< a read returned a value that several operations wrote
  bool siblings = false;   ///< several values side by side, or deletes that may have spared some
};

/// Makes the traces of a case, one key after the other. Its table (4 bytes a text of the history) takes the
/// place of a hash table.
class Tracer {
 public:
  /// What becomes of reads whose writer has to be chosen.
  enum class Unclear : std::uint8_t {
    favourable,  ///< the writer that ended last
    likely,      ///< what was there when the read began, where that explains it
    left_out
  };

  explicit Tracer(const Case&);
  /// Valid until the next call.
  const Trace& trace(const KeyCase&, Unclear);

 private:
  class Absence;
  class Ranks;
  void number_writes(const KeyCase&);
  std::uint32_t number_of(TextId value) const;

  struct Writer {
    std::uint32_t number = 0;
    bool certain = true;
  };
  Writer writer_of(TextId value, const Operation& read);
  Writer writer_of(const KeyCase&, std::uint32_t place, const Absence&);
  /// What a write is known by while ranks are not known yet.
  struct Span {
    std::uint32_t invoked = 0;
    std::uint32_t completed = 0;
  };

  const History& history_;
  const bool siblings_;
  const TextId initial_;              ///< what a register holds before the first write
  std::vector<std::uint32_t> table_;  ///< of each text: base_ + number, of the latest key that wrote it
  std::uint32_t base_ = 0;
  std::vector<Span> spans_;  ///< of each write of this key, by number; 0 is before all
  Trace trace_;
};

}  // namespace fracas::checker::staleness
