#include "harness/shrink/fewer_nodes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "harness/shrink/parts.h"
#include "store/ring.h"

namespace fracas::harness {
namespace {

using Texts = std::vector<std::string>;
/// Numbers of nodes, from 0, as the ring counts them.
using Homes = std::vector<int>;

/// Names that are tried for a key, until one lives where the old one did.
constexpr int kNamesTried = 300;
/// In which operations that asked the node may be spread over the others.
constexpr std::size_t kMostWays = 16;

std::string node_name(int node) { return fmt::format("n{}", node + 1); }

/// Names of the nodes before and after; a node that goes has none.
class Renaming {
 public:
  Renaming(int nodes, int gone) {
    for (int node = 0; node < nodes; ++node)
      if (node != gone) names_[node_name(node)] = node_name(node < gone ? node : node - 1);
    gone_ = node_name(gone);
  }
  bool is_gone(const std::string& name) const { return name == gone_; }
  /// Whatever is no node, such as "clients", stays.
  std::string of(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? name : found->second;
  }

 private:
  std::map<std::string, std::string> names_;
  std::string gone_;
};

Texts split(const std::string& text, char separator) {
  Texts parts{""};
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// "n1>n4" or "n4"; empty if it names the node that goes.
std::optional<std::string> renamed_entry(const std::string& entry, const Renaming& names) {
  Texts parts = split(entry, '>');
  for (std::string& part : parts) {
    if (names.is_gone(part)) return std::nullopt;
    part = names.of(part);
  }
  return fmt::format("{}", fmt::join(parts, ">"));
}

/// Empty if nothing of the fault is left.
std::optional<nemesis::FaultSpec> renamed_fault(nemesis::FaultSpec fault, const Renaming& names) {
  Texts targets;
  for (const std::string& node : target_nodes(fault.target))
    if (!names.is_gone(node)) targets.push_back(names.of(node));
  bool linked = false;
  for (auto& [name, value] : fault.parameters) {
    if (auto* const node = std::get_if<std::string>(&value)) {
      if (names.is_gone(*node)) return std::nullopt;
      *node = names.of(*node);
    }
    auto* entries = std::get_if<Texts>(&value);
    if (entries == nullptr) continue;
    Texts kept;
    for (const std::string& entry : *entries)
      if (auto renamed = renamed_entry(entry, names)) kept.push_back(std::move(*renamed));
    if (kept.empty()) return std::nullopt;
    *entries = std::move(kept);
    linked = true;
  }
  // A cut is about its links: whom it was aimed at is only a name for it.
  if (targets.empty() && linked) targets.emplace_back(node_name(0));
  if (targets.empty()) return std::nullopt;
  fault.target = fmt::format("{}", fmt::join(targets, ","));
  return fault;
}

Homes homes_of(const store::Ring& ring, const std::string& key, int n) {
  Homes homes;
  for (const store::NodeIndex node : ring.homes(key, n)) homes.push_back(static_cast<int>(node));
  return homes;
}

/// A key of the same family ("k7" gives "k0", "k1", ...) with these homes that is not taken. In their order
/// of preference if there is one: around the end of the ring there are orders that a smaller ring does not
/// have.
std::optional<std::string> key_at(const std::string& like, const Homes& homes, const store::Ring& ring, int n,
                                  const std::set<std::string>& taken) {
  const std::string stem = like.substr(0, like.find_last_not_of("0123456789") + 1);
  std::optional<std::string> in_other_order;
  for (int i = 0; i < kNamesTried; ++i) {
    std::string key = fmt::format("{}{}", stem, i);
    if (taken.contains(key)) continue;
    const Homes found = homes_of(ring, key, n);
    if (found == homes) return key;
    if (!in_other_order && std::is_permutation(found.begin(), found.end(), homes.begin(), homes.end()))
      in_other_order = std::move(key);
  }
  return in_other_order;
}

/// Old name -> new name of every key. Where the ring is another one later, as it was at the begin.
std::map<std::string, std::string> keys_without(const Experiment& experiment, int gone) {
  const int members = store::first_members(experiment.store);
  const int n = experiment.store.n;
  std::map<std::string, std::string> names;
  std::set<std::string> taken;
  for (const ScriptedOperation& operation : experiment.script)
    names.emplace(operation.intent.key, operation.intent.key);
  if (gone >= members) return names;  // it was outside the ring
  const store::Ring before(members);
  const store::Ring after(members - 1);
  for (auto& [key, name] : names) {
    Homes homes = homes_of(before, key, n);
    name = key;
    if (std::find(homes.begin(), homes.end(), gone) == homes.end()) {
      for (int& home : homes)
        if (home > gone) --home;
      const bool stays = !taken.contains(key) && homes_of(after, key, n) == homes;
      if (!stays) name = key_at(key, homes, after, n, taken).value_or(key);
    }
    // Someone else may have got its name.
    for (int i = 0; taken.contains(name); ++i) name = fmt::format("{}_{}", key, i);
    taken.insert(name);
  }
  return names;
}

/// Whom each of so many operations may ask instead: all the same node, and, where that is few enough to try,
/// every other way.
std::vector<std::vector<int>> others_to_ask(std::size_t operations, int nodes) {
  std::vector<std::vector<int>> ways;
  for (int node = 0; node < nodes; ++node) ways.emplace_back(operations, node);
  std::size_t all = 1;
  for (std::size_t i = 0; i < operations && all <= kMostWays; ++i) all *= static_cast<std::size_t>(nodes);
  if (all > kMostWays) return ways;
  for (std::size_t number = 0; number < all; ++number) {
    std::vector<int> way;
    for (std::size_t i = 0, rest = number; i < operations; ++i, rest /= static_cast<std::size_t>(nodes))
      way.push_back(static_cast<int>(rest % static_cast<std::size_t>(nodes)));
    if (std::adjacent_find(way.begin(), way.end(), std::not_equal_to<>()) != way.end())
      ways.push_back(std::move(way));
  }
  return ways;
}

}  // namespace

std::vector<Experiment> without_node(const Experiment& experiment, int node) {
  const bool spare = node >= store::first_members(experiment.store);
  if (!spare && store::first_members(experiment.store) <= std::max(experiment.store.n, 1)) return {};
  const Renaming names(experiment.store.nodes, node);
  Experiment base = experiment;
  --base.store.nodes;
  if (spare) --base.store.spares;
  base.faults.clear();
  for (const nemesis::FaultSpec& fault : experiment.faults)
    if (auto renamed = renamed_fault(fault, names)) base.faults.push_back(std::move(*renamed));
  const std::map<std::string, std::string> keys = keys_without(experiment, node);
  std::vector<std::size_t> orphans;
  for (std::size_t i = 0; i < base.script.size(); ++i) {
    ScriptedOperation& operation = base.script[i];
    operation.intent.key = keys.at(operation.intent.key);
    if (names.is_gone(operation.node))
      orphans.push_back(i);
    else
      operation.node = names.of(operation.node);
  }
  if (orphans.empty()) return {base};
  std::vector<Experiment> ways;
  for (const std::vector<int>& others : others_to_ask(orphans.size(), base.store.nodes)) {
    Experiment& way = ways.emplace_back(base);
    for (std::size_t i = 0; i < orphans.size(); ++i) way.script[orphans[i]].node = node_name(others[i]);
  }
  return ways;
}

}  // namespace fracas::harness
