#include "harness/settle.h"

#include <fmt/format.h>

#include <algorithm>

namespace fracas::harness {
namespace {

constexpr std::uint64_t kExchangesNeeded = 2;

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
  const bool first = !seen_.contains(node);
  Seen& seen = seen_[node];
  seen.hints = status.hints_pending;
  seen.late_enough = now_ns >= not_before_ns_;
  for (const auto& [peer, completed] : status.exchanges) {
    // A node that was restarted counts from zero again.
    const bool restarted = completed < count_of(seen.now, peer);
    if (first || restarted || !seen.late_enough) seen.at_begin[peer] = restarted ? 0 : completed;
    seen.now[peer] = completed;
  }
}

bool Settling::exchanged(const std::string& from, const std::string& to) const {
  const auto found = seen_.find(from);
  if (found == seen_.end()) return false;
  return count_of(found->second.now, to) >= count_of(found->second.at_begin, to) + kExchangesNeeded;
}

bool Settling::no_hints() const {
  return std::all_of(nodes_.begin(), nodes_.end(), [this](const std::string& node) {
    const auto found = seen_.find(node);
    return found != seen_.end() && found->second.late_enough && found->second.hints == 0;
  });
}

bool Settling::done() const { return no_hints() && (!anti_entropy_ || settlement().exchanges_completed); }

checker::Settlement Settling::settlement() const {
  checker::Settlement result;
  result.exchanges_completed =
      anti_entropy_ && std::all_of(pairs_.begin(), pairs_.end(),
                                   [this](const auto& pair) { return exchanged(pair.first, pair.second); });
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
