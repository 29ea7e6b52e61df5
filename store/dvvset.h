// Dotted version vector sets (Almeida et al., DAIS 2014): the siblings of a key and what they have seen, in
// one structure. A value lives under the actor that issued its dot; newest first, so that dots need not be
// stored.
#pragma once

#include <boost/container/flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/actor.h"
#include "store/bugs.h"

namespace fracas::store {

/// JSON text, or nothing: a tombstone. A delete is a write like any other, so it needs a dot like any other.
using Value = std::optional<std::string>;

/// What somebody has seen: all events 1..n of each actor.
/// (Flat maps: they are copied with each message, and hold a few actors up to a few hundred.)
using Context = boost::container::flat_map<Actor, std::uint64_t>;

inline constexpr std::uint64_t max_counter = std::uint64_t{1} << 62;  ///< keeps counter + 1 from wrapping

struct Dot {
  Actor actor;
  std::uint64_t counter = 0;
  auto operator<=>(const Dot&) const = default;
};

bool contains(const Context&, const Dot&);

/// Copies share what is in them until one of them changes: a state goes into every message about it. Values
/// of one thread only.
class DvvSet {
 public:
  /// The actor has issued events 1..n; the value at index i has the dot (actor, n - i); events up to
  /// n - values.size() are known and overwritten.
  struct Entry {
    std::uint64_t n = 0;
    std::vector<Value> values;
    bool operator==(const Entry&) const = default;
  };
  using Entries = boost::container::flat_map<Actor, Entry>;

  DvvSet() = default;
  /// `entries` must hold values.size() <= n for each actor.
  explicit DvvSet(Entries entries);

  const Entries& entries() const;
  bool empty() const { return entries_ == nullptr; }
  /// Number of siblings, tombstones included.
  std::size_t siblings() const;
  /// The context that covers exactly what is in here.
  Context join() const;

  /// Least upper bound: a value is dropped only if the other side has seen its dot and holds it no longer.
  void sync(const DvvSet& other, const BugSet& bugs = {});
  /// sync(other) would change nothing.
  bool covers(const DvvSet& other, const BugSet& bugs = {}) const;
  /// A write by `actor` that has seen `context`: drops the values it covers, adds `value` under a new dot.
  Dot put(const Context& context, Value value, const Actor& actor);
  /// Number of siblings that a put with this context would leave, its own included.
  std::size_t siblings_after_put(const Context& context) const;

  bool operator==(const DvvSet& other) const {
    return entries_ == other.entries_ || entries() == other.entries();
  }

 private:
  /// To be changed: nobody else sees it.
  Entries& own();

  std::shared_ptr<Entries> entries_;  ///< null: empty
};

}  // namespace fracas::store
