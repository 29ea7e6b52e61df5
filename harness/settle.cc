#include "harness/settle.h"

#include <fmt/format.h>

#include <algorithm>

namespace fracas::harness {
namespace {

constexpr std::uint64_t kExchangesNeeded = 2;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

std::uint64_t count_of(const std::map<std::string, std::uint64_t>& counts, const std::string& peer) {
  const auto found = counts.find(peer);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

Settling::Settling(std::vector<std::string> nodes, Pairs pairs, bool anti_entropy, std::int64_t not_before_ns)
    : nodes_(std::move(nodes)),
      pairs_(std::move(pairs)),
      anti_entropy_(anti_entropy),
      not_before_ns_(not_before_ns) {}

void Settling::observe(const std::string& node, const NodeStatus& status, std::int64_t now_ns) {
  Seen& seen = seen_[node];
  seen.hints = status.hints_pending;
  if (seen.hints > 0 || now_ns < not_before_ns_) {
    seen.hintless_since_ns.reset();
  } else if (!seen.hintless_since_ns) {
    seen.hintless_since_ns = now_ns;
  }
  const bool too_early = seen.counted_from_ns < hintless_since();
  for (const auto& [peer, completed] : status.exchanges) {
    // A node that was restarted counts from zero again.
    const bool restarted = completed < count_of(seen.now, peer);
    if (too_early || restarted) seen.at_begin[peer] = too_early ? completed : 0;
    seen.now[peer] = completed;
  }
  if (too_early) seen.counted_from_ns = now_ns;
}

bool Settling::exchanged(const std::string& from, const std::string& to) const {
  const auto found = seen_.find(from);
  if (found == seen_.end() || found->second.counted_from_ns < hintless_since()) return false;
  return count_of(found->second.now, to) >= count_of(found->second.at_begin, to) + kExchangesNeeded;
}

std::int64_t Settling::hintless_since() const {
  std::int64_t latest = std::numeric_limits<std::int64_t>::min();
  for (const std::string& node : nodes_) {
    const auto found = seen_.find(node);
    if (found == seen_.end() || !found->second.hintless_since_ns) return kNever;
    latest = std::max(latest, *found->second.hintless_since_ns);
  }
  return latest;
}

bool Settling::done() const { return hintless_since() != kNever && settlement().final(); }

checker::Settlement Settling::settlement() const {
  checker::Settlement result;
  result.exchanges_completed =
      anti_entropy_ && std::all_of(pairs_.begin(), pairs_.end(),
                                   [this](const auto& pair) { return exchanged(pair.first, pair.second); });
  result.nothing_left = !anti_entropy_ && hintless_since() != kNever;
  for (const auto& [node, seen] : seen_) result.hints_pending += seen.hints;
  result.reason = what_is_open();
  return result;
}

std::string Settling::what_is_open() const {
  for (const std::string& node : nodes_) {
    const auto found = seen_.find(node);
    if (found == seen_.end()) return fmt::format("{} did not report its state", node);
    if (found->second.hints > 0) return fmt::format("{} had {} hints pending", node, found->second.hints);
  }
  if (!anti_entropy_) return "anti-entropy is off: nothing makes sure that the replicas agree";
  for (const auto& [from, to] : pairs_) {
    if (!exchanged(from, to)) return fmt::format("{} had not completed its exchanges with {}", from, to);
  }
  return "";
}

}  // namespace fracas::harness
