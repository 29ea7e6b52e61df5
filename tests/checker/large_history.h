// A long history of a correct store, for tests and benchmarks of size: sessions that overlap, over registers
// with siblings or stamps and sets, on one hot key and many cold ones.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "checker/event.h"

namespace fracas::checker {

struct LargeOptions {
  std::uint64_t operations = 300'000;
  int sessions = 10;
  int keys = 50;
  bool siblings = true;
  int sets = 10;  ///< percent of the operations that go to sets
};

/// Calls `emit(event)` for every event. The store is one atomic copy: an operation takes effect when it
/// completes.
template <typename Emit>
void large_history(const LargeOptions& options, Emit&& emit) {
  struct Value {
    std::uint64_t sequence;
    std::string text;
  };
  struct Key {
    std::vector<Value> live;
    std::uint64_t sequence = 0;
    std::vector<std::uint64_t> seen;  // by session: everything up to here
  };
  struct Session {
    bool open = false;
    std::size_t key = 0;
    Event event;
    bool contextual = false;
  };
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  const auto keys = static_cast<std::uint64_t>(options.keys);
  const auto sessions = static_cast<std::uint64_t>(options.sessions);
  std::vector<Key> registers(keys);
  for (Key& key : registers) key.seen.resize(sessions);
  std::vector<Session> all(sessions);
  std::vector<std::vector<std::string>> sets(1);
  std::uint64_t index = 0;
  std::uint64_t begun = 0;
  std::uint64_t stamp = 0;
  const auto send = [&](Event& event) {
    event.index = index;
    event.time_ns = static_cast<std::int64_t>(index++ * 250'000);
    emit(static_cast<const Event&>(event));
  };
  const auto invoke = [&](Session& s, std::uint64_t who) {
    s.open = true;
    s.event = Event{.process = static_cast<std::int32_t>(who), .session = static_cast<std::int32_t>(who)};
    s.event.node = fmt::format("n{}", 1 + below(5));
    const std::uint64_t kind = below(100);
    if (static_cast<int>(below(100)) < options.sets) {
      if (sets.back().size() >= 20) sets.emplace_back();
      s.key = keys + sets.size() - 1;
      s.event.key = fmt::format("s{}", sets.size() - 1);
      s.event.f = kind < 50 ? Function::read : Function::add;
    } else {
      s.key = below(2) == 0 ? 0 : below(keys);
      s.event.key = fmt::format("k{}", s.key);
      s.event.f = kind < 50 ? Function::read : kind < 97 ? Function::write : Function::remove_key;
    }
    if (s.event.f == Function::write || s.event.f == Function::add)
      s.event.value = fmt::format("\"{}-{}\"", who, begun);
    s.contextual =
        s.key < keys && s.event.f != Function::read && options.siblings && registers[s.key].seen[who] > 0;
    if (s.contextual) s.event.context = fmt::format("{{\"n1#1f3a5c77b2d0\":{}}}", registers[s.key].seen[who]);
    ++begun;
    send(s.event);
    s.event.context.clear();
  };
  const auto complete_set = [&](Session& s) {
    std::vector<std::string>& elements = sets[s.key - keys];
    const std::string before = fmt::format("[{}]", fmt::join(elements, ","));
    if (s.event.f == Function::read) {
      s.event.value = before;
    } else {
      s.event.saw = before;
      elements.push_back(s.event.value);
    }
  };
  const auto complete_register = [&](Session& s, std::uint64_t who) {
    Key& key = registers[s.key];
    if (s.event.f != Function::read) {
      const std::uint64_t seen = s.contextual ? key.seen[who] : 0;
      const auto superseded = [&](const Value& v) { return !options.siblings || v.sequence <= seen; };
      key.live.erase(std::remove_if(key.live.begin(), key.live.end(), superseded), key.live.end());
      ++key.sequence;
      std::vector<std::string> others;
      for (const Value& v : key.live) others.push_back(v.text);
      if (!others.empty()) s.event.siblings = fmt::format("[{}]", fmt::join(others, ","));
      if (s.event.f == Function::write) key.live.push_back({key.sequence, s.event.value});
      stamp = index;
    } else if (key.live.size() == 1) {
      s.event.value = key.live[0].text;
    } else if (!key.live.empty()) {
      std::vector<std::string> values;
      for (const Value& v : key.live) values.push_back(v.text);
      s.event.value = fmt::format("[{}]", fmt::join(values, ","));
    }
    key.seen[who] = key.sequence;
    if (options.siblings) {
      s.event.clock = fmt::format(
          "{{\"dots\":[\"n1#1f3a5c77b2d0:{0}\"],\"context\":{{\"n1#1f3a5c77b2d0\":{0}}}}}", key.sequence);
    } else if (s.event.f != Function::read) {
      s.event.clock = fmt::format("[{},\"n1#1f3a5c77b2d0\",0]", stamp);
    }
  };
  while (true) {
    const std::uint64_t who = below(sessions);
    Session& s = all[who];
    if (s.open) {
      s.event.type = EventType::ok;
      if (s.key < keys) {
        complete_register(s, who);
      } else {
        complete_set(s);
      }
      send(s.event);
      s.open = false;
    } else if (begun < options.operations) {
      invoke(s, who);
    } else if (std::none_of(all.begin(), all.end(), [](const Session& other) { return other.open; })) {
      break;
    }
  }
  for (std::size_t i = 0; i < sets.size(); ++i) {
    Event read{.key = fmt::format("s{}", i), .final = true};
    send(read);
    read.type = EventType::ok;
    read.value = fmt::format("[{}]", fmt::join(sets[i], ","));
    send(read);
  }
}

}  // namespace fracas::checker
