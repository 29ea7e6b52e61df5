// Seeded bugs of sessions and of clients that coordinate themselves, one story each.
#include "bug_story.h"
#include "client_of_cluster.h"

namespace fracas::store {
namespace {

struct Session {
  TestCluster& cluster;
  std::string token = "new";

  ReplyToClient call(NodeIndex node, ClientRequest request) {
    request.session = token;
    const auto reply = cluster.call(node, std::move(request));
    if (!reply.error) token = reply.session;
    return reply;
  }
};

Config apart() {
  Config config = quiet_config();
  config.r = config.w = 1;
  return config;
}

std::string seen(const ReplyToClient& reply) { return reply.error ? outcome(reply) : joined(reply.values); }

/// Writes do not get from home to home.
TestCluster::Fate keep_writes(const TestCluster::Envelope& envelope) {
  return std::holds_alternative<WriteRequest>(envelope.message) ? TestCluster::Fate::drop
                                                                : TestCluster::Fate::deliver;
}

std::string own_write_elsewhere(const BugSet& bugs) {
  TestCluster cluster(with(bugs, apart()));
  Session session{cluster};
  cluster.fate = keep_writes;
  session.call(0, put_request("k", "1"));
  return seen(session.call(1, get_request("k")));
}

/// n2 has counted as far as n1, of which the session has seen the write.
std::string as_many_writes_elsewhere(const BugSet& bugs) {
  TestCluster cluster(with(bugs, apart()));
  Session session{cluster};
  cluster.fate = keep_writes;
  cluster.put(1, "k", "2");
  session.call(0, put_request("k", "1"));
  return seen(session.call(1, get_request("k")));
}

std::string own_write_out_of_reach(const BugSet& bugs) {
  TestCluster cluster(with(bugs, apart()));
  Session session{cluster};
  cluster.fate = cut_off(0);
  session.call(0, put_request("k", "1"));
  return seen(session.call(1, get_request("k")));
}

std::string write_at_a_slow_clock(const BugSet& bugs) {
  Config config = quiet_config();
  config.conflict = Conflict::lww;
  TestCluster cluster(with(bugs, config));
  cluster.wall_skew_us[1] = -100'000;
  cluster.put(0, "k", "1");
  Session session{cluster};
  session.call(1, get_request("k"));
  session.call(1, put_request("k", "2"));
  return seen(cluster.get(2, "k"));
}

std::string two_blind_puts_of_a_client(const BugSet& bugs) {
  TestCluster cluster(with(bugs, client_config()));
  ClientOfCluster client(cluster);
  client.put("k", "1");
  client.put("k", "2");
  return joined(client.get("k").values);
}

}  // namespace

std::vector<BugStory> session_stories() {
  return {
      {Bug::client_id_reuse, "the_second_of_two_puts_has_the_dot_of_the_first", "1,2", "1",
       two_blind_puts_of_a_client},
      {Bug::session_token_max_only, "another_write_is_taken_for_its_own", "1,2", "2",
       as_many_writes_elsewhere},
      {Bug::session_write_forgotten, "an_own_write_is_not_waited_for", "1", "", own_write_elsewhere},
      {Bug::session_ignored_by_writes, "a_write_comes_below_what_was_read", "2", "1", write_at_a_slow_clock},
      {Bug::session_gives_up, "nothing_is_read_after_an_own_write", "stale-session", "",
       own_write_out_of_reach},
  };
}

}  // namespace fracas::store
