// Short histories written by hand, one call an event: s.call(1, ...) invokes, s.ok(1, ...) completes what
// session 1 has open. Session and process are the same number; a node is named after its session unless said
// otherwise.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "checker/property.h"

namespace fracas::checker {

class Story {
 public:
  Story& write(int session, std::string value, std::string context = "", std::string key = "k") {
    return call({.session = session,
                 .f = Function::write,
                 .key = std::move(key),
                 .value = std::move(value),
                 .context = std::move(context)});
  }
  Story& add(int session, std::string value) {
    return call({.session = session, .f = Function::add, .key = "k", .value = std::move(value)});
  }
  Story& remove(int session, std::string context = "") {
    return call({.session = session, .f = Function::remove_key, .key = "k", .context = std::move(context)});
  }
  Story& read(int session, bool final = false) {
    return call({.session = session, .f = Function::read, .key = "k", .final = final});
  }

  /// Completes a write, or a read with what it returned.
  Story& ok(int session, std::string value = "null", std::string clock = "", std::string siblings = "",
            std::string saw = "") {
    Event event = open_.at(session);
    event.type = EventType::ok;
    if (event.f == Function::read) event.value = std::move(value);
    event.clock = std::move(clock);
    event.siblings = std::move(siblings);
    event.saw = std::move(saw);
    return record(event);
  }
  Story& fail(int session, std::string error = "refused") {
    return end(session, EventType::fail, std::move(error));
  }
  Story& info(int session, std::string error = "timeout", std::string saw = "") {
    open_.at(session).saw = std::move(saw);
    return end(session, EventType::info, std::move(error));
  }

  /// A write that begins and ends, and a read.
  Story& wrote(int session, std::string value, std::string clock = "", std::string context = "") {
    return write(session, std::move(value), std::move(context)).ok(session, "null", std::move(clock));
  }
  Story& found(int session, std::string value, std::string clock = "", bool final = false) {
    return read(session, final).ok(session, std::move(value), std::move(clock));
  }

  /// Begins anything; the session is the event's.
  Story& call(Event event) {
    event.process = event.session;
    event.node = "n" + std::to_string(event.session);
    open_[event.session] = event;
    return record(event);
  }

  History history() { return std::move(builder_).finish(); }

 private:
  Story& end(int session, EventType type, std::string error) {
    Event event = open_.at(session);
    event.type = type;
    event.error = std::move(error);
    return record(event);
  }
  Story& record(Event event) {
    event.index = index_++;
    event.time_ns = static_cast<std::int64_t>(event.index) * 1'000'000'000;
    if (event.type != EventType::invoke) event.context.clear();
    const auto added = builder_.add(event);
    EXPECT_TRUE(added) << added.error();
    return *this;
  }

  HistoryBuilder builder_;
  std::map<int, Event> open_;
  std::uint64_t index_ = 0;
};

inline Verdict judge(std::string_view property, Story& story, const Evidence& evidence = {}) {
  return find_property(property)->check(Case(story.history(), evidence));
}

inline Evidence siblings_store() {
  Evidence evidence;
  evidence.conflict = "siblings";
  return evidence;
}

/// Dumps of k on n1 and n2, each with its values; a clock unless they hold nothing.
inline Evidence dumped(std::string conflict, std::vector<std::vector<std::string>> replicas,
                       std::string clock = R"({"dots":[],"context":{"n1#1":1}})") {
  Evidence evidence;
  evidence.conflict = std::move(conflict);
  KeyDump dump{.key = "k"};
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    const std::string node = "n" + std::to_string(i + 1);
    dump.homes.push_back(node);
    dump.replicas.push_back({.node = node, .values = replicas[i], .clock = replicas[i].empty() ? "" : clock});
  }
  evidence.dumps = {dump};
  evidence.settlement = Settlement{.exchanges_completed = true};
  return evidence;
}

}  // namespace fracas::checker
