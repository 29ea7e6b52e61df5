#include "checker/formats/edn_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "checker/formats/format.h"

namespace fracas::checker {
namespace {

std::string edn_of(std::string_view json) {
  std::string edn;
  append_edn(edn, json);
  return edn;
}

TEST(EdnWriter, WritesWhatClojureReads) {
  EXPECT_EQ(edn_of("null"), "nil");
  EXPECT_EQ(edn_of(R"([1,-2.5,true,"a,b\"\n\/",null,{"k":[],"l":12345678901234567890}])"),
            R"([1 -2.5 true "a,b\"\n/" nil {"k" [] "l" 12345678901234567890N}])");
}

TEST(EdnWriter, AnEventIsOneOfJepsensOperations) {
  std::string line;
  append_edn_line(line, {.index = 4,
                         .time_ns = 9,
                         .process = 1,
                         .session = 1,
                         .f = Function::txn,
                         .value = R"([["r","x",null],["append",7,[1]]])"});
  EXPECT_EQ(
      line,
      "{:index 4, :time 9, :type :invoke, :process 1, :f :txn, :value [[:r \"x\" nil] [:append 7 [1]]]}\n");
}

/// All that a history knows, a line an operation.
std::string told(const History& history) {
  std::string all;
  for (const Operation& o : history.operations()) {
    for (const std::int64_t number :
         {std::int64_t{o.invoked}, std::int64_t{o.completed}, std::int64_t{history.process_number(o)},
          std::int64_t{history.session(o)}, history.invoked_ns(o), history.completed_ns(o),
          static_cast<std::int64_t>(o.outcome), std::int64_t{o.final}, std::int64_t{o.contextual},
          history.stamp(o) == nullptr ? -1 : history.stamp(o)->us})
      all += std::to_string(number) + ' ';
    all += to_string(o.f);
    for (const TextId text :
         {o.key, o.value, history.saw(o), history.siblings(o), history.node(o), history.error(o)})
      (all += ' ') += history.text(text);
    all += '\n';
  }
  return all;
}

std::vector<Event> some_of_everything() {
  std::vector<Event> events;
  const auto pair = [&](Event invocation, Event completion) {
    completion.process = invocation.process;
    completion.session = invocation.session;
    completion.f = invocation.f;
    completion.key = invocation.key;
    events.push_back(std::move(invocation));
    events.push_back(std::move(completion));
  };
  pair({.process = 0,
        .f = Function::write,
        .key = "k\"\n\xC3\xA9",
        .value = R"("3-17")",
        .node = "n2",
        .context = R"({"n1#3":17})"},
       {.type = EventType::ok,
        .value = R"("3-17")",
        .siblings = R"(["2-1"])",
        .node = "n1",
        .clock = R"({"dots":["n1#3:17"],"context":{"n1#3":17}})"});
  pair({.process = 7, .session = 2, .f = Function::write, .key = "k", .value = R"({"a":[1,"x/y"],"b":-0.5})"},
       {.type = EventType::ok, .value = R"({"a":[1,"x/y"],"b":-0.5})", .clock = R"([-5,"n1#3",7])"});
  pair({.process = 0, .f = Function::read, .key = "k", .final = true},
       {.type = EventType::ok, .value = "[1,null,[]]", .final = true});
  pair({.process = 0, .f = Function::cas, .key = "object", .value = "[1,2]"},
       {.type = EventType::fail, .error = "mis\"match"});
  pair({.process = 0, .f = Function::increment, .key = "c", .value = "5"},
       {.type = EventType::ok, .saw = "[2]"});
  pair({.process = 0, .f = Function::txn, .value = R"([["r","x",null],["w","y",":z"]])"},
       {.type = EventType::ok, .value = R"([["r","x",3],["w","y",":z"]])"});
  pair({.process = 0, .f = Function::enqueue, .value = "true"},
       {.type = EventType::info, .value = "true", .error = "timeout"});
  events.push_back({.process = 9, .session = 9, .f = Function::remove_key, .key = "k"});
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].index = i;
    events[i].time_ns = static_cast<std::int64_t>(i * 1'000'003);
  }
  return events;
}

TEST(EdnWriter, AHistoryComesBackFromEdnAsItWas) {
  const auto base = std::filesystem::temp_directory_path() / ("fracas-round-" + std::to_string(::getpid()));
  const std::filesystem::path jsonl = base.string() + ".jsonl";
  const std::filesystem::path edn = base.string() + ".edn";
  std::string as_jsonl;
  std::string as_edn;
  for (const Event& event : some_of_everything()) {
    append_line(as_jsonl, event);
    append_edn_line(as_edn, event);
  }
  std::ofstream(jsonl, std::ios::binary) << as_jsonl;
  std::ofstream(edn, std::ios::binary) << as_edn;
  const auto from_jsonl = read_history(jsonl, Format::detect);
  const auto from_edn = read_history(edn, Format::detect);
  std::filesystem::remove(jsonl);
  std::filesystem::remove(edn);
  ASSERT_TRUE(from_jsonl) << from_jsonl.error().to_string();
  ASSERT_TRUE(from_edn) << from_edn.error().to_string();
  EXPECT_EQ(told(*from_edn), told(*from_jsonl));
}

}  // namespace
}  // namespace fracas::checker
