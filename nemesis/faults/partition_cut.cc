#include "nemesis/faults/partition_cut.h"

#include <algorithm>
#include <cassert>

#include "nemesis/names.h"
#include "nemesis/surroundings.h"

namespace fracas::nemesis {

namespace {

Names split(const std::string& text, char separator) {
  Names parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else if (c != ' ') {
      parts.back() += c;
    }
  }
  return parts;
}

FaultResult<Names> parse_group(const std::string& text, const Names& all, const std::string& field) {
  Names known = all;
  known.emplace_back(kClients);
  Names group = split(text, ',');
  for (const std::string& name : group) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return FaultError{.field = field,
                      .message = "there is no node \"" + name + "\"" + suggestion(name, known)};
  }
  return group;
}

FaultResult<std::vector<Names>> parse_groups(const Names& texts, const Names& all, const std::string& field) {
  std::vector<Names> groups;
  std::set<std::string> seen;
  for (const std::string& text : texts) {
    auto group = parse_group(text, all, field);
    if (!group) return group.error();
    for (const std::string& name : *group) {
      if (seen.insert(name).second) continue;
      return FaultError{.field = field, .message = "\"" + name + "\" cannot be cut off from itself"};
    }
    groups.push_back(std::move(*group));
  }
  return groups;
}

FaultResult<Cut> parse_line(const std::string& line, const Names& all, const std::string& field) {
  const bool one_way = line.find('>') != std::string::npos;
  const Names texts = split(line, one_way ? '>' : '|');
  if (texts.size() < 2 || (one_way && texts.size() > 2) || (one_way && line.find('|') != std::string::npos)) {
    return FaultError{.field = field,
                      .message = "\"" + line +
                                 "\" is not understood; write \"n1>n2\" for one way, or groups " +
                                 "that do not reach each other as \"n1,n2|n3,n4\""};
  }
  const auto groups = parse_groups(texts, all, field);
  if (!groups) return groups.error();
  if (one_way) return cut_one_way((*groups)[0], (*groups)[1]);
  Cut cut;
  for (std::size_t i = 0; i < groups->size(); ++i) {
    for (std::size_t j = i + 1; j < groups->size(); ++j) cut.merge(cut_between((*groups)[i], (*groups)[j]));
  }
  return cut;
}

}  // namespace

Cut cut_one_way(const Names& from, const Names& to) {
  Cut cut;
  for (const std::string& a : from) {
    for (const std::string& b : to) {
      if (a != b) cut.emplace(a, b);
    }
  }
  return cut;
}

Cut cut_between(const Names& a, const Names& b) {
  Cut cut = cut_one_way(a, b);
  cut.merge(cut_one_way(b, a));
  return cut;
}

Names without(const Names& all, const Names& some) {
  Names rest;
  for (const std::string& name : all) {
    if (std::find(some.begin(), some.end(), name) == some.end()) rest.push_back(name);
  }
  return rest;
}

Names draw_side(const Names& wanted, const Names& all, std::size_t least, Random& random) {
  assert(all.size() >= 2 && least >= 1 && least < all.size());
  // A target of all nodes says nothing about who should be on which side.
  const Names fixed = wanted.size() < all.size() ? wanted : Names{};
  if (fixed.size() >= least) return fixed;
  Names side = draw_some(random, without(all, fixed), least - fixed.size());
  side.insert(side.end(), fixed.begin(), fixed.end());
  return without(all, without(all, side));  // in the cluster's order
}

Cut draw_ring(const Names& all, Random& random) {
  assert(all.size() >= 3);
  const Names circle = draw_order(random, all);
  const std::size_t n = circle.size();
  const std::size_t majority = n / 2 + 1;
  Cut cut;
  for (std::size_t first = 0; first < n; ++first) {
    const std::string& listener = circle[(first + majority / 2) % n];
    for (std::size_t i = majority; i < n; ++i) cut.emplace(circle[(first + i) % n], listener);
  }
  return cut;
}

FaultResult<Cut> parse_map(const Names& lines, const Names& all, const std::string& field) {
  Cut cut;
  for (const std::string& line : lines) {
    auto links = parse_line(line, all, field);
    if (!links) return links.error();
    cut.merge(*links);
  }
  return cut;
}

Names to_texts(const Cut& cut) {
  Names texts;
  for (const auto& [from, to] : cut) texts.push_back(from + ">" + to);
  return texts;
}

}  // namespace fracas::nemesis
