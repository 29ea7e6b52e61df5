// What a script expects of its operations is compared with what happened to them.
#include "harness/script_outcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fracas::harness {
namespace {

using checker::Event;
using checker::EventType;
using checker::Function;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A history in which operations follow each other, each of a client that is a process of its own.
class Recorded {
 public:
  Recorded& operation(int client, Function f, EventType end, const std::string& value,
                      const std::string& error = "", bool final = false) {
    Event event;
    event.process = process_of(client);
    event.session = client;
    event.f = f;
    event.key = "k";
    event.final = final;
    event.value = f == Function::read ? "null" : value;
    add(event);
    event.type = end;
    event.value = value;
    event.error = error;
    add(event);
    if (end == EventType::info) retired_[client] += 100;
    return *this;
  }
  checker::History history() { return std::move(builder_).finish(); }

 private:
  int process_of(int client) { return client + retired_[client]; }
  void add(Event event) {
    event.index = next_++;
    event.time_ns = static_cast<std::int64_t>(event.index);
    const auto added = builder_.add(event);
    EXPECT_TRUE(added) << added.error();
  }

  checker::HistoryBuilder builder_;
  std::map<int, int> retired_;
  std::uint64_t next_ = 0;
};

ScriptedOperation write(Nanoseconds at, int client, const char* value, const char* ends) {
  ScriptedOperation operation;
  operation.at = at;
  operation.client = client;
  operation.intent = {Function::write, "k", value};
  operation.ends = ends;
  return operation;
}

ScriptedOperation read(Nanoseconds at, int client, std::vector<std::string> sees) {
  ScriptedOperation operation;
  operation.at = at;
  operation.client = client;
  operation.intent = {Function::read, "k"};
  operation.sees = std::move(sees);
  return operation;
}

std::vector<std::string> other(const std::vector<ScriptedOperation>& script, checker::History history,
                               bool cut_short = false) {
  Experiment experiment;
  experiment.script = script;
  return script_outcome(experiment, history, cut_short).other;
}

TEST(ScriptOutcome, IsEmptyWhereEverythingCameOutAsExpected) {
  const std::vector<ScriptedOperation> script{write(1, 0, "1", "ok"), read(2, 1, {"1"}), read(3, 1, {})};
  EXPECT_THAT(other(script, Recorded()
                                .operation(0, Function::write, EventType::ok, "1")
                                .operation(1, Function::read, EventType::ok, "1")
                                .operation(1, Function::read, EventType::ok, "null")
                                .history()),
              IsEmpty());
}

TEST(ScriptOutcome, ComparesSiblingsInAnyOrder) {
  const auto saw = [](const char* value) {
    return Recorded().operation(0, Function::read, EventType::ok, value).history();
  };
  EXPECT_THAT(other({read(1, 0, {"1", "2"})}, saw("[2,1]")), IsEmpty());
  EXPECT_THAT(other({read(1, 0, {"1", "2"})}, saw("1")),
              ElementsAre("operation.0, the read of k by client 0, was to see 1 and 2, but it saw 1"));
  EXPECT_THAT(other({read(1, 0, {"1"})}, saw("[2,1]")), ElementsAre(HasSubstr("it saw 1 and 2")));
  EXPECT_THAT(other({read(1, 0, {"1"})}, saw("null")), ElementsAre(HasSubstr("it saw nothing")));
}

TEST(ScriptOutcome, TellsHowAnOperationEndedInstead) {
  EXPECT_THAT(other({write(1, 0, "1", "info")},
                    Recorded().operation(0, Function::write, EventType::ok, "1").history()),
              ElementsAre(HasSubstr("was to end without an answer, but it was acknowledged")));
  EXPECT_THAT(
      other({read(1, 0, {"1"})},
            Recorded().operation(0, Function::read, EventType::fail, "null", "unavailable").history()),
      ElementsAre(HasSubstr("was to see 1, but it ended in fail")));
}

TEST(ScriptOutcome, FollowsAClientThroughItsProcessesInTheOrderOfTimes) {
  const std::vector<ScriptedOperation> script{read(9, 0, {"2"}), write(1, 0, "1", "info"),
                                              write(5, 0, "2", "ok")};
  EXPECT_THAT(other(script, Recorded()
                                .operation(0, Function::write, EventType::info, "1")
                                .operation(0, Function::write, EventType::ok, "2")
                                .operation(0, Function::read, EventType::ok, "2")
                                .operation(7, Function::read, EventType::ok, "1", "", true)
                                .history()),
              IsEmpty());
}

TEST(ScriptOutcome, AnOperationThatWasNeverBegunIsMissedUnlessTheRunWasCutShort) {
  EXPECT_THAT(other({write(1, 0, "1", "ok")}, Recorded().history()),
              ElementsAre(HasSubstr("it was never begun")));
  EXPECT_THAT(other({write(1, 0, "1", "ok")}, Recorded().history(), true), IsEmpty());
}

}  // namespace
}  // namespace fracas::harness
