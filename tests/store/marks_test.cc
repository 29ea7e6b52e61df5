// Every mark has a place where it is reached: a table of short stories, none of them missed.
#include "store/marks.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "bug_story.h"
#include "client_of_cluster.h"
#include "sloppy_cluster.h"
#include "tombstone_cluster.h"

namespace fracas::store {
namespace {

using Fate = TestCluster::Fate;

struct Place {
  Mark mark;
  Config config;
  std::function<void(TestCluster&)> pass_by;
};

Config configured(const std::function<void(Config&)>& change) {
  Config config = quiet_config();
  change(config);
  return config;
}
Config with_hints() {
  return configured([](Config& config) { config.hints = Hints::coordinator; });
}
Config with_repair(Repair repair) {
  return configured([=](Config& config) { config.repair = repair; });
}
Config stamped_by(StampSource source) {
  return configured([=](Config& config) {
    config.conflict = Conflict::lww;
    config.stamp = source;
  });
}
Config with_exchanges() {
  return configured([](Config& config) { config.anti_entropy_ns = second; });
}

Config catching_up() {
  return configured([](Config& config) { config.rejoin = RejoinMode::catchup; });
}

Config with_a_spare() {
  return configured([](Config& config) {
    config.nodes = 6;
    config.spares = 1;
  });
}

/// Nobody answers the request before the ring has changed.
void join_while_open(TestCluster& cluster, const ClientRequest& request) {
  cluster.fate = [](const TestCluster::Envelope& envelope) {
    const bool reply = std::holds_alternative<ReadReply>(envelope.message) ||
                       std::holds_alternative<WriteReply>(envelope.message);
    return reply ? Fate::drop : Fate::deliver;
  };
  cluster.send(0, request);
  cluster.run();
  cluster.fate = deliver_all;
  cluster.call(1, ChangeRing{.id = 0, .kind = RingChange::Kind::join, .node = "n6", .with = ""});
}

/// The first node of three comes back with an empty disk, and has heard what it has lost.
void lose_a_disk(TestCluster& cluster) {
  cluster.pass(second);
  cluster.put(0, "k", "1");
  cluster.crash(0);
  cluster.wipe_disk(0);
  cluster.restart(0);
  cluster.pass(second / 10);
}

template <class M>
auto lose(NodeIndex to) {
  return [to](const TestCluster::Envelope& envelope) {
    return envelope.to == to && std::holds_alternative<M>(envelope.message) ? Fate::drop : Fate::deliver;
  };
}

void put_while_others_are_down(TestCluster& cluster) {
  const auto homes = cluster.homes("k");
  cluster.crash(homes[1]);
  cluster.crash(homes[2]);
  cluster.put(homes[0], "k", "1");
}

void put_while_all_are_down(TestCluster& cluster) {
  for (const NodeIndex home : cluster.homes("k")) cluster.crash(home);
  cluster.put(cluster.stranger("k"), "k", "1");
}

void acknowledge_twice(TestCluster& cluster) {
  cluster.fate = [&](const auto& envelope) {
    if (std::holds_alternative<WriteReply>(envelope.message)) cluster.held.push_back(envelope);
    return Fate::deliver;
  };
  const auto homes = cluster.homes("k");
  cluster.fate = [&, before = cluster.fate](const auto& envelope) {
    return envelope.to == homes[2] ? Fate::drop : before(envelope);
  };
  cluster.put(homes[0], "k", "1");
  cluster.release_held();
  cluster.run();
}

/// The last home has missed a write, and its reply to a get comes last.
void reply_late_and_stale(TestCluster& cluster) {
  const auto homes = cluster.homes("k");
  cluster.fate = cut_off(homes[2]);
  cluster.put(homes[0], "k", "1");
  cluster.fate = [&](const auto& envelope) { return envelope.to == homes[2] ? Fate::hold : Fate::deliver; };
  cluster.get(homes[0], "k", 2);
  cluster.fate = deliver_all;
  cluster.release_held();
  cluster.run();
}

void get_where_two_differ(TestCluster& cluster) {
  const auto homes = cluster.homes("k");
  cluster.fate = cut_off(homes[2]);
  cluster.put(homes[0], "k", "1");
  cluster.fate = deliver_all;
  cluster.get(homes[2], "k", 2);
}

void restart_before_the_replies(TestCluster& cluster) {
  const auto homes = cluster.homes("k");
  cluster.fate = [&](const auto& envelope) { return envelope.to == homes[0] ? Fate::hold : Fate::deliver; };
  cluster.send(homes[0], get_request("k"));
  cluster.run();
  cluster.crash(homes[0]);
  cluster.restart(homes[0]);
  cluster.fate = deliver_all;
  cluster.release_held();
  cluster.run();
}

void miss_a_write(TestCluster& cluster) {
  const auto homes = cluster.homes("k");
  cluster.crash(homes[2]);
  cluster.put(homes[0], "k", "1");
}
void come_back(TestCluster& cluster) {
  cluster.restart(cluster.homes("k")[2]);
  cluster.pass(3 * second);
}

/// Each of two homes misses what the other gets, by the name of its key.
void differ(TestCluster& cluster, bool missed_by_first, bool missed_by_second) {
  const auto put_without = [&](NodeIndex node, NodeIndex at, const std::string& key) {
    cluster.fate = cut_off(node);
    cluster.put(at, key, "1", "", 2);
  };
  if (missed_by_first) put_without(0, 1, "a");
  if (missed_by_second) put_without(1, 0, "b");
  // The first is the only one that initiates anything, and only with the second.
  cluster.fate = [](const auto& envelope) {
    const bool roots = std::holds_alternative<ExchangeRoots>(envelope.message);
    return roots && (envelope.from != 0 || envelope.to != 1) ? Fate::drop : Fate::deliver;
  };
  cluster.pass(3 * second);
}

Config apart() {
  return configured([](Config& config) { config.r = config.w = 1; });
}

/// A session writes at a home that nobody hears, or that nobody hears any more, and reads at another.
void read_elsewhere(TestCluster& cluster, bool away) {
  ClientRequest put = put_request("k", "1");
  put.session = "new";
  cluster.fate = cut_off(0);
  ClientRequest get = get_request("k");
  get.session = cluster.call(0, put).session;
  if (!away) cluster.fate = deliver_all;
  cluster.call(1, get);
}

void put_by_a_client(TestCluster& cluster) { ClientOfCluster(cluster).put("k", "1"); }

void read_by_a_client_from_a_damaged_disk(TestCluster& cluster) {
  cluster.crash(0);
  cluster.wipe_disk(0);
  cluster.restart(0, /*disk_was_damaged=*/true);
  ClientOfCluster(cluster).get("k");
}

std::vector<Place> places() {
  const Config quiet = quiet_config();
  const auto refuse_hints = [](TestCluster& cluster) {
    const auto homes = cluster.homes("k");
    cluster.crash(homes[2]);
    for (int i = 0; i < 25; ++i) cluster.put(homes[0], "k" + std::to_string(i), "1");
  };
  return {
      {Mark::write_reached_some, quiet, put_while_others_are_down},
      {Mark::write_reached_nobody, configured([](Config& config) {
         config.nodes = 5;
         config.conflict = Conflict::lww;  // siblings are forwarded to a home first
       }),
       put_while_all_are_down},
      {Mark::late_acknowledgement, quiet,
       [](TestCluster& cluster) { cluster.put(cluster.homes("k")[0], "k", "1", "", 1); }},
      {Mark::repeated_acknowledgement, quiet, acknowledge_twice},
      {Mark::outdated_context, quiet,
       [](TestCluster& cluster) {
         const auto first = cluster.put(0, "k", "1");
         cluster.put(0, "k", "2", first.context);
         cluster.put(0, "k", "3", first.context);
       }},
      {Mark::sibling_limit_reached, configured([](Config& config) { config.max_siblings = 1; }),
       [](TestCluster& cluster) {
         cluster.put(0, "k", "1");
         cluster.put(0, "k", "2");
       }},
      {Mark::tombstone_superseded, quiet,
       [](TestCluster& cluster) {
         const auto removed = cluster.remove(0, "k", cluster.put(0, "k", "1").context);
         cluster.put(0, "k", "2", removed.context);
       }},
      {Mark::blind_delete_beside_values, quiet,
       [](TestCluster& cluster) {
         cluster.put(0, "k", "1");
         cluster.remove(0, "k");
       }},
      {Mark::stamp_above_clock, configured([](Config& config) { config.conflict = Conflict::lww; }),
       [](TestCluster& cluster) {
         cluster.put(0, "k", "1");
         cluster.wall_skew_us[0] = -1'000'000;
         cluster.put(0, "k", "2");
       }},
      {Mark::stamp_raised_by_session, stamped_by(StampSource::query),
       [](TestCluster& cluster) {
         ClientRequest request = put_request("k", "1");
         request.seen_us = 7;
         cluster.call(0, request);
       }},
      {Mark::stamp_from_the_future, stamped_by(StampSource::hlc),
       [](TestCluster& cluster) {
         ClientRequest request = put_request("k", "1");
         request.seen_us = std::int64_t{1} << 60;
         cluster.call(0, request);
       }},
      {Mark::clock_not_followed, stamped_by(StampSource::hlc),
       [](TestCluster& cluster) {
         cluster.wall_skew_us[0] = 60'000'000;
         cluster.put(0, "k", "1");
       }},
      {Mark::commit_awaited, stamped_by(StampSource::truetime),
       [](TestCluster& cluster) { cluster.put(0, "k", "1"); }},
      {Mark::stamp_query_too_few, stamped_by(StampSource::query),
       [](TestCluster& cluster) {
         cluster.crash(1);
         cluster.crash(2);
         cluster.put(0, "k", "1");
       }},
      {Mark::forward_tried_next, five_nodes(),
       [](TestCluster& cluster) {
         cluster.crash(cluster.homes("k")[0]);
         cluster.put(cluster.stranger("k"), "k", "1");
       }},
      {Mark::forward_timed_out, five_nodes(),
       [](TestCluster& cluster) {
         cluster.fate = lose<ForwardReply>(cluster.stranger("k"));
         cluster.put(cluster.stranger("k"), "k", "1");
       }},
      {Mark::forward_repeated, five_nodes(), forward_twice},
      {Mark::read_timed_out, quiet,
       [](TestCluster& cluster) {
         cluster.fate = lose<ReadReply>(0);
         cluster.get(0, "k", 2);
       }},
      {Mark::late_read_repair, with_repair(Repair::async), reply_late_and_stale},
      {Mark::read_repair_met_newer, with_repair(Repair::async), repair_what_is_newer_by_then},
      {Mark::write_back_awaited, with_repair(Repair::blocking), get_where_two_differ},
      {Mark::reply_to_former_incarnation, quiet, restart_before_the_replies},
      {Mark::hint_stored_again, with_hints(),
       [](TestCluster& cluster) {
         miss_a_write(cluster);
         cluster.put(cluster.homes("k")[0], "k", "2");
       }},
      {Mark::hint_refused, configured([](Config& config) {
         config.hints = Hints::coordinator;
         config.hint_quota = 3;
       }),
       refuse_hints},
      {Mark::hint_found_on_disk, with_hints(),
       [](TestCluster& cluster) {
         miss_a_write(cluster);
         cluster.crash(cluster.homes("k")[0]);
         cluster.restart(cluster.homes("k")[0]);
       }},
      {Mark::hint_delivered, with_hints(),
       [](TestCluster& cluster) {
         miss_a_write(cluster);
         come_back(cluster);
       }},
      {Mark::hint_delivered_to_restarted, with_hints(),
       [](TestCluster& cluster) {
         cluster.put(cluster.homes("k")[0], "k", "0");
         miss_a_write(cluster);
         come_back(cluster);
       }},
      {Mark::stand_in_acknowledged, sloppy_config(), put_while_all_are_down},
      {Mark::put_away_from_home, sloppy_config(), put_while_all_are_down},
      {Mark::stand_in_replied, sloppy_config(),
       [](TestCluster& cluster) {
         crash_homes(cluster, "k");
         cluster.get(cluster.stranger("k"), "k");
       }},
      {Mark::stand_in_replaced, sloppy_config(),
       [](TestCluster& cluster) {
         cluster.crash(cluster.homes("k")[1]);
         cluster.crash(strangers(cluster, "k")[0]);
         cluster.put(cluster.homes("k")[0], "k", "1");
       }},
      {Mark::exchange_found_nothing, with_exchanges(),
       [](TestCluster& cluster) { cluster.pass(2 * second); }},
      {Mark::exchange_pulled, with_exchanges(), [](TestCluster& cluster) { differ(cluster, true, false); }},
      {Mark::exchange_pushed, with_exchanges(), [](TestCluster& cluster) { differ(cluster, false, true); }},
      {Mark::exchange_both_ways, with_exchanges(), [](TestCluster& cluster) { differ(cluster, true, true); }},
      {Mark::exchange_timed_out, with_exchanges(),
       [](TestCluster& cluster) {
         cluster.fate = lose<ExchangeBuckets>(0);
         cluster.pass(5 * second);
       }},
      {Mark::tombstone_dropped, confirming(),
       [](TestCluster& cluster) {
         cluster.pass(second);
         cluster.remove(0, "k");
         cluster.pass(3 * second);
       }},
      {Mark::tombstone_not_agreed, confirming(),
       [](TestCluster& cluster) {
         cluster.pass(second);
         cluster.remove(0, "k");
         cluster.crash(cluster.homes("k")[2]);
         cluster.pass(3 * second);
       }},
      {Mark::message_too_late, confirming(),
       [](TestCluster& cluster) {
         cluster.pass(second);
         cluster.fate = [](const TestCluster::Envelope& envelope) {
           return std::holds_alternative<WriteRequest>(envelope.message) ? Fate::hold : Fate::deliver;
         };
         cluster.put(0, "k", "1", "", 1);
         cluster.pass(second);
         cluster.release_held();
         cluster.run();
       }},
      {Mark::state_lost, catching_up(), lose_a_disk},
      {Mark::read_refused, catching_up(),
       [](TestCluster& cluster) {
         lose_a_disk(cluster);
         cluster.get(1, "k");
       }},
      {Mark::acknowledgement_without_vote, catching_up(),
       [](TestCluster& cluster) {
         lose_a_disk(cluster);
         cluster.put(1, "k", "2");
       }},
      {Mark::caught_up, catching_up(),
       [](TestCluster& cluster) {
         lose_a_disk(cluster);
         cluster.pass(5 * second);
       }},
      {Mark::write_declined, quiet_config(),
       [](TestCluster& cluster) {
         cluster.reopen(1, /*read_only=*/true);
         cluster.put(0, "k", "1");
       }},
      {Mark::put_refused_read_only, quiet_config(),
       [](TestCluster& cluster) {
         cluster.reopen(0, /*read_only=*/true);
         cluster.put(0, "k", "1");
       }},
      {Mark::session_waited, apart(), [](TestCluster& cluster) { read_elsewhere(cluster, /*away=*/false); }},
      {Mark::session_outran_homes, apart(),
       [](TestCluster& cluster) { read_elsewhere(cluster, /*away=*/true); }},
      {Mark::session_key_forgotten, configured([](Config& config) { config.session_keys = 1; }),
       [](TestCluster& cluster) {
         ClientRequest request = put_request("k1", "1");
         request.session = "new";
         ClientRequest other = put_request("k2", "1");
         other.session = cluster.call(0, request).session;
         cluster.call(0, other);
       }},
      {Mark::dot_made_for_client, client_config(), put_by_a_client},
      {Mark::copy_merged_for_client, client_config(), put_by_a_client},
      {Mark::copy_without_vote, client_config(), read_by_a_client_from_a_damaged_disk},
      {Mark::write_met_ring, with_a_spare(),
       [](TestCluster& cluster) { join_while_open(cluster, put_request("k", "1")); }},
      {Mark::read_met_ring, with_a_spare(),
       [](TestCluster& cluster) { join_while_open(cluster, get_request("k")); }},
  };
}

class AMark : public testing::TestWithParam<Place> {};

TEST_P(AMark, is_reached) {
  TestCluster cluster(GetParam().config);
  EXPECT_FALSE(cluster.marks().has(GetParam().mark));
  GetParam().pass_by(cluster);
  EXPECT_TRUE(cluster.marks().has(GetParam().mark));
}

std::string name_of(const testing::TestParamInfo<Place>& place) {
  return std::string(marks()[static_cast<std::size_t>(place.param.mark)].name);
}

INSTANTIATE_TEST_SUITE_P(InItsPlace, AMark, testing::ValuesIn(places()), name_of);

TEST(Marks, all_have_a_place) {
  const auto known = places();
  for (const MarkInfo& info : marks()) {
    const bool reached =
        std::any_of(known.begin(), known.end(), [&](const Place& place) { return place.mark == info.mark; });
    EXPECT_TRUE(reached) << info.name;
  }
}

TEST(Marks, stand_in_the_table_at_their_own_place) {
  for (std::size_t i = 0; i < marks().size(); ++i) EXPECT_EQ(marks()[i].mark, static_cast<Mark>(i));
}

TEST(Marks, show_among_the_metrics) {
  TestCluster cluster(quiet_config());
  const std::string metric = "fracas_mark_reached{name=\"outdated_context\"}";
  EXPECT_EQ(cluster.metric(0, metric), 0);
  const auto first = cluster.put(0, "k", "1");
  cluster.put(0, "k", "2", first.context);
  cluster.put(0, "k", "3", first.context);
  EXPECT_EQ(cluster.metric(0, metric), 1);
}

}  // namespace
}  // namespace fracas::store
