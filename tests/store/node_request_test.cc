// Requests that are refused: before anything is done, and by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/request.h"
#include "test_cluster.h"

namespace fracas::store {
namespace {

using testing::HasSubstr;

ClientError refusal(TestCluster& cluster, const ClientRequest& request) {
  cluster.sent.clear();
  const auto reply = cluster.call(0, request);
  EXPECT_TRUE(cluster.sent.empty()) << "nothing may be done";
  EXPECT_TRUE(reply.error);
  return reply.error.value_or(ClientError{});
}

struct Case {
  std::string field;
  std::string says;
  ClientRequest request;
};

ClientRequest with(ClientRequest request, std::optional<int> n, std::optional<int> r, std::optional<int> w) {
  request.n = n;
  request.r = r;
  request.w = w;
  return request;
}

TEST(Request, that_is_wrong_is_refused_naming_the_field) {
  TestCluster cluster(quiet_config());
  const std::string foreign = cluster.put(0, "other", "1").context;
  ClientRequest hasty = get_request("k");
  hasty.timeout_ns = 0;
  ClientRequest patient = get_request("k");
  patient.timeout_ns = 61'000'000'000;
  const std::vector<Case> cases{
      {"r", "n = 3", with(get_request("k"), {}, 4, {})},
      {"r", "n = 3", with(get_request("k"), {}, 0, {})},
      {"r", "n = 2", with(get_request("k"), 2, 3, {})},
      {"w", "n = 3", with(put_request("k", "1"), {}, {}, 4)},
      {"w", "n = 3", with(remove_request("k"), {}, {}, 0)},
      {"n", "n = 3", with(get_request("k"), 4, {}, {})},
      {"n", "n = 3", with(put_request("k", "1"), 0, {}, {})},
      {"timeout", "1 ms", hasty},
      {"timeout", "60000 ms", patient},
      {"context", "damaged", put_request("k", "1", "nonsense!")},
      {"context", "another key", put_request("k", "1", foreign)},
      {"context", "another key", remove_request("k", foreign)},
      {"key", "empty", get_request("")},
      {"key", "1024", get_request(std::string(1025, 'k'))},
      {"key", "UTF-8", get_request("\xff")},
      {"value", "missing", put_request("k", "")},
  };
  for (const Case& wrong : cases) {
    const ClientError error = refusal(cluster, wrong.request);
    EXPECT_EQ(error.kind, ErrorKind::bad_request) << wrong.field;
    EXPECT_EQ(error.field, wrong.field);
    EXPECT_THAT(error.message, HasSubstr(wrong.says));
  }
}

TEST(Request, with_a_value_over_the_limit_is_refused_by_the_limits_name) {
  Config config = quiet_config();
  config.max_value_bytes = 3;
  TestCluster cluster(config);
  const ClientError error = refusal(cluster, put_request("k", "1234"));
  EXPECT_EQ(error.kind, ErrorKind::value_too_large);
  EXPECT_THAT(error.message, HasSubstr("max_value_bytes = 3"));
}

TEST(Request, with_a_context_is_refused_under_lww) {
  Config config = quiet_config();
  TestCluster siblings(config);
  const std::string context = siblings.put(0, "k", "1").context;
  config.conflict = Conflict::lww;
  TestCluster cluster(config);
  EXPECT_EQ(refusal(cluster, put_request("k", "1", context)).field, "context");
}

TEST(Request, over_the_limit_of_requests_in_flight_is_refused) {
  TestCluster cluster(quiet_config());
  cluster.fate = [](const auto&) { return TestCluster::Fate::drop; };
  RequestId last = 0;
  for (std::size_t i = 0; i <= max_operations; ++i) last = cluster.send(0, get_request("k"));
  ASSERT_NE(cluster.reply(last), nullptr);
  EXPECT_EQ(cluster.reply(last)->error->kind, ErrorKind::overloaded);
  EXPECT_EQ(cluster.reply(last - 1), nullptr);
}

TEST(Request, may_narrow_n_and_choose_r_and_w_by_name) {
  TestCluster cluster(quiet_config());
  const auto homes = cluster.homes("k");
  EXPECT_EQ(cluster.call(homes[0], with(put_request("k", "1"), 1, {}, {})).acks, 1);
  EXPECT_THAT(cluster.state(homes[1], "k"), HasSubstr("null")) << "only the first home was asked to keep it";
  EXPECT_EQ(cluster.call(0, with(get_request("k"), {}, level_all, {})).acks, 3);
  EXPECT_EQ(cluster.call(0, with(get_request("k"), {}, level_quorum, {})).acks, 2);
}

TEST(Request, is_counted_by_verb_and_outcome_where_the_client_is) {
  Config config = quiet_config();
  config.nodes = 5;
  TestCluster cluster(config);
  const NodeIndex stranger = cluster.stranger("k");
  cluster.put(stranger, "k", "1");
  cluster.get(stranger, "k", 9);
  EXPECT_EQ(cluster.metric(stranger, R"(fracas_requests_total{verb="put",outcome="ok"})"), 1);
  EXPECT_EQ(cluster.metric(stranger, R"(fracas_requests_total{verb="get",outcome="bad-request"})"), 1);
  EXPECT_EQ(cluster.metric(cluster.homes("k")[0], R"(fracas_requests_total{verb="put",outcome="ok"})"), 0);
}

}  // namespace
}  // namespace fracas::store
