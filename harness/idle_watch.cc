#include "harness/idle_watch.h"

#include <algorithm>

namespace fracas::harness {

void IdleWatch::observe(const std::string& node, const NodeStatus& status) {
  Report report{.changes = status.changes, .repairs = status.repairs};
  for (const auto& [peer, completed] : status.exchanges) report.exchanges[peer] = completed;
  const auto before = latest_.find(node);
  const bool restarted = before != latest_.end() &&
                         (report.changes < before->second.changes || report.repairs < before->second.repairs);
  if (restarted) {
    first_.erase(node);
    drained_.clear();
  }
  const bool drained = exchanged_since(first_);
  first_.emplace(node, report);
  if (drained) drained_.emplace(node, report);
  latest_[node] = std::move(report);
}

bool IdleWatch::exchanged_since(const Reports& before) const {
  const auto all_of_nodes = [&](const Reports& reports) {
    return std::all_of(nodes_.begin(), nodes_.end(),
                       [&](const std::string& node) { return reports.contains(node); });
  };
  if (!all_of_nodes(before) || !all_of_nodes(latest_)) return false;
  const auto completed = [](const Reports& reports, const auto& pair) {
    const auto& exchanges = reports.at(pair.first).exchanges;
    const auto found = exchanges.find(pair.second);
    return found == exchanges.end() ? 0 : found->second;
  };
  return std::all_of(pairs_.begin(), pairs_.end(),
                     [&](const auto& pair) { return completed(latest_, pair) > completed(before, pair); });
}

bool IdleWatch::done() const { return exchanged_since(drained_); }

checker::IdleTime IdleWatch::idle_time() const {
  checker::IdleTime result{.complete = done()};
  for (const auto& [node, report] : latest_) {
    const auto drained = drained_.find(node);
    result.nodes.push_back(
        {.node = node,
         .changes = report.changes - first_.at(node).changes,
         .repairs = drained == drained_.end() ? 0 : report.repairs - drained->second.repairs});
  }
  return result;
}

}  // namespace fracas::harness
