// What one home does for a client that coordinates itself, and what it refuses to do.
#include "store/copy_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bug_story.h"
#include "client_of_cluster.h"

namespace fracas::store {
namespace {

using testing::HasSubstr;

TEST(CopyRequests, are_refused_where_nodes_coordinate) {
  TestCluster cluster(quiet_config());
  ClientRequest request = get_request("k");
  request.of_copy = true;
  EXPECT_THAT(cluster.call(cluster.homes("k")[0], request).error->message, HasSubstr("coordinator = node"));
}

TEST(CopyRequests, take_nothing_that_is_damaged_or_does_not_belong_there) {
  Config config = client_config();
  config.nodes = 5;
  TestCluster cluster(config);
  const NodeIndex home = cluster.homes("k")[0];
  ClientRequest request = put_request("k", "");
  request.of_copy = true;
  request.state = "nonsense";
  EXPECT_EQ(cluster.call(home, request).error->field, "state");
  request.state.clear();
  encode(KeyState(LwwCell{}), request.state);
  EXPECT_EQ(cluster.call(home, request).error->field, "state") << "of another kind";
  DvvSet far({{Actor{}, {max_counter + 1, {Value("1")}}}});
  request.state.clear();
  encode(KeyState(far), request.state);
  EXPECT_EQ(cluster.call(home, request).error->field, "state");
  request.state.clear();
  request.value = "1";
  EXPECT_EQ(outcome(cluster.call(cluster.stranger("k"), request)), "unavailable");
  request.w = 1;
  EXPECT_EQ(outcome(cluster.call(home, request)), "bad-request");
  ClientRequest read = get_request("k");
  read.of_copy = true;
  EXPECT_THAT(cluster.call(home, read).values, testing::IsEmpty());
}

}  // namespace
}  // namespace fracas::store
