// The scopes by what they are about, and the words in which they are written down.
#pragma once

#include <utility>
#include <vector>

#include "harness/explore/scope.h"

namespace fracas::harness::explore {

std::vector<Scope> linearizability_scopes();
std::vector<Scope> quorum_scopes();
std::vector<Scope> conflict_scopes();
std::vector<Scope> failure_scopes();
std::vector<Scope> stamp_scopes();
std::vector<Scope> bug_scopes();

inline Operation get(int client, int node = any_node) { return {client, Deed::get, "", node}; }
inline Operation put(int client, std::string value, int node = any_node) {
  return {client, Deed::put, std::move(value), node};
}
inline Operation add(int client, std::string element, int node = any_node) {
  return {client, Deed::add, std::move(element), node};
}
inline Operation remove(int client, int node = any_node) { return {client, Deed::remove, "", node}; }

inline Expectation holds_always(Property property) { return {property, false}; }
inline Expectation is_violated(Property property) { return {property, true}; }

inline Knobs quorum(int n, int r, int w, Knobs others = {}) {
  others.insert(others.begin(),
                {{"n", std::to_string(n)}, {"r", std::to_string(r)}, {"w", std::to_string(w)}});
  return others;
}

/// Stand-ins count for homes that are away.
inline Knobs sloppy(Knobs others = {}) {
  others.insert(others.end(), {{"placement", "sloppy"}, {"hints", "fallback"}});
  return others;
}

}  // namespace fracas::harness::explore
