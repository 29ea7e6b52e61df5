// How many updates of unknown outcome a configuration has used up, by class: those that do the same are one
// class. Interned, so that a configuration holds a number; 0: none.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace fracas::checker::linearizability {

class Spent {
 public:
  using Id = std::uint32_t;

  Spent() { clear(); }
  void clear() {
    counts_.assign(1, {});
    ids_.clear();
    more_.clear();
  }
  std::size_t size() const { return counts_.size(); }

  std::uint32_t of(Id id, std::uint32_t which) const {
    const Counts& counts = counts_[id];
    return which < counts.size() ? counts[which] : 0;
  }

  /// With one more of the class.
  Id more(Id id, std::uint32_t which) {
    const auto [known, first] = more_.try_emplace(std::pair(id, which), 0);
    if (!first) return known->second;
    Counts counts = counts_[id];
    if (counts.size() <= which) counts.resize(which + 1);
    ++counts[which];
    return known->second = intern(std::move(counts));
  }

  /// No class is used more by a than by b.
  bool at_most(Id a, Id b) const {
    if (a == b || a == 0) return true;
    const Counts& of_a = counts_[a];
    const Counts& of_b = counts_[b];
    if (of_a.size() > of_b.size()) return false;
    for (std::size_t i = 0; i < of_a.size(); ++i) {
      if (of_a[i] > of_b[i]) return false;
    }
    return true;
  }

  /// The same counts in another table.
  Id copy_to(Spent& other, Id id) const { return id == 0 ? 0 : other.intern(counts_[id]); }

 private:
  using Counts = std::u32string;  ///< of each class; the last is not 0

  Id intern(Counts counts) {
    const auto [known, first] = ids_.try_emplace(counts, static_cast<Id>(counts_.size()));
    if (first) counts_.push_back(std::move(counts));
    return known->second;
  }

  std::deque<Counts> counts_;
  boost::unordered_flat_map<Counts, Id> ids_;
  boost::unordered_flat_map<std::pair<Id, std::uint32_t>, Id> more_;
};

}  // namespace fracas::checker::linearizability
