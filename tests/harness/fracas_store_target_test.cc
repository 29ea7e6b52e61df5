// How requests to the bundled store are written, and what its answers mean.
#include "harness/targets/fracas_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fracas::harness::fracas_store {
namespace {

using testing::HasSubstr;
using Kind = TargetRequest::Kind;
using Status = TargetResponse::Status;

TEST(FracasStoreTarget, WritesRequests) {
  EXPECT_EQ(encode({Kind::get, "k1", "", "", 1'000'000'000}),
            "GET /kv/k1?timeout=800 HTTP/1.1\r\nHost: store\r\n\r\n");
  EXPECT_EQ(encode({Kind::put, "a/b %", "\"1-1\"", "TOKEN", 500'000'000}),
            "PUT /kv/a%2Fb%20%25?timeout=400 HTTP/1.1\r\nHost: store\r\nX-Fracas-Context: TOKEN\r\n"
            "Content-Length: 15\r\n\r\n{\"value\":\"1-1\"}");
  EXPECT_THAT(encode({Kind::remove, "k1", "", "", 1}), HasSubstr("DELETE /kv/k1?timeout=1 "));
}

TEST(FracasStoreTarget, SaysOfTimeWhatTheSessionSays) {
  TargetRequest write{Kind::put, "k1", "1", "", 1'000'000'000};
  write.stamp_us = 17;
  EXPECT_THAT(encode(write), HasSubstr("\r\nX-Fracas-Stamp: 17\r\nContent-Length"));
  EXPECT_EQ(to_client_request(write, 1).stamp_us, 17);
  EXPECT_FALSE(to_client_request(write, 1).seen_us);
  TargetRequest removal{Kind::remove, "k1", "", "", 1'000'000'000};
  removal.seen_us = 18;
  EXPECT_THAT(encode(removal), HasSubstr("\r\nX-Fracas-Seen: 18\r\n\r\n"));
  EXPECT_EQ(to_client_request(removal, 1).seen_us, 18);
  EXPECT_FALSE(to_client_request(removal, 1).stamp_us);
}

TEST(FracasStoreTarget, HandsTheSessionsTokenOnAndBack) {
  TargetRequest read{Kind::get, "k1", "", "", 1'000'000'000};
  read.session = "new";
  EXPECT_THAT(encode(read), HasSubstr("\r\nX-Fracas-Session: new\r\n\r\n"));
  EXPECT_EQ(to_client_request(read, 1).session, "new");
  const auto answer = decode(200, R"({"values":[],"context":"","clock":null,"session":"TOKEN"})");
  EXPECT_EQ(answer.session, "TOKEN");
  store::ReplyToClient reply;
  reply.session = "TOKEN";
  EXPECT_EQ(to_response(std::move(reply)).session, "TOKEN");
}

TEST(FracasStoreTarget, AsksForOneCopyAndHandsItOn) {
  TargetRequest read{Kind::get, "k1", "", "", 1'000'000'000};
  read.of_copy = true;
  EXPECT_THAT(encode(read), HasSubstr("GET /copy/k1?"));
  EXPECT_TRUE(to_client_request(read, 1).of_copy);
  TargetRequest merge = read;
  merge.kind = Kind::put;
  merge.state = "\xff\xfe\x01";
  EXPECT_THAT(encode(merge), HasSubstr("Content-Length: 16\r\n\r\n{\"state\":\"__4B\"}"));
  EXPECT_EQ(to_client_request(merge, 1).state, merge.state);
  EXPECT_EQ(decode(200, R"({"values":[],"context":"","clock":null,"state":"__4B"})").state, merge.state);
  EXPECT_EQ(decode(200, R"({"values":[],"context":"","clock":null,"state":"_"})").status, Status::unknown);
}

TEST(FracasStoreTarget, KnowsTheHomesOfAKey) {
  store::Config config;
  config.nodes = 3;
  config.n = 2;
  auto target = make_target(config, {"n1", "n2", "n3"});
  const auto homes = target->homes("k1", target->first_ring());
  ASSERT_EQ(homes.size(), 2u);
  EXPECT_NE(homes[0], homes[1]);
  config.n = 3;
  target = make_target(config, {"n1", "n2", "n3"});
  EXPECT_THAT(target->homes("k1", target->first_ring()), testing::UnorderedElementsAre("n1", "n2", "n3"));
}

/// As GET /ring has it: partitions are dealt to the owners in turn.
std::string owned_by(const std::vector<std::string>& owners) {
  std::string entries;
  for (std::size_t i = 0; i < 64; ++i)
    entries += (i == 0 ? "" : ",") + (R"({"owner":")" + owners[i % owners.size()] + R"("})");
  return R"("ring":[)" + entries + "]";
}

TEST(FracasStoreTarget, UnderstandsRings) {
  store::Config config;
  config.nodes = 4;
  config.spares = 1;
  config.n = 2;
  const std::vector<std::string> nodes{"n1", "n2", "n3", "n4"};
  const auto target = make_target(config, nodes);
  EXPECT_THAT(target->first_ring().view.members, testing::ElementsAre("n1", "n2", "n3"));
  const auto still =
      decode_ring(200, R"({"epoch":7,"moving":false,)" + owned_by({"n4", "n2"}) + "}", config, nodes);
  ASSERT_TRUE(still) << still.error().message;
  EXPECT_EQ(still->view.epoch, 7u);
  EXPECT_THAT(still->view.members, testing::ElementsAre("n2", "n4"));
  EXPECT_FALSE(still->view.moving());
  EXPECT_THAT(target->homes("k1", *still), testing::UnorderedElementsAre("n2", "n4"));
  const auto moving = decode_ring(200,
                                  R"({"epoch":8,"moving":true,)" + owned_by({"n4", "n2"}) + R"(,"next":{)" +
                                      owned_by({"n4", "n2", "n1"}) + "}}",
                                  config, nodes);
  ASSERT_TRUE(moving) << moving.error().message;
  EXPECT_THAT(moving->view.next, testing::ElementsAre("n1", "n2", "n4"));
  for (const std::string& wrong : {std::string("no json"), std::string("{}"),
                                   R"({"epoch":7,"moving":true,)" + owned_by({"n4", "n2"}) + "}",
                                   R"({"epoch":7,"moving":false,)" + owned_by({"n9", "n2"}) + "}",
                                   R"({"epoch":7,"moving":false,)" + owned_by({"n2"}) + "}"})
    EXPECT_FALSE(decode_ring(200, wrong, config, nodes)) << wrong;
  EXPECT_FALSE(
      decode_ring(500, R"({"epoch":7,"moving":false,)" + owned_by({"n4", "n2"}) + "}", config, nodes));
}

TEST(FracasStoreTarget, AsksForChangesOfTheRing) {
  using Change = nemesis::RingChange::Kind;
  EXPECT_THAT(encode({.kind = Change::join, .node = "n6"}), HasSubstr("POST /ring?join=n6 HTTP/1.1\r\n"));
  EXPECT_THAT(encode({.kind = Change::leave, .node = "n2"}), HasSubstr("/ring?leave=n2 "));
  const nemesis::RingChange replace{.kind = Change::replace, .node = "n2", .with = "n6"};
  EXPECT_THAT(encode(replace), HasSubstr("/ring?replace=n2&with=n6 "));
  const store::ChangeRing event = to_change_ring(replace, 9);
  EXPECT_EQ(event.id, 9u);
  EXPECT_EQ(event.kind, store::RingChange::Kind::replace);
  EXPECT_EQ(event.node + event.with, "n2n6");
  EXPECT_TRUE(decode_ring_change(200, R"({"epoch":2,"moving":true})").agreed);
  const auto refused =
      decode_ring_change(409, R"({"error":{"kind":"conflict","message":"n2 is no member"}})");
  EXPECT_TRUE(refused.answered);
  EXPECT_FALSE(refused.agreed);
  EXPECT_EQ(refused.message, "conflict: n2 is no member");
  store::ReplyToClient reply;
  EXPECT_TRUE(to_ring_answer(reply).agreed);
  reply.error = store::ClientError{store::ErrorKind::conflict, "", "n2 is no member"};
  EXPECT_EQ(to_ring_answer(reply).message, refused.message);
}

TEST(FracasStoreTarget, UnderstandsSiblings) {
  const auto answer = decode(
      200,
      R"({"values":["1-1",{"a":[1]}],"context":"TOKEN","clock":{"dots":["n1#a:1"],"context":{"n1#a":1}}})");
  EXPECT_EQ(answer.status, Status::ok);
  EXPECT_EQ(answer.values, (std::vector<std::string>{"\"1-1\"", R"({"a":[1]})"}));
  EXPECT_EQ(answer.context, "TOKEN");
  EXPECT_EQ(answer.context_json, R"({"n1#a":1})");
  EXPECT_EQ(answer.clock, R"({"dots":["n1#a:1"],"context":{"n1#a":1}})");
}

TEST(FracasStoreTarget, UnderstandsStamps) {
  const auto answer = decode(200, R"({"values":["1-1"],"context":"","clock":[17,"n2#1f",3],"acks":2})");
  EXPECT_EQ(answer.status, Status::ok);
  EXPECT_EQ(answer.clock, R"([17,"n2#1f",3])");
  EXPECT_EQ(answer.context_json, "");
}

TEST(FracasStoreTarget, TakesAnAbsentKeyForAnAnswer) {
  const auto answer = decode(404, R"({"values":[],"context":"","clock":null})");
  EXPECT_EQ(answer.status, Status::ok);
  EXPECT_TRUE(answer.values.empty());
  EXPECT_EQ(answer.clock, "");
}

TEST(FracasStoreTarget, KnowsWhichErrorsPromiseThatNothingWasDone) {
  const auto status_of = [](unsigned status, const std::string& kind) {
    return decode(status, "{\"error\":{\"kind\":\"" + kind + "\",\"message\":\"why\"}}").status;
  };
  EXPECT_EQ(status_of(400, "bad-request"), Status::rejected);
  EXPECT_EQ(status_of(413, "value-too-large"), Status::rejected);
  EXPECT_EQ(status_of(409, "too-many-siblings"), Status::rejected);
  EXPECT_EQ(status_of(503, "overloaded"), Status::rejected);
  EXPECT_EQ(status_of(503, "unavailable"), Status::rejected);
  EXPECT_EQ(status_of(504, "timeout"), Status::unknown);
  EXPECT_EQ(status_of(504, "unknown-outcome"), Status::unknown);
  EXPECT_EQ(status_of(500, "never heard of"), Status::unknown);
}

TEST(FracasStoreTarget, NamesKindAndMessageOfAnError) {
  EXPECT_EQ(decode(504, R"({"error":{"kind":"timeout","message":"1 of \"2\""}})").error,
            "timeout: 1 of \"2\"");
}

TEST(FracasStoreTarget, BelievesNothingThatItDoesNotUnderstand) {
  for (const char* body : {"", "{", "[]", "{\"values\":7}", "{\"values\":[}", "<html>"}) {
    EXPECT_EQ(decode(200, body).status, Status::unknown) << body;
  }
}

TEST(FracasStoreTarget, ReadsAStatus) {
  const auto status = decode_status(
      200,
      R"({"node":"n1","hints_pending":2,"changes":5,"repairs":3,"anti_entropy":{"peers":{"n2":{"completed":7}}},)"
      R"("wall_us":17,"ring_epoch":4})");
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->ring_epoch, 4u);
  EXPECT_EQ(status->wall_us, 17);
  EXPECT_EQ(status->hints_pending, 2u);
  EXPECT_EQ(status->exchanges, (std::vector<std::pair<std::string, std::uint64_t>>{{"n2", 7}}));
  EXPECT_FALSE(decode_status(200, "{}").has_value());
  EXPECT_FALSE(decode_status(503, "busy").has_value());
}

TEST(FracasStoreTarget, ReadsADumpSortedByKey) {
  const auto dump = decode_dump(200, "{\"key\":\"b\",\"values\":[1]}\n{\"key\":\"a\",\"values\":[]}\n");
  ASSERT_TRUE(dump.has_value());
  ASSERT_EQ(dump->size(), 2u);
  EXPECT_EQ(dump->at(0), (std::pair<std::string, std::string>{"a", R"({"key":"a","values":[]})"}));
  EXPECT_EQ(dump->at(1).first, "b");
  EXPECT_TRUE(decode_dump(200, "")->empty());
  EXPECT_FALSE(decode_dump(200, "nonsense\n").has_value());
}

TEST(FracasStoreTarget, StartsANodeWithEveryKnob) {
  store::Config config;
  config.bugs.add(store::Bug::first_reply_wins);
  const NodePlace place{"n2", 20001, 20002, "data", {{"n1", 20101}, {"n2", 20002}}};
  const auto line = command_line(config, place);
  EXPECT_THAT(line, testing::IsSupersetOf({"--node", "n2", "--peers", "n1=127.0.0.1:20101,n2=127.0.0.1:20002",
                                           "--listen-http", "127.0.0.1:20001", "--listen-peers",
                                           "127.0.0.1:20002", "--bug", "first_reply_wins", "--conflict"}));
}

}  // namespace
}  // namespace fracas::harness::fracas_store
