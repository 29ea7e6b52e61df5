// What a session has seen, as its client carries it: opaque text that a coordinator hands out with each
// answer and gets back with the next request. A read is answered when what it found covers what the token
// tells of its key (field notes 5.12), a write under lww gets a stamp above it. So a session reads its own
// writes and never goes back in time, whatever r and w are, where it would otherwise be answered with
// something older.
//   base64url( version (1) | keys forgotten | actors | count | (hash of the key (8), kind (1), seen) ... |
//   checksum (8) )
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/context_token.h"
#include "store/key_state.h"

namespace fracas::store {

/// Leaves room in the head of an HTTP request for a context beside it. Room for some 14000 pairs of a key and
/// an incarnation of a node that wrote it.
inline constexpr std::size_t max_session_chars = 64 << 10;

class SessionToken {
 public:
  /// "new" begins a session.
  static boost::system::result<SessionToken, TokenError> parse(std::string_view text);
  std::string text() const;

  /// The session was shown, or wrote, this state. Of more than `limit` keys, or more than the text has room
  /// for, those used longest ago are forgotten, and counted.
  void saw(std::string_view key, const KeyState& state, std::size_t limit);
  void saw(std::string_view key, const Context& context, std::size_t limit);
  /// What was found is not older, in any part, than what the session has seen of this key.
  bool covered_by(std::string_view key, const KeyState& found, const BugSet& bugs = {}) const;
  /// The highest stamp that the session has seen of this key; 0: none.
  std::int64_t stamp_us(std::string_view key) const;
  std::uint64_t forgotten() const { return forgotten_; }

 private:
  using Seen = std::variant<Context, Stamp>;
  struct Entry {
    std::uint64_t key = 0;  ///< its hash
    Seen seen;
  };
  const Seen* find(std::string_view key) const;
  void add(std::string_view key, Seen seen, std::size_t limit);

  std::vector<Entry> entries_;  ///< the one used longest ago first
  std::uint64_t forgotten_ = 0;
};

}  // namespace fracas::store
