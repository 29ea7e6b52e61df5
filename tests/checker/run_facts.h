// What the enumerated definitions of whole runs start from: which operations a key has, what its homes hold,
// and what may explain a value. Plain loops over the history.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "checker/evidence.h"
#include "checker/history.h"

namespace fracas::checker::definitions {

using Operations = std::vector<const Operation*>;

inline bool adds(const Operation& o) { return o.f == Function::add || o.f == Function::append; }
inline bool increments(const Operation& o) { return o.f == Function::increment; }
inline bool removes(const Operation& o) { return o.f == Function::remove_key; }
inline bool changes(const Operation& o) { return o.f != Function::read; }
inline bool acked(const Operation& o) { return changes(o) && o.outcome == Outcome::ok; }
inline bool answered(const Operation& o) { return o.f == Function::read && o.outcome == Outcome::ok; }

template <typename Chosen>
Operations choose(const History& h, const std::string& key, Chosen&& chosen) {
  Operations operations;
  for (const Operation& o : h.operations()) {
    if (h.text(o.key) == key && chosen(o)) operations.push_back(&o);
  }
  return operations;
}

struct Homes {
  std::vector<const ReplicaState*> read;
  bool unread = false;
};

/// In the order in which the history names them.
std::vector<std::string> keys_of(const History& h);
bool is_set(const History& h, const std::string& key);
/// Updated and written: its values cannot be traced.
bool is_mixed(const History& h, const std::string& key);
bool shows_stamps(const History& h);
/// Under both orders of the actors.
bool always_older(const Stamp& a, const Stamp& b);
Homes homes_of(const Evidence& evidence, const std::string& key);
bool dumps_show_clocks(const Evidence& evidence);
/// However deep the arrays that hold them.
std::vector<std::string> elements_of(std::string_view text);
/// Writes of a value, or deletes if there is none, that can have been seen by `end`.
Operations explanations(const History& h, const std::string& key, std::string_view value, std::uint32_t end);
/// Reads that began after every acknowledged change (of those marked final, if any read of the key is).
Operations final_reads_of(const History& h, const std::string& key);
/// The elements of a set at the end: on the homes, or in the reads that began after every acknowledged add
/// (of those marked final, if any read of the key is).
std::optional<std::set<std::string>> final_elements(const History& h, const Evidence& evidence,
                                                    const std::string& key);

}  // namespace fracas::checker::definitions
