// Clusters of real processes over real sockets: the client interface of store/README.md, each row of its
// errors, and what restarts and crashes must not lose.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

#include "store/server/metrics_text.h"
#include "tests/store/server_process.h"

namespace fracas::store {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::StartsWith;

std::string value(const json& v) { return json{{"value", v}}.dump(); }
std::string error_field(const Answer& answer) { return answer.body.at("error").value("field", ""); }
std::string error_kind(const Answer& answer) { return answer.body.at("error").at("kind"); }

void until(const std::string& what, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!holds()) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << what;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

const std::vector<std::string> no_background{"--anti_entropy", "off", "--repair", "none", "--hints", "off"};

std::vector<std::string> flags(std::vector<std::string> own) {
  own.insert(own.end(), no_background.begin(), no_background.end());
  return own;
}

TEST(Cluster, what_is_put_at_one_node_is_read_at_every_other) {
  Cluster cluster(3);
  const Answer put = cluster.ask(0, "PUT", "/kv/a%2Fb", value({{"x", {1, "\xC3\xA9\n"}}}));
  ASSERT_EQ(put.status, 200U);
  EXPECT_GE(put.body.at("acks"), 2);
  for (int node = 0; node < 3; ++node) {
    const Answer got = cluster.ask(node, "GET", "/kv/a%2Fb");
    EXPECT_EQ(got.status, 200U);
    EXPECT_EQ(got.body.at("values"), json::array({{{"x", {1, "\xC3\xA9\n"}}}}));
    EXPECT_EQ(got.body.at("clock").at("dots"), put.body.at("clock").at("dots"));
  }
}

TEST(Cluster, blind_puts_become_siblings_and_their_context_replaces_them) {
  Cluster cluster(3);
  ASSERT_EQ(cluster.ask(0, "PUT", "/kv/k", value("one")).status, 200U);
  const Answer second = cluster.ask(1, "PUT", "/kv/k", value("two"));
  EXPECT_EQ(second.body.at("values").at(0), "two") << "a put's own value comes first";
  const Answer read = cluster.ask(2, "GET", "/kv/k");
  EXPECT_EQ(read.body.at("values").size(), 2U);
  const Answer merged = cluster.ask(2, "PUT", "/kv/k", value("both"), read.body.at("context"));
  EXPECT_EQ(merged.body.at("values"), json({"both"}));
  EXPECT_EQ(cluster.ask(0, "GET", "/kv/k").body.at("values"), json({"both"}));
}

TEST(Cluster, a_deleted_key_is_absent_with_a_context) {
  Cluster cluster(3);
  const Answer put = cluster.ask(0, "PUT", "/kv/k", value(1));
  const Answer removed = cluster.ask(1, "DELETE", "/kv/k", "", put.body.at("context"));
  EXPECT_EQ(removed.status, 200U);
  EXPECT_EQ(removed.body.at("values"), json::array());
  const Answer read = cluster.ask(2, "GET", "/kv/k");
  EXPECT_EQ(read.status, 404U);
  EXPECT_EQ(read.body.at("values"), json::array());
  EXPECT_NE(read.body.at("context"), "");
}

TEST(Cluster, a_spare_takes_the_place_of_a_dead_node_while_the_others_serve) {
  Cluster cluster(4, {"--spares", "1"});
  for (int key = 0; key < 20; ++key)
    ASSERT_EQ(cluster.ask(3, "PUT", "/kv/k" + std::to_string(key), value(key)).status, 200U);
  cluster.kill(0);
  const Answer agreed = cluster.ask(1, "POST", "/ring?replace=n1&with=n4");
  ASSERT_EQ(agreed.status, 200U) << agreed.body;
  EXPECT_EQ(agreed.body, json({{"epoch", 2}, {"moving", true}}));
  const auto over = [&] {
    const json ring = cluster.ask(3, "GET", "/ring").body;
    return ring.at("epoch") == 3 && ring.at("moving") == false;
  };
  EXPECT_EQ(cluster.ask(2, "PUT", "/kv/k0", value("new")).status, 200U) << "on the way";
  until("the change is over", over);
  EXPECT_EQ(error_kind(cluster.ask(1, "POST", "/ring?join=n4")), "conflict");
  cluster.kill(1);
  for (int key = 1; key < 20; ++key) {
    const Answer got = cluster.ask(3, "GET", "/kv/k" + std::to_string(key));
    EXPECT_EQ(got.body.at("values"), json::array({key})) << "from n3 and n4";
  }
}

TEST(Cluster, under_lww_the_last_write_wins) {
  Cluster cluster(3, {"--conflict", "lww"});
  cluster.ask(0, "PUT", "/kv/k", value("one"));
  const Answer second = cluster.ask(0, "PUT", "/kv/k", value("two"));
  EXPECT_EQ(second.body.at("values"), json({"two"}));
  EXPECT_EQ(cluster.ask(2, "GET", "/kv/k").body.at("values"), json({"two"}));
  EXPECT_THAT(second.body.at("clock").at(1), StartsWith("n1#"));
}

TEST(Cluster, inspection_shows_one_replica_alone) {
  Cluster cluster(3);
  cluster.ask(0, "PUT", "/kv/k?w=3", value(7));
  const Answer status = cluster.ask(1, "GET", "/status");
  EXPECT_EQ(status.body.at("node"), "n2");
  EXPECT_EQ(status.body.at("keys"), 1);
  EXPECT_GT(status.body.at("wall_us"), 1'500'000'000'000'000);
  EXPECT_GE(status.body.at("uptime_ms"), 0);
  const Answer one = cluster.ask(1, "GET", "/replica/k");
  EXPECT_EQ(one.body.at("values"), json({7}));
  EXPECT_EQ(cluster.ask(1, "GET", "/replica").text, one.text) << "one key a line";
  EXPECT_EQ(cluster.ask(1, "GET", "/replica/other").body.at("values"), json::array());
  EXPECT_THAT(cluster.ask(1, "GET", "/metrics").text, HasSubstr("# TYPE fracas_keys gauge\nfracas_keys 1\n"));
}

/// Every line of it is a comment or a series that Prometheus reads: name{label="value"} number.
void expect_prometheus(const std::string& text) {
  constexpr const char* line =
      R"re(# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge))|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+)re";
  std::istringstream lines(text);
  for (std::string one; std::getline(lines, one);) EXPECT_THAT(one, testing::MatchesRegex(line));
}

TEST(Cluster, every_metric_has_its_sentence_and_its_row_in_the_readme) {
  Cluster cluster(3);
  cluster.ask(0, "PUT", "/kv/k?w=3", value(7));
  const std::string text = cluster.ask(0, "GET", "/metrics").text;
  expect_prometheus(text);
  std::ifstream file(FRACAS_SOURCE_DIR "/store/README.md");
  const std::string readme{std::istreambuf_iterator<char>(file), {}};
  for (const MetricInfo& info : metric_families()) {
    EXPECT_THAT(text, HasSubstr(fmt::format("# HELP {} {}\n# TYPE {} ", info.name, info.help, info.name)));
    EXPECT_THAT(readme, HasSubstr(fmt::format("`{}", info.name)));
  }
  std::size_t families = 0;
  for (auto at = text.find("# TYPE"); at != std::string::npos; at = text.find("# TYPE", at + 1)) ++families;
  EXPECT_EQ(families, metric_families().size());
}

TEST(Cluster, operators_see_a_home_that_is_behind_and_are_told_when_it_is_over) {
  Cluster cluster(
      3, {"--anti_entropy", "200ms", "--repair", "none", "--hints", "off", "--alarm_exchange", "1s"});
  const auto health = [&] { return cluster.ask(0, "GET", "/health"); };
  until("healthy at first", [&] { return health().body.at("status") == "ok"; });
  const Answer merkle = cluster.ask(0, "GET", "/merkle?peer=n3");
  cluster.kill(2);
  ASSERT_EQ(cluster.ask(0, "PUT", "/kv/k", value(1)).status, 200U);
  EXPECT_THAT(cluster.ask(0, "GET", "/divergences").text, HasSubstr(R"({"peer":"n3","key":"k","age_ms":)"));
  until("degraded", [&] { return health().body.at("status") == "degraded"; });
  EXPECT_EQ(health().status, 200U) << "it serves all the same";
  EXPECT_EQ(health().body.at("reasons")[0].at("alarm"), "alarm_exchange");
  EXPECT_NE(cluster.ask(0, "GET", "/merkle?peer=n3").text, merkle.text);
  cluster.start(2);
  until("healthy again", [&] { return health().body.at("status") == "ok"; });
  until("equal again", [&] {
    return cluster.ask(0, "GET", "/divergences").text.empty() &&
           cluster.ask(0, "GET", "/merkle?peer=n3").text == cluster.ask(2, "GET", "/merkle?peer=n1").text;
  });
  EXPECT_EQ(cluster.ask(0, "GET", "/ring").body, cluster.ask(2, "GET", "/ring").body);
  const Answer refused = cluster.ask(0, "GET", "/merkle?partition=64");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_EQ(error_field(refused), "partition");
}

TEST(Cluster, stand_ins_take_what_homes_that_are_down_miss_and_hand_it_over) {
  Cluster cluster(4, {"--n", "2", "--placement", "sloppy", "--hints", "fallback", "--anti_entropy", "off"});
  const auto list = [&](int node) { return cluster.ask(node, "GET", "/preference-list/k").body; };
  const std::vector<std::string> homes = list(0).at("homes");
  ASSERT_EQ(homes.size(), 2U);
  const auto index = [](const std::string& name) { return name.at(1) - '1'; };
  const auto is_home = [&](int node) { return index(homes[0]) == node || index(homes[1]) == node; };
  int asked = 0;
  while (is_home(asked)) ++asked;
  for (const std::string& home : homes) cluster.kill(index(home));
  const Answer put = cluster.ask(asked, "PUT", "/kv/k", value("v"));
  ASSERT_EQ(put.status, 200U) << put.text;
  EXPECT_EQ(put.body.at("acks"), 0);
  EXPECT_EQ(put.body.at("fallbacks"), 2);
  const Answer read = cluster.ask(asked, "GET", "/kv/k");
  EXPECT_EQ(read.body.at("values"), json({"v"}));
  EXPECT_EQ(read.body.at("fallbacks"), 2);
  EXPECT_EQ(list(asked).at("stand_ins").size(), 2U);
  const Answer hints = cluster.ask(asked, "GET", "/hints");
  EXPECT_THAT(hints.text, HasSubstr(R"("key":"k","age_ms":)"));
  for (const std::string& home : homes) cluster.start(index(home));
  const auto has_it = [&](const std::string& home) {
    return cluster.ask(index(home), "GET", "/replica/k").body.at("values") == json({"v"});
  };
  until("the hints are handed over", [&] {
    return has_it(homes[0]) && has_it(homes[1]) && cluster.ask(asked, "GET", "/hints").text.empty();
  });
}

TEST(ClusterErrors, bad_requests_name_the_field) {
  Cluster cluster(3, {"--max_value_bytes", "100", "--max_siblings", "2"});
  const auto refused = [&](const std::string& method, const std::string& target, const std::string& body,
                           const std::string& context = {}) {
    const Answer answer = cluster.ask(0, method, target, body, context);
    EXPECT_EQ(answer.status, 400U) << target;
    EXPECT_EQ(error_kind(answer), "bad-request");
    return error_field(answer);
  };
  EXPECT_EQ(refused("GET", "/kv/k?r=4", ""), "r");
  EXPECT_EQ(refused("GET", "/kv/k?r=0", ""), "r");
  EXPECT_EQ(refused("GET", "/kv/k?r=x", ""), "r");
  EXPECT_EQ(refused("PUT", "/kv/k?w=4", value(1)), "w");
  EXPECT_EQ(refused("PUT", "/kv/k?n=9", value(1)), "n");
  EXPECT_EQ(refused("PUT", "/kv/k", "{\"value\": "), "body");
  EXPECT_EQ(refused("PUT", "/kv/k", "{}"), "value");
  EXPECT_EQ(refused("PUT", "/kv/k", value(1), "no token"), "context");
  const Answer other = cluster.ask(0, "PUT", "/kv/other", value(1));
  EXPECT_EQ(refused("PUT", "/kv/k", value(1), other.body.at("context")), "context");
}

TEST(ClusterErrors, limits_are_answered_with_413_and_409) {
  Cluster cluster(3, {"--max_value_bytes", "100", "--max_siblings", "2"});
  const Answer large = cluster.ask(0, "PUT", "/kv/k", value(std::string(101, 'v')));
  EXPECT_EQ(large.status, 413U);
  EXPECT_EQ(error_kind(large), "value-too-large");
  const Answer larger = cluster.ask(0, "PUT", "/kv/k", value(std::string(9000, 'v')));
  EXPECT_EQ(larger.status, 413U);
  EXPECT_EQ(error_field(larger), "value");
  EXPECT_EQ(cluster.ask(0, "PUT", "/kv/k?w=3", value(1)).status, 200U);
  EXPECT_EQ(cluster.ask(0, "PUT", "/kv/k?w=3", value(2)).status, 200U);
  const Answer third = cluster.ask(0, "PUT", "/kv/k?w=3", value(3));
  EXPECT_EQ(third.status, 409U);
  EXPECT_EQ(error_kind(third), "too-many-siblings");
  EXPECT_EQ(cluster.ask(0, "GET", "/kv/k").body.at("values").size(), 2U);
}

TEST(ClusterErrors, unknown_paths_and_methods) {
  Cluster cluster(1, {"--n", "1", "--r", "1", "--w", "1"});
  EXPECT_EQ(cluster.ask(0, "GET", "/keys").status, 404U);
  EXPECT_EQ(cluster.ask(0, "POST", "/kv/k", value(1)).status, 405U);
}

TEST(ClusterErrors, no_home_within_reach_is_unavailable_and_changes_nothing) {
  Cluster cluster(2, flags({"--n", "1", "--r", "1", "--w", "1", "--conflict", "lww"}));
  cluster.kill(1);
  // Keys of the dead node are refused, those of the living one are served: both kinds must occur.
  std::map<unsigned, int> statuses;
  for (int i = 0; i < 40; ++i) {
    const Answer answer = cluster.ask(0, "PUT", fmt::format("/kv/{}", i), value(i));
    ++statuses[answer.status];
    if (answer.status != 200) {
      EXPECT_EQ(error_kind(answer), "unavailable");
    }
  }
  EXPECT_GT(statuses[200], 0);
  EXPECT_GT(statuses[503], 0);
  EXPECT_EQ(statuses[200] + statuses[503], 40);
}

TEST(ClusterErrors, too_few_answers_in_time_are_a_timeout_of_a_read_and_an_unknown_outcome_of_a_write) {
  Cluster cluster(3, flags({}));
  ASSERT_EQ(cluster.ask(0, "PUT", "/kv/k?w=3", value(1)).status, 200U);
  cluster.process(2).signal(SIGSTOP);
  const Answer read = cluster.ask(0, "GET", "/kv/k?r=3&timeout=150");
  EXPECT_EQ(read.status, 504U);
  EXPECT_EQ(error_kind(read), "timeout");
  const Answer write = cluster.ask(0, "PUT", "/kv/k?w=3&timeout=150", value(2));
  EXPECT_EQ(write.status, 504U);
  EXPECT_EQ(error_kind(write), "unknown-outcome");
  EXPECT_EQ(cluster.ask(0, "GET", "/kv/k?r=2").status, 200U);
  cluster.process(2).signal(SIGCONT);
}

TEST(ClusterRestart, keeps_its_records_and_takes_its_ports_back_at_once) {
  Cluster cluster(3, flags({}));
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(cluster.ask(i % 3, "PUT", fmt::format("/kv/{}?w=3", i), value(i)).status, 200U);
  for (int round = 0; round < 2; ++round) {
    for (int node = 0; node < 3; ++node) {
      if (round == 0)
        cluster.stop(node);
      else
        cluster.kill(node);
      cluster.start(node);
    }
    for (int i = 0; i < 20; ++i) {
      const Answer own = cluster.ask(i % 3, "GET", fmt::format("/replica/{}", i));
      EXPECT_EQ(own.body.at("values"), json({i}));
    }
  }
}

TEST(ClusterRestart, peers_find_a_restarted_node_again) {
  Cluster cluster(3, flags({"--w", "3"}));
  cluster.kill(1);
  cluster.start(1);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  unsigned status = 0;
  // A key of its own each time: on one key a hundred tries would be siblings, and the limit refuse the rest.
  for (int i = 0; status != 200 && std::chrono::steady_clock::now() < deadline; ++i)
    status = cluster.ask(0, "PUT", fmt::format("/kv/k{}?timeout=200", i), value(1)).status;
  EXPECT_EQ(status, 200U);
}

TEST(ClusterRestart, kill_9_under_fsync_always_loses_no_acknowledged_write) {
  Cluster cluster(1, {"--n", "1", "--r", "1", "--w", "1", "--fsync", "always"});
  std::mutex mutex;
  std::vector<std::string> acknowledged;
  std::atomic<int> count{0};
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      HttpClient client(cluster.http_port(0));
      for (int i = 0;; ++i) {
        const std::string key = fmt::format("{}-{}", writer, i);
        const auto answer = client.ask("PUT", "/kv/" + key, value(key));
        if (!answer) return;
        if (answer->status != 200) continue;
        const std::lock_guard lock(mutex);
        acknowledged.push_back(key);
        ++count;
      }
    });
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (count < 200 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  cluster.kill(0);
  for (std::thread& writer : writers) writer.join();
  ASSERT_GE(acknowledged.size(), 200U);
  cluster.start(0);
  HttpClient client(cluster.http_port(0));
  for (const std::string& key : acknowledged)
    EXPECT_EQ(client.ask("GET", "/kv/" + key)->body.at("values"), json({key}));
}

}  // namespace
}  // namespace fracas::store
