#include "harness/shrink/parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace fracas::harness {
namespace {

using Texts = std::vector<std::string>;

template <typename T>
std::vector<T> chosen(const std::vector<T>& all, const Indices& kept) {
  std::vector<T> result;
  for (const std::size_t i : kept) result.push_back(all[i]);
  return result;
}

template <typename Name, typename NameOf>
std::vector<Indices> grouped(const Experiment& experiment, const NameOf& name_of) {
  std::map<Name, Indices> groups;
  for (std::size_t i = 0; i < experiment.script.size(); ++i)
    groups[name_of(experiment.script[i])].push_back(i);
  std::vector<Indices> result;
  for (auto& [name, indices] : groups) result.push_back(std::move(indices));
  return result;
}

/// "n1>n3" in either direction: the same pair.
std::pair<std::string, std::string> pair_of(const std::string& link) {
  const std::size_t arrow = link.find('>');
  std::string from = link.substr(0, arrow);
  std::string to = arrow == std::string::npos ? "" : link.substr(arrow + 1);
  if (to < from) std::swap(from, to);
  return {std::move(from), std::move(to)};
}

const Texts* cut_of(const nemesis::FaultSpec& spec) {
  const auto found = spec.parameters.find("cut");
  return found == spec.parameters.end() ? nullptr : std::get_if<Texts>(&found->second);
}

}  // namespace

Experiment with_operations(const Experiment& experiment, const Indices& kept) {
  Experiment result = experiment;
  result.script = chosen(experiment.script, kept);
  return result;
}

Experiment with_faults(const Experiment& experiment, const Indices& kept) {
  Experiment result = experiment;
  result.faults = chosen(experiment.faults, kept);
  return result;
}

std::vector<Indices> operations_by_client(const Experiment& experiment) {
  return grouped<int>(experiment, [](const ScriptedOperation& o) { return o.client; });
}

std::vector<Indices> operations_by_key(const Experiment& experiment) {
  return grouped<std::string>(experiment, [](const ScriptedOperation& o) { return o.intent.key; });
}

Indices joined(const std::vector<Indices>& groups, const Indices& kept) {
  Indices result;
  for (const std::size_t group : kept)
    result.insert(result.end(), groups[group].begin(), groups[group].end());
  std::sort(result.begin(), result.end());
  return result;
}

Experiment with_merged_clients(const Experiment& experiment, int from, int into) {
  Experiment result = experiment;
  for (ScriptedOperation& operation : result.script)
    if (operation.client == from) operation.client = into;
  return result;
}

Experiment with_renumbered_clients(const Experiment& experiment) {
  std::map<int, int> numbers;
  for (const ScriptedOperation& operation : experiment.script) numbers.emplace(operation.client, 0);
  int next = 0;
  for (auto& [client, number] : numbers) number = next++;
  Experiment result = experiment;
  for (ScriptedOperation& operation : result.script) operation.client = numbers.at(operation.client);
  result.load.clients = std::max(1, next);
  return result;
}

Experiment with_plain_values(const Experiment& experiment) {
  Experiment result = experiment;
  int next = 0;
  for (ScriptedOperation& operation : result.script)
    if (operation.intent.value != "null") operation.intent.value = fmt::format("\"{}\"", ++next);
  return result;
}

Texts target_nodes(const std::string& target) {
  Texts names;
  std::size_t begin = 0;
  while (begin <= target.size()) {
    const std::size_t end = std::min(target.find(',', begin), target.size());
    const std::size_t first = target.find_first_not_of(' ', begin);
    if (first < end) names.push_back(target.substr(first, target.find_last_not_of(' ', end - 1) + 1 - first));
    begin = end + 1;
  }
  return names;
}

std::vector<Texts> pieces_of(const nemesis::FaultSpec& spec) {
  std::vector<Texts> pieces;
  const Texts* cut = cut_of(spec);
  if (cut == nullptr) {
    for (std::string& name : target_nodes(spec.target)) pieces.push_back({std::move(name)});
    return pieces;
  }
  std::map<std::pair<std::string, std::string>, Texts> pairs;
  for (const std::string& link : *cut) pairs[pair_of(link)].push_back(link);
  for (auto& [pair, links] : pairs) pieces.push_back(std::move(links));
  return pieces;
}

nemesis::FaultSpec with_pieces(const nemesis::FaultSpec& spec, const Indices& kept) {
  const std::vector<Texts> pieces = pieces_of(spec);
  std::set<std::string> names;
  for (const std::size_t i : kept) names.insert(pieces[i].begin(), pieces[i].end());
  nemesis::FaultSpec result = spec;
  if (const Texts* cut = cut_of(spec)) {
    Texts links;
    for (const std::string& link : *cut)
      if (names.contains(link)) links.push_back(link);
    result.parameters["cut"] = std::move(links);
  } else {
    result.target = fmt::format("{}", fmt::join(names, ","));
  }
  return result;
}

}  // namespace fracas::harness
