#include "harness/node_keeper.h"

#include <algorithm>

namespace fracas::harness {

using nemesis::NodeState;

void NodeKeeper::bring_back() {
  for (const std::string& node : world_.node_names()) {
    const NodeState state = world_.nodes().state(node);
    if (state == NodeState::stopped || state == NodeState::starting) marks_.reach(Mark::restart_in_heal);
    if (state == NodeState::paused) world_.nodes().resume(node);
    if (state == NodeState::stopped && !given_up(node)) world_.nodes().start(node);
  }
}

bool NodeKeeper::all_back() const {
  const auto names = world_.node_names();
  return std::all_of(names.begin(), names.end(),
                     [this](const std::string& node) { return given_up(node) || is_ready(node); });
}

std::vector<std::string> NodeKeeper::ready() const {
  auto names = world_.node_names();
  std::erase_if(names, [this](const std::string& node) { return !is_ready(node); });
  return names;
}

std::vector<std::string> NodeKeeper::away() const {
  auto names = world_.node_names();
  std::erase_if(names, [this](const std::string& node) { return is_ready(node); });
  return names;
}

int NodeKeeper::endings(const std::string& node) const {
  const auto found = endings_.find(node);
  return found == endings_.end() ? 0 : found->second;
}

bool NodeKeeper::is_ready(const std::string& node) const {
  return world_.nodes().state(node) == NodeState::ready;
}

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of(" \r\n");
  if (end == std::string::npos) return "no output";
  const std::size_t before = text.rfind('\n', end);
  const std::size_t start = before == std::string::npos ? 0 : before + 1;
  return text.substr(start, end - start + 1);
}

}  // namespace fracas::harness
