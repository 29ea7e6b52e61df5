#include "nemesis/targets.h"

#include <algorithm>
#include <set>

#include "nemesis/names.h"

namespace fracas::nemesis {

namespace {

FaultError wrong(const std::string& message) { return FaultError{.field = "target", .message = message}; }

/// A non-empty subset, each as likely as any other: drawn again while it is empty.
std::vector<std::string> draw_subset(Random& random, const std::vector<std::string>& nodes) {
  std::vector<std::string> chosen;
  while (chosen.empty()) {
    for (const std::string& node : nodes) {
      if (draw_between(random, 0, 1) == 1) chosen.push_back(node);
    }
  }
  return chosen;
}

FaultResult<std::vector<std::string>> parse_names(const std::string& target,
                                                  const std::vector<std::string>& nodes) {
  std::set<std::string> named;
  for (std::size_t begin = 0; begin <= target.size();) {
    const std::size_t end = std::min(target.find(',', begin), target.size());
    std::string name = target.substr(begin, end - begin);
    std::erase(name, ' ');
    begin = end + 1;
    if (std::find(nodes.begin(), nodes.end(), name) != nodes.end()) {
      named.insert(name);
      continue;
    }
    std::vector<std::string> known{"one", "minority", "majority", "all", "primaries", "some"};
    known.insert(known.end(), nodes.begin(), nodes.end());
    return wrong("there is no node or group \"" + name + "\"" + suggestion(name, known));
  }
  std::vector<std::string> ordered;
  for (const std::string& node : nodes) {
    if (named.contains(node)) ordered.push_back(node);
  }
  return ordered;
}

}  // namespace

FaultResult<std::vector<std::string>> draw_target(const std::string& target, const PlanRequest& request,
                                                  Random& random) {
  const std::vector<std::string>& nodes = request.nodes;
  if (target == "one") return draw_some(random, nodes, 1);
  if (target == "minority") {
    if (nodes.size() < 3) return wrong("a cluster of fewer than 3 nodes has no minority; use \"one\"");
    return draw_some(random, nodes, (nodes.size() - 1) / 2);
  }
  if (target == "majority") return draw_some(random, nodes, nodes.size() / 2 + 1);
  if (target == "all") return nodes;
  if (target == "some") return draw_subset(random, nodes);
  if (target == "primaries") {
    if (request.primaries.empty()) return wrong("this target does not tell which nodes are home to a key");
    std::string names;
    for (const std::string& node : request.primaries) names += (names.empty() ? "" : ",") + node;
    return parse_names(names, nodes);
  }
  return parse_names(target, nodes);
}

}  // namespace fracas::nemesis
