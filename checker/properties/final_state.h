// What the home replicas hold of each key at the end.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checker/causal.h"
#include "checker/version.h"

namespace fracas::checker {

/// One key on its home replicas.
struct FinalKey {
  std::vector<const ReplicaState*> homes{};
  std::vector<std::string> unread{};  ///< homes whose state could not be read
};

class FinalState {
 public:
  FinalState(const std::vector<KeyDump>& dumps, bool tombstones_go);
  /// A key that no line names is on no replica: no homes.
  const FinalKey& of(std::string_view key) const;
  bool empty() const { return keys_.empty(); }
  /// False for dumps of a store that shows no clocks: then an empty replica may hide a tombstone.
  bool clocks() const { return clocks_; }
  /// Nothing is as good as a tombstone.
  bool tombstones_go() const { return tombstones_go_; }

 private:
  std::map<std::string_view, FinalKey> keys_;
  FinalKey none_;
  bool clocks_ = false;
  bool tombstones_go_ = false;
};

/// Worked out once. The case has dumps.
const FinalState& final_state(const Case&);

/// True if the replica certainly holds nothing of the key, not even a tombstone.
bool never_heard(const FinalState&, const ReplicaState&);

/// The versions that each home holds, by position. The error says who holds something that nobody wrote.
boost::system::result<std::vector<std::vector<std::uint32_t>>, std::string> held_by_homes(const KeyCase&,
                                                                                          const FinalKey&);

/// Why the homes' state is not all that is left of acknowledged writes; empty: it is.
std::string elsewhere(const Evidence&);

/// "n1, n2": the homes of a key that were read.
std::string names(const FinalKey&);

}  // namespace fracas::checker
