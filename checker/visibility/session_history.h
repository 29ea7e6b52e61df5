// The registers of a history as causality looks at them, over all keys: what each session did in its order,
// and which write each read saw. Flat arrays of numbers, worked out once for every judgement of sessions.
//
// * A session's order (so) binds what it was answered: acknowledged writes, deletes and reads. A write of
//   unknown outcome comes after what its session had done before, but what the session does later does not
//   come after it: it may take effect at any time. Such a write is here only if somebody read it ("stray").
// * A read saw the one write or delete that can explain its value: of that value, not failed, begun before
//   the read ended; or nothing, if the value is the initial one. If two can explain it (equal values; an
//   absent key that may have been deleted, or never written) the read is left out: nothing is held against
//   anybody. If none can, it is the business of no-phantoms and honest-failures, and left out too.
// * So a write begins before what is caused by it ends: in the order of `steps` (a write where it begins, a
//   read where it ends) causes come before effects, and what a session is said to have seen has no cycle.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checker/case.h"

namespace fracas::checker {

/// Number of a write in a SessionHistory. Ascending by key; of a key first the acknowledged ones, by session
/// and in its order.
using WriteId = std::uint32_t;

struct SessionHistory {
  /// What a read saw that found the initial value.
  static constexpr WriteId kInitial = kNever;

  struct Step {
    std::uint32_t session = 0;
    std::uint32_t key = 0;
    WriteId write = 0;            ///< what it wrote, or read (kInitial: nothing had been written)
    std::uint32_t operation = 0;  ///< its place in the history; the highest bit: it is a read

    bool reads() const { return (operation & kRead) != 0; }
    std::uint32_t place() const { return operation & ~kRead; }
  };
  static constexpr std::uint32_t kRead = 1U << 31;

  /// The acknowledged writes of a key by one session: `first` and those after it, `count` of them.
  struct Group {
    std::uint32_t session = 0;
    WriteId first = 0;
    std::uint32_t count = 0;
  };

  explicit SessionHistory(const Case&);

  bool is_stray(WriteId w) const { return position[w] >= kStray; }
  /// Of an acknowledged write: how many of its session's come before it. Of a stray one the same, plus
  /// kStray.
  static constexpr std::uint32_t kStray = 1U << 31;
  /// How many of its session's acknowledged writes come before it.
  std::uint32_t before(WriteId w) const { return position[w] & ~kStray; }

  std::span<const Group> groups_of(std::uint32_t key) const {
    return std::span(groups).subspan(first_group[key], first_group[key + 1] - first_group[key]);
  }
  std::size_t writes() const { return position.size(); }
  std::size_t keys() const { return first_stray.size(); }
  const Operation& of(const Step& step) const { return history->operations()[step.place()]; }
  const Operation& of(WriteId w) const { return history->operations()[operation[w]]; }

  const History* history;
  std::vector<Step> steps;
  std::uint32_t sessions = 0;
  std::uint32_t writing = 0;  ///< sessions with acknowledged writes: the first ones

  // Of each write.
  std::vector<std::uint32_t> operation;  ///< its place in the history
  std::vector<std::uint32_t> session;
  std::vector<std::uint32_t> position;
  std::vector<std::uint32_t> readers;  ///< how many reads saw it
  /// The event by which it had certainly happened: it was acknowledged, or somebody had read it. All differ.
  std::vector<std::uint32_t> happened;

  std::vector<Group> groups;               ///< by key, then session
  std::vector<std::uint32_t> first_group;  ///< of each key, and the end
  std::vector<WriteId> first_stray;        ///< of each key
  std::vector<WriteId> end_of_key;

  std::uint64_t reads = 0;      ///< in `steps`
  std::uint64_t ambiguous = 0;  ///< left out: several writes explain them
  std::string equal_values{};   ///< if that is because two writes wrote the same: what to say of it
  std::string out_of_order{};   ///< a session had two operations open at a time: there is no so
};

/// Worked out once.
const SessionHistory& session_history(const Case&);

}  // namespace fracas::checker
