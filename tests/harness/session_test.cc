// What a session asks, and what it makes of the answers.
#include "harness/session.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace fracas::harness {
namespace {

using checker::EventType;
using checker::Function;
using workloads::Intent;
using Kind = TargetRequest::Kind;
using Status = TargetResponse::Status;

SessionOptions options(const char* workload = "register") {
  SessionOptions options;
  options.client = 2;
  options.stride = 5;
  options.seed = 7;
  options.nodes = {"n1", "n2", "n3"};
  options.workload = workloads::find_workload(workload);
  return options;
}

TargetResponse ok(std::vector<std::string> values, std::string context = "T") {
  TargetResponse response;
  response.status = Status::ok;
  response.values = std::move(values);
  response.context = std::move(context);
  response.context_json = R"({"n1#a":1})";
  response.clock = R"({"dots":["n1#a:1"],"context":{"n1#a":1}})";
  return response;
}

TargetResponse failed(Status status) {
  TargetResponse response;
  response.status = status;
  response.error = "kind: message";
  return response;
}

const Intent kRead{Function::read, "k0"};
const Intent kWrite{Function::write, "k0", "\"2-1\""};
const Intent kDelete{Function::remove_key, "k0"};
const Intent kAdd{Function::add, "s0.0", "\"2-1\""};

struct Row {
  const char* what;
  Intent intent;
  std::vector<Status> answers;
  EventType expected;
  std::int32_t next_process;
};

TEST(Session, KnowsWhatCountsAsOkFailAndInfo) {
  const std::vector<Row> table{
      {"a read that is answered", kRead, {Status::ok}, EventType::ok, 2},
      {"a read that is turned away", kRead, {Status::rejected}, EventType::fail, 2},
      {"a read that gets no answer: it changed nothing", kRead, {Status::unknown}, EventType::fail, 2},
      {"a write that is acknowledged", kWrite, {Status::ok}, EventType::ok, 2},
      {"a write that was certainly not done", kWrite, {Status::rejected}, EventType::fail, 2},
      {"a write that may have been done", kWrite, {Status::unknown}, EventType::info, 7},
      {"a delete that is acknowledged", kDelete, {Status::ok}, EventType::ok, 2},
      {"a delete that may have been done", kDelete, {Status::unknown}, EventType::info, 7},
      {"an add whose read fails: nothing was written", kAdd, {Status::unknown}, EventType::fail, 2},
      {"an add whose read is turned away", kAdd, {Status::rejected}, EventType::fail, 2},
      {"an add that is acknowledged", kAdd, {Status::ok, Status::ok}, EventType::ok, 2},
      {"an add whose write was not done", kAdd, {Status::ok, Status::rejected}, EventType::fail, 2},
      {"an add whose write may have been done", kAdd, {Status::ok, Status::unknown}, EventType::info, 7},
  };
  for (const Row& row : table) {
    SCOPED_TRACE(row.what);
    Session session(options(row.intent.f == Function::add ? "set" : "register"));
    SessionStep step = session.begin(row.intent);
    for (const Status status : row.answers) {
      ASSERT_TRUE(step.request.has_value());
      step = session.answer(status == Status::ok ? ok({}) : failed(status));
    }
    ASSERT_TRUE(step.event.has_value());
    EXPECT_FALSE(step.request.has_value());
    EXPECT_FALSE(session.open());
    EXPECT_EQ(step.event->type, row.expected);
    EXPECT_EQ(step.event->error.empty(), row.expected == EventType::ok);
    EXPECT_EQ(step.event->process, 2) << "the completion belongs to the process that invoked";
    const SessionStep next = session.begin(kRead);
    EXPECT_EQ(next.event->process, row.next_process);
    EXPECT_EQ(next.event->session, 2);
  }
}

TEST(Session, InvokesWithWhatItIsAboutToDo) {
  Session session(options());
  const SessionStep step = session.begin(kWrite);
  EXPECT_EQ(step.event->type, EventType::invoke);
  EXPECT_EQ(step.event->f, Function::write);
  EXPECT_EQ(step.event->key, "k0");
  EXPECT_EQ(step.event->value, "\"2-1\"");
  EXPECT_EQ(step.event->node, step.request->node);
  EXPECT_FALSE(step.event->final);
  EXPECT_EQ(step.request->request.kind, Kind::put);
  EXPECT_EQ(step.request->request.value, "\"2-1\"");
}

/// An answer of a store that stamps.
TargetResponse stamped(std::int64_t us) {
  TargetResponse response = ok({"1"}, "");
  response.context_json.clear();
  response.clock = "[" + std::to_string(us) + R"(,"n1#a",7])";
  return response;
}

TEST(Session, CarriesTheHighestStampThatItSawWhereTheStoreAsksForIt) {
  for (const auto source : {store::StampSource::hlc, store::StampSource::query}) {
    SessionOptions asked = options();
    asked.stamps = source;
    Session session(asked);
    EXPECT_EQ(session.begin(kWrite).request->request.seen_us, 0);
    session.answer(stamped(50));
    EXPECT_EQ(session.begin(kRead).request->request.seen_us, 0) << "a read need not be above anything";
    session.answer(stamped(40));
    const SessionStep write = session.begin(kWrite);
    EXPECT_EQ(write.request->request.seen_us, 50);
    EXPECT_EQ(write.request->request.stamp_us, 0);
    session.answer(failed(Status::rejected));
    EXPECT_EQ(session.begin(kDelete).request->request.seen_us, 50);
  }
}

TEST(Session, CarriesWhatTheReadInsideAnUpdateSaw) {
  SessionOptions asked = options("set");
  asked.stamps = store::StampSource::hlc;
  Session session(asked);
  session.begin(kAdd);
  TargetResponse read = stamped(90);
  read.values.clear();
  EXPECT_EQ(session.answer(read).request->request.seen_us, 90);
}

TEST(Session, CarriesNoStampWhereNobodyAsksOrItIsToldNotTo) {
  SessionOptions untold = options();
  untold.stamps = store::StampSource::hlc;
  untold.behaviour.contexts = false;
  for (const SessionOptions& each : {options(), untold}) {
    Session session(each);
    session.begin(kWrite);
    session.answer(stamped(50));
    const SessionStep write = session.begin(kWrite, {}, 1000);
    EXPECT_EQ(write.request->request.seen_us, 0);
    EXPECT_EQ(write.request->request.stamp_us, 0);
  }
}

TEST(Session, SendsItsOwnClockWhichNeverGoesBack) {
  SessionOptions asked = options();
  asked.stamps = store::StampSource::client;
  Session session(asked);
  std::vector<std::int64_t> sent;
  for (const std::int64_t wall_us : {1000, 1000, 400, 2000}) {
    sent.push_back(session.begin(kWrite, {}, wall_us).request->request.stamp_us);
    session.answer(stamped(1));
  }
  EXPECT_EQ(sent, (std::vector<std::int64_t>{1000, 1001, 1002, 2000}));
  EXPECT_EQ(session.begin(kRead, {}, 3000).request->request.stamp_us, 0);
}

TEST(Session, HandsBackTheTokenOfItsLastAnswer) {
  SessionOptions asked = options();
  asked.behaviour.session_tokens = true;
  Session session(asked);
  EXPECT_EQ(session.begin(kRead).request->request.session, "new");
  TargetResponse answered = ok({});
  answered.session = "TOKEN";
  session.answer(answered);
  EXPECT_EQ(session.begin(kWrite).request->request.session, "TOKEN");
  session.answer(failed(Status::unknown));
  EXPECT_EQ(session.begin(kWrite).request->request.session, "TOKEN") << "a failure tells nothing new";
  Session without(options());
  EXPECT_EQ(without.begin(kRead).request->request.session, "");
}

TEST(Session, WithATokenStampsAboveWhatItHasSeen) {
  SessionOptions asked = options();
  asked.stamps = store::StampSource::client;
  asked.behaviour.session_tokens = true;
  Session session(asked);
  session.begin(kRead, {}, 1000);
  session.answer(stamped(5000));
  EXPECT_EQ(session.begin(kWrite, {}, 1000).request->request.stamp_us, 5001);
}

TEST(Session, ThatCoordinatesItselfChoosesNoNode) {
  SessionOptions asked = options();
  asked.coordinates = true;
  Session session(asked);
  EXPECT_EQ(session.begin(kRead).request->node, "");
  session.answer(ok({}));
  EXPECT_EQ(session.begin(kRead, "n2").request->node, "n2");
}

TEST(Session, TellsWhatAReadReturnedAndItsClock) {
  Session session(options());
  session.begin(kRead);
  const SessionStep step = session.answer(ok({"\"1-1\"", "\"3-1\""}));
  EXPECT_EQ(step.event->value, R"(["1-1","3-1"])");
  EXPECT_EQ(step.event->clock, R"({"dots":["n1#a:1"],"context":{"n1#a":1}})");
}

TEST(Session, TellsTheSiblingsThatAWriteOrDeleteShowed) {
  Session session(options());
  session.begin(kWrite);
  EXPECT_EQ(session.answer(ok({"\"2-1\"", "\"3-1\""})).event->siblings, R"(["3-1"])");
  session.begin(kWrite);
  EXPECT_EQ(session.answer(ok({"\"2-1\""})).event->siblings, "");
  session.begin(kDelete);
  EXPECT_EQ(session.answer(ok({"\"3-1\""})).event->siblings, R"(["3-1"])");
}

TEST(Session, SendsTheContextOfItsLastAnswerForTheKey) {
  Session session(options());
  EXPECT_EQ(session.begin(kWrite).request->request.context, "") << "nothing seen yet: blind";
  session.answer(ok({"\"2-1\""}, "A"));
  session.begin(kRead);
  session.answer(ok({"\"2-1\""}, "B"));
  session.begin({Function::write, "k9", "\"2-2\""});
  session.answer(ok({"\"2-2\""}, "other key"));
  const SessionStep step = session.begin(kDelete);
  EXPECT_EQ(step.request->request.context, "B");
  EXPECT_EQ(step.event->context, R"({"n1#a":1})");
}

/// Found by `fracas bugs`: after a wiped disk had shown a key as absent, the older context still covered a
/// value that another node had kept, and the checker took the put for one that had seen nothing.
TEST(Session, ForgetsItsContextWhenAnAnswerHasNone) {
  Session session(options());
  session.begin(kRead);
  session.answer(ok({"\"2-1\""}, "A"));
  session.begin(kRead);
  session.answer(ok({}, ""));
  EXPECT_EQ(session.begin(kWrite).request->request.context, "");
}

TEST(Session, KeepsItsContextsWhenAnOperationFailsOrItsProcessIsRetired) {
  Session session(options());
  session.begin(kRead);
  session.answer(ok({}, "A"));
  session.begin(kWrite);
  session.answer(failed(Status::unknown));
  EXPECT_EQ(session.begin(kWrite).request->request.context, "A");
}

TEST(Session, SendsNoContextWhenItIsToldSo) {
  SessionOptions blind = options();
  blind.behaviour.contexts = false;
  Session session(blind);
  session.begin(kRead);
  session.answer(ok({}, "A"));
  const SessionStep step = session.begin(kWrite);
  EXPECT_EQ(step.request->request.context, "");
  EXPECT_EQ(step.event->context, "");
}

TEST(Session, ForgetsTheOldestContextsBeyondItsLimit) {
  Session session(options());
  const auto read = [&](std::size_t i) {
    session.begin({Function::read, "k" + std::to_string(i)});
    session.answer(ok({}, "A"));
  };
  for (std::size_t i = 0; i <= Session::kMaxContexts; ++i) read(i);
  EXPECT_EQ(session.begin({Function::write, "k0", "\"2-1\""}).request->request.context, "");
  session.answer(failed(Status::rejected));
  const std::string latest = "k" + std::to_string(Session::kMaxContexts);
  EXPECT_EQ(session.begin({Function::write, latest, "\"2-2\""}).request->request.context, "A");
}

TEST(Session, WritesBackWhatItReadWithTheContextOfExactlyThatRead) {
  Session session(options("set"));
  session.begin({Function::read, "s0.0"});
  session.answer(ok({"[]"}, "older"));
  const SessionStep begun = session.begin(kAdd);
  EXPECT_EQ(begun.request->request.kind, Kind::get);
  const SessionStep written = session.answer(ok({R"(["1-1"])", R"(["3-1"])"}, "B"));
  EXPECT_FALSE(written.event.has_value());
  ASSERT_TRUE(written.request.has_value());
  EXPECT_EQ(written.request->node, begun.request->node);
  EXPECT_EQ(written.request->request.kind, Kind::put);
  EXPECT_EQ(written.request->request.context, "B");
  EXPECT_EQ(written.request->request.value, R"(["1-1","2-1","3-1"])");
  const SessionStep done = session.answer(failed(Status::unknown));
  EXPECT_EQ(done.event->saw, R"(["1-1","3-1"])");
  EXPECT_EQ(done.event->value, "\"2-1\"");
}

TEST(Session, KeepsToOneNodeWhenStickyAndDrawsOtherwise) {
  SessionOptions sticky = options();
  sticky.behaviour.sticky = true;
  for (const bool expected_one : {true, false}) {
    Session session(expected_one ? sticky : options());
    std::set<std::string> asked;
    for (int i = 0; i < 100; ++i) {
      asked.insert(session.begin(kRead).request->node);
      session.answer(ok({}));
    }
    EXPECT_EQ(asked.size(), expected_one ? 1u : 3u);
  }
}

TEST(Session, DrawsNodesFromItsSeedAlone) {
  Session one(options()), other(options());
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(one.begin(kRead).request->node, other.begin(kRead).request->node);
    one.answer(ok({}));
    other.answer(failed(Status::rejected));
  }
}

TEST(Session, AsksTheNodeThatItIsToldTo) {
  Session session(options());
  EXPECT_EQ(session.begin(kRead, "n3").request->node, "n3");
  session.answer(ok({}));
  const SessionStep step = session.begin(kWrite, "n1");
  EXPECT_EQ(step.request->node, "n1");
  EXPECT_EQ(step.event->node, "n1");
}

TEST(Session, MarksFinalReads) {
  SessionOptions final_reader = options();
  final_reader.final = true;
  Session session(final_reader);
  EXPECT_TRUE(session.begin(kRead).event->final);
  EXPECT_TRUE(session.answer(ok({})).event->final);
}

}  // namespace
}  // namespace fracas::harness
