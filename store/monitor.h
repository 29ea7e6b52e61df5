// How stale this node has seen replicas to be. There is no lag that one could subtract, for writes have no
// common order: what can be known is which keys were seen to differ and since when, when everything was last
// compared with each peer, and how many of the replies to gets were behind. For operators: nothing that the
// node does depends on it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/key_state.h"
#include "store/message.h"

namespace fracas::store {

/// The version of who is behind, in short: while that stays as it is, so does the age of a divergence. A copy
/// that has moved on is not stuck, even if something newer has come by then.
using Lag = std::uint64_t;
inline constexpr Lag lag_unknown = 0;
Lag lag_of(const KeyState& behind);

class Monitor {
 public:
  static constexpr std::size_t max_divergent = 10'000;       ///< keys of one peer; more are not listed
  static constexpr std::int64_t window_ns = 60'000'000'000;  ///< of the share of stale replies
  static constexpr std::uint64_t enough_replies = 100;       ///< in a window, to speak of a share

  explicit Monitor(std::size_t nodes) : peers_(nodes) {}
  void start(std::int64_t now_ns);

  // --- keys ---

  /// `peer` lacks something of a key, or this node does against it.
  void differs(NodeIndex peer, const std::string& key, Lag, std::int64_t now_ns);
  /// As far as anybody can see, it does not any more.
  void agrees(NodeIndex peer, std::string_view key);

  // --- exchanges that a peer began ---

  using Found = std::map<std::string, Lag>;
  /// Its roots came; `equal`: nothing differs.
  void roots_compared(NodeIndex peer, OperationId exchange, bool equal);
  /// Its keys came, and these differ. `all`: no key that differs was left out.
  void keys_compared(NodeIndex peer, OperationId exchange, const Found&, bool all, std::int64_t now_ns);

  // --- exchanges that this node began ---

  /// It asks about the keys of a walk; `all`: of each slot that differs.
  void asks(NodeIndex peer, bool all) { peers_[peer].asked_all = all; }
  /// It has got the answer.
  void answered(NodeIndex peer, std::int64_t now_ns) {
    if (peers_[peer].asked_all) compared(peer, now_ns);
  }
  /// Everything was compared.
  void compared(NodeIndex peer, std::int64_t now_ns) { peers_[peer].compared_ns = now_ns; }

  // --- replies of homes to gets ---

  void reply(std::int64_t now_ns);
  void stale_reply(std::int64_t now_ns);

  // --- what operators ask ---

  std::size_t divergent(NodeIndex peer) const { return peers_[peer].keys.size(); }
  /// As the last exchange that the peer began had found them, before it repaired them.
  std::size_t found_by_exchange(NodeIndex peer) const { return peers_[peer].found; }
  std::int64_t divergence_age_ns(NodeIndex peer, std::int64_t now_ns) const;  ///< of the oldest; 0: none
  /// Since everything was last compared with a peer, or since the start.
  std::int64_t exchange_age_ns(NodeIndex peer, std::int64_t now_ns) const {
    return now_ns - peers_[peer].compared_ns;
  }
  struct Replies {
    std::uint64_t all = 0;
    std::uint64_t stale = 0;
  };
  /// Of the last one to two windows.
  Replies recent_replies(std::int64_t now_ns) const;
  /// Calls with peer, key and age of each divergence, by peer and key.
  void each_divergence(std::int64_t now_ns,
                       const std::function<void(NodeIndex, const std::string&, std::int64_t)>&) const;

 private:
  struct Divergence {
    std::int64_t since_ns = 0;
    Lag lag = lag_unknown;
  };
  struct Peer {
    std::map<std::string, Divergence, std::less<>> keys;
    OperationId exchange = 0;  ///< the latest that it began
    std::size_t found = 0;     ///< by that
    bool asked_all = false;
    std::int64_t compared_ns = 0;
  };
  struct Window {
    std::int64_t begins_ns = 0;
    Replies replies;
  };

  void begin_exchange(Peer&, OperationId);
  Window& window(std::int64_t now_ns);

  std::vector<Peer> peers_;
  Window current_;
  Window previous_;
};

}  // namespace fracas::store
