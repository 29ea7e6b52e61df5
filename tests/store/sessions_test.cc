// Sessions that hand back their token, on a cluster: what they read and write where quorums do not meet,
// clocks differ, and messages are lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "bug_story.h"
#include "store/session_token.h"

namespace fracas::store {
namespace {

using testing::HasSubstr;

Config apart() {
  Config config = quiet_config();
  config.r = config.w = 1;
  return config;
}

ReplyToClient call(TestCluster& cluster, NodeIndex node, ClientRequest request, std::string& session) {
  request.session = session;
  const auto reply = cluster.call(node, std::move(request));
  if (!reply.error) session = reply.session;
  return reply;
}

/// With r = w = 1, a session writes where nobody else hears of it and reads at another node.
std::string read_elsewhere(bool with_token, Conflict conflict = Conflict::siblings) {
  Config config = apart();
  config.conflict = conflict;
  TestCluster cluster(config);
  std::string session = with_token ? "new" : "";
  cluster.fate = [](const auto& envelope) {
    const bool write = std::holds_alternative<WriteRequest>(envelope.message);
    return write ? TestCluster::Fate::drop : TestCluster::Fate::deliver;
  };
  call(cluster, 0, put_request("k", "1"), session);
  return joined(call(cluster, 1, get_request("k"), session).values);
}

TEST(Sessions, read_their_own_writes_only_with_a_token_where_quorums_do_not_meet) {
  for (const Conflict conflict : {Conflict::siblings, Conflict::lww}) {
    EXPECT_EQ(read_elsewhere(false, conflict), "");
    EXPECT_EQ(read_elsewhere(true, conflict), "1");
  }
}

TEST(Sessions, are_refused_where_tombstones_go) {
  Config config = apart();
  config.gc = Gc::timeout;
  TestCluster cluster(config);
  ClientRequest read = get_request("k");
  read.session = "new";
  const ReplyToClient reply = cluster.call(0, std::move(read));
  ASSERT_TRUE(reply.error);
  EXPECT_EQ(reply.error->field, "session");
  EXPECT_THAT(reply.error->message, HasSubstr("gc = timeout"));
}

TEST(Sessions, fail_rather_than_go_back) {
  TestCluster cluster(apart());
  std::string session = "new";
  cluster.fate = cut_off(0);
  call(cluster, 0, put_request("k", "1"), session);
  const auto read = call(cluster, 1, get_request("k"), session);
  EXPECT_EQ(outcome(read), "stale-session");
  EXPECT_THAT(read.error->message, HasSubstr("2 of 3 homes answered"));
  cluster.fate = deliver_all;
  EXPECT_EQ(joined(call(cluster, 1, get_request("k"), session).values), "1");
}

TEST(Sessions, of_forwarded_puts_know_what_the_home_wrote) {
  Config config = apart();
  config.nodes = 5;
  TestCluster cluster(config);
  std::string session = "new";
  const auto put = call(cluster, cluster.stranger("k"), put_request("k", "1"), session);
  EXPECT_FALSE(put.error);
  EXPECT_FALSE(SessionToken::parse(session)->covered_by("k", KeyState{}));
}

TEST(Sessions, that_did_not_ask_get_no_token) {
  TestCluster cluster(quiet_config());
  EXPECT_EQ(cluster.put(0, "k", "1").session, "");
  ClientRequest request = get_request("k");
  request.session = "nonsense";
  EXPECT_EQ(cluster.call(0, request).error->field, "session");
}

/// Nothing that it has read or written is missing from what it reads later, by who had seen what.
RC_GTEST_PROP(Sessions, never_go_back_whatever_is_lost, ()) {
  TestCluster cluster(apart());
  std::string session = "new", context;
  std::set<std::string> seen;        // by the session
  std::set<std::string> superseded;  // by writes of the session: it had seen them
  cluster.fate = [](const auto&) {
    return *rc::gen::inRange(0, 3) == 0 ? TestCluster::Fate::drop : TestCluster::Fate::deliver;
  };
  const int operations = *rc::gen::inRange(2, 20);
  for (int i = 0; i < operations; ++i) {
    const auto node = static_cast<NodeIndex>(*rc::gen::inRange(0, 3));
    const std::string value = std::to_string(i);
    const int choice = *rc::gen::inRange(0, 3);
    if (choice == 0) {
      cluster.put(node, "k", "9" + value);  // another's
      continue;
    }
    const bool read = choice == 1;
    const auto reply =
        call(cluster, node, read ? get_request("k") : put_request("k", value, context), session);
    if (!read && !context.empty()) superseded.insert(seen.begin(), seen.end());
    if (reply.error) continue;
    const std::set<std::string> values(reply.values.begin(), reply.values.end());
    if (read) {
      for (const std::string& one : seen) RC_ASSERT((values.contains(one) || superseded.contains(one)));
    }
    seen.insert(values.begin(), values.end());
    context = reply.context;
  }
}

/// A session reads what a fast clock wrote, and writes at a node whose clock is behind.
std::string after_writing_at_a_slow_clock(StampSource source, bool with_token) {
  Config config = quiet_config();
  config.conflict = Conflict::lww;
  config.stamp = source;
  TestCluster cluster(config);
  cluster.wall_skew_us[1] = -100'000;
  cluster.put(0, "k", "1");
  std::string session = with_token ? "new" : "";
  call(cluster, 1, get_request("k"), session);
  call(cluster, 1, put_request("k", "2"), session);
  return joined(call(cluster, 1, get_request("k"), session).values);
}

TEST(Sessions, write_above_what_they_have_read_under_any_clock) {
  EXPECT_EQ(after_writing_at_a_slow_clock(StampSource::wall, false), "1");
  EXPECT_EQ(after_writing_at_a_slow_clock(StampSource::wall, true), "2");
  EXPECT_EQ(after_writing_at_a_slow_clock(StampSource::truetime, true), "2");
}

TEST(Sessions, are_told_that_a_clients_stamp_is_too_low) {
  Config config = quiet_config();
  config.conflict = Conflict::lww;
  config.stamp = StampSource::client;
  TestCluster cluster(config);
  std::string session = "new";
  ClientRequest put = put_request("k", "1");
  put.stamp_us = 1000;
  EXPECT_FALSE(call(cluster, 0, put, session).error);
  const auto refused = call(cluster, 1, put, session);
  EXPECT_EQ(outcome(refused), "unavailable");
  EXPECT_EQ(refused.error->field, "stamp");
  put.stamp_us = 1001;
  EXPECT_FALSE(call(cluster, 1, put, session).error);
}

}  // namespace
}  // namespace fracas::store
