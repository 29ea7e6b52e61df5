// What can influence a node's future, as bytes: two nodes of one cluster with equal fingerprints answer alike
// to all that may come. For explorers that want to meet each state once. Counters and gauges are left out.
//
// Each class that has a state adds it in fingerprint.cc, where it names all its members: a member that is new
// does not compile until somebody has said there whether it matters.
#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/actor.h"
#include "store/key_state.h"
#include "store/node.h"

namespace fracas::store {

class Fingerprint {
 public:
  template <class... Things>
  void add(const Things&... things) {
    (put(things), ...);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  template <class Number>
  requires std::integral<Number> || std::is_enum_v<Number>
  void put(Number number) { bytes_.append(reinterpret_cast<const char*>(&number), sizeof number); }
  void put(const std::string& text) {
    put(text.size());
    bytes_ += text;
  }
  void put(const Actor& actor) { bytes_.append(actor.bytes.begin(), actor.bytes.end()); }
  void put(const KeyState& state) {
    std::string text;
    encode(state, text);
    put(text);
  }
  void put(const WriteRequest& message) { add(message.operation, message.key, message.state); }
  void put(const ReplyToClient&);
  template <class Thing>
  void put(const std::optional<Thing>& thing) {
    put(thing.has_value());
    if (thing) put(*thing);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& pair) {
    add(pair.first, pair.second);
  }
  template <class Things>
  void put_all(const Things& things) {
    put(things.size());
    for (const auto& thing : things) put(thing);
  }
  template <class Thing>
  void put(const std::vector<Thing>& things) {
    put_all(things);
  }
  template <class Thing>
  void put(const std::set<Thing>& things) {
    put_all(things);
  }
  template <class Key, class Thing>
  void put(const std::map<Key, Thing>& things) {
    put_all(things);
  }
  template <class Thing>
  requires requires(const Thing& thing, Fingerprint& out) { thing.fingerprint(out); }
  void put(const Thing& thing) { thing.fingerprint(*this); }

  std::string bytes_;
};

}  // namespace fracas::store
