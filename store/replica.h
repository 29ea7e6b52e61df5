// This node's copies of its keys: in memory, each change written down before anybody hears of it, Merkle
// trees kept beside.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/key_state.h"
#include "store/merkle.h"
#include "store/step.h"

namespace fracas::store {

class Fingerprint;

class Replica {
 public:
  /// First character of the storage keys of copies.
  static constexpr char record_prefix = 'k';

  explicit Replica(const BugSet& bugs) : bugs_(bugs) {}

  /// What the disk kept.
  void load(const std::string& key, KeyState state);

  /// The copy of a key; the empty state if there is none.
  const KeyState& find(std::string_view key) const;
  /// Returns whether the copy changed. What is covered already needs no second write to disk: the first went
  /// out before, and effects are carried out in order.
  bool merge(Step&, const std::string& key, const KeyState&);
  /// Puts `state` in the place of what is there. Only for a state that was made from the present copy.
  void replace(Step&, const std::string& key, KeyState state);

  /// Gives a copy up, as if it had never been.
  void forget(Step&, const std::string& key);
  /// All of them.
  void forget_all(Step&);
  /// Takes the present copy of a key from nobody any more, once it is forgotten; and does so again.
  void refuse(const std::string& key) { refused_[key] = leaf(key); }
  void refuse_no_more(const std::string& key) { refused_.erase(key); }

  /// Its hash in the tree; the empty one if there is no copy.
  Hash leaf(std::string_view key) const;
  const MerkleForest& forest() const { return forest_; }
  /// The keys of a slot with their states, ascending.
  std::vector<std::pair<std::string_view, const KeyState*>> in_slot(Slot) const;
  std::size_t size() const { return copies_.size(); }
  std::vector<std::string> keys() const;  ///< sorted
  /// How many keys have that many values, by class (sibling_classes); tombstones are those with none.
  static constexpr std::array<std::string_view, 6> sibling_classes{"0", "1", "2", "3-4", "5-9", "10+"};
  const std::array<std::size_t, 6>& keys_by_siblings() const { return keys_by_siblings_; }
  std::size_t tombstones() const { return deleted_.size(); }
  const std::set<std::string>& deleted() const { return deleted_; }  ///< keys that have tombstones alone
  /// The values of all keys together.
  std::size_t values() const { return values_; }
  /// The most siblings that any key has had in this incarnation, tombstones included.
  std::size_t siblings_max() const { return siblings_max_; }
  /// How often a copy was changed in this incarnation.
  std::uint64_t changes() const { return changes_; }
  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  struct Copy {
    KeyState state;
    Hash leaf;                            ///< its present one in the tree
    std::optional<std::uint32_t> values;  ///< as counted last
  };
  /// By slot first, so that a Merkle bucket is a range.
  using Position = std::pair<Slot, std::string>;
  struct Order {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const {
      if (a.first != b.first) return a.first < b.first;
      return std::string_view(a.second) < std::string_view(b.second);
    }
  };

  Copy& copy_of(const std::string& key, Slot slot);
  bool refuses(const std::string& key, const KeyState&) const;
  Hash leaf_of(std::string_view key, const Copy&, std::string_view record) const;
  void count(const std::string& key, Copy&);
  void uncount(const std::string& key, Copy&);
  /// Brings tree and gauges up to date; returns the record for the disk.
  std::string changed(const std::string& key, Slot slot, Copy&);

  BugSet bugs_;
  std::map<Position, Copy, Order> copies_;
  std::map<std::string, Hash> refused_;  ///< leaves of copies
  MerkleForest forest_;
  std::set<std::string> deleted_;
  std::array<std::size_t, sibling_classes.size()> keys_by_siblings_{};
  std::size_t values_ = 0;
  std::size_t siblings_max_ = 0;
  std::uint64_t changes_ = 0;
};

}  // namespace fracas::store
