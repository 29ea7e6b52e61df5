#include "store/monitor.h"

#include <algorithm>

#include "store/hash.h"

namespace fracas::store {

Lag lag_of(const KeyState& behind) {
  std::string bytes;
  encode(without_values(behind), bytes);
  const Lag lag = hash128(bytes).low;
  return lag == lag_unknown ? 1 : lag;
}

void Monitor::start(std::int64_t now_ns) {
  for (Peer& peer : peers_) peer.compared_ns = now_ns;
}

void Monitor::differs(NodeIndex peer, const std::string& key, Lag lag, std::int64_t now_ns) {
  auto& keys = peers_[peer].keys;
  const auto known = keys.find(key);
  if (known == keys.end()) {
    if (keys.size() < max_divergent) keys.emplace(key, Divergence{now_ns, lag});
    return;
  }
  Divergence& divergence = known->second;
  if (lag == lag_unknown) return;
  if (divergence.lag != lag_unknown && divergence.lag != lag) divergence.since_ns = now_ns;
  divergence.lag = lag;
}

void Monitor::agrees(NodeIndex peer, std::string_view key) {
  auto& keys = peers_[peer].keys;
  if (keys.empty()) return;
  if (const auto known = keys.find(key); known != keys.end()) keys.erase(known);
}

void Monitor::begin_exchange(Peer& peer, OperationId exchange) {
  if (peer.exchange == exchange) return;
  peer.exchange = exchange;
  peer.found = 0;
}

void Monitor::roots_compared(NodeIndex peer, OperationId exchange, bool equal) {
  begin_exchange(peers_[peer], exchange);
  if (equal) peers_[peer].keys.clear();
}

void Monitor::keys_compared(NodeIndex peer, OperationId exchange, const Found& found, bool all,
                            std::int64_t now_ns) {
  begin_exchange(peers_[peer], exchange);
  peers_[peer].found = std::max(peers_[peer].found, found.size());
  if (all) std::erase_if(peers_[peer].keys, [&](const auto& known) { return !found.contains(known.first); });
  for (const auto& [key, lag] : found) differs(peer, key, lag, now_ns);
}

Monitor::Window& Monitor::window(std::int64_t now_ns) {
  if (now_ns - current_.begins_ns >= window_ns) {
    previous_ = current_;
    current_ = {.begins_ns = now_ns, .replies = {}};
  }
  return current_;
}

void Monitor::reply(std::int64_t now_ns) { ++window(now_ns).replies.all; }

void Monitor::stale_reply(std::int64_t now_ns) { ++window(now_ns).replies.stale; }

Monitor::Replies Monitor::recent_replies(std::int64_t now_ns) const {
  Replies sum;
  for (const Window* window : {&current_, &previous_}) {
    if (now_ns - window->begins_ns > 2 * window_ns) continue;
    sum.all += window->replies.all;
    sum.stale += window->replies.stale;
  }
  return sum;
}

std::int64_t Monitor::divergence_age_ns(NodeIndex peer, std::int64_t now_ns) const {
  std::int64_t oldest = 0;
  for (const auto& [key, divergence] : peers_[peer].keys)
    oldest = std::max(oldest, now_ns - divergence.since_ns);
  return oldest;
}

void Monitor::each_divergence(
    std::int64_t now_ns, const std::function<void(NodeIndex, const std::string&, std::int64_t)>& tell) const {
  for (NodeIndex peer = 0; peer < peers_.size(); ++peer) {
    for (const auto& [key, divergence] : peers_[peer].keys) tell(peer, key, now_ns - divergence.since_ns);
  }
}

}  // namespace fracas::store
