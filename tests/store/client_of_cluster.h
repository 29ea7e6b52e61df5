// A client that coordinates itself, on a TestCluster: its questions reach the nodes unless the test says
// otherwise, one at a time and in their order.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/client_coordinator.h"
#include "test_cluster.h"

namespace fracas::store {

inline Config client_config() {
  Config config = quiet_config();
  config.coordinator = Coordination::client;
  return config;
}

class ClientOfCluster {
 public:
  /// What becomes of a question: `unheard` is carried out, and its answer lost.
  enum class Way { there_and_back, not_sent, lost, unheard, late };

  explicit ClientOfCluster(TestCluster& cluster, NodeIndex client = 0)
      : cluster_(cluster),
        coordinator_(cluster.config, names(cluster), client, std::array<std::uint8_t, 16>{9, 9, 9, 9}) {}

  std::function<Way(const AskHome&)> way = [](const AskHome&) { return Way::there_and_back; };
  std::vector<AskHome> asked;  ///< all questions

  ReplyToClient call(ClientRequest request, std::optional<NodeIndex> first = {}) {
    request.id = ++last_id_;
    reply_.reset();
    std::vector<ClientEffect> effects;
    coordinator_.begin(0, std::move(request), first, effects);
    carry_out(std::move(effects));
    for (; !open_.empty(); open_.pop_front()) ask(open_.front());
    while (!reply_ && !lost_.empty()) silence();
    EXPECT_TRUE(reply_.has_value()) << "no answer";
    return reply_.value_or(ReplyToClient{});
  }
  ReplyToClient get(const std::string& key, std::optional<int> r = {}) {
    ClientRequest request = get_request(key);
    request.r = r;
    return call(std::move(request));
  }
  ReplyToClient put(const std::string& key, const std::string& value, const std::string& context = "",
                    std::optional<int> w = {}) {
    ClientRequest request = put_request(key, value, context);
    request.w = w;
    return call(std::move(request));
  }
  /// The time of all that was not answered is over, and what was late comes now.
  void finish() {
    while (!lost_.empty()) silence();
    way = [](const AskHome&) { return Way::there_and_back; };
    open_ = std::exchange(late_, {});
    for (; !open_.empty(); open_.pop_front()) ask(open_.front());
    EXPECT_EQ(coordinator_.open(), 0U);
  }

 private:
  static std::vector<std::string> names(const TestCluster& cluster) {
    std::vector<std::string> all;
    for (int i = 0; i < cluster.config.nodes; ++i) all.push_back(cluster.name(static_cast<NodeIndex>(i)));
    return all;
  }
  void carry_out(std::vector<ClientEffect> effects) {
    for (ClientEffect& effect : effects) {
      if (auto* question = std::get_if<AskHome>(&effect)) {
        asked.push_back(*question);
        open_.push_back(std::move(*question));
        continue;
      }
      EXPECT_FALSE(reply_) << "a second answer";
      EXPECT_EQ(std::get<ReplyToClient>(effect).id, last_id_);
      reply_ = std::get<ReplyToClient>(std::move(effect));
    }
  }
  static HomeAnswer::Outcome outcome_of(const ReplyToClient& reply) {
    if (!reply.error) return HomeAnswer::Outcome::ok;
    const ErrorKind kind = reply.error->kind;
    if (kind == ErrorKind::unavailable || kind == ErrorKind::read_only) return HomeAnswer::Outcome::not_done;
    const bool certain = kind != ErrorKind::unknown_outcome && kind != ErrorKind::timeout;
    return certain ? HomeAnswer::Outcome::refused : HomeAnswer::Outcome::unknown;
  }
  void tell(QuestionId question, const HomeAnswer& answer) {
    std::vector<ClientEffect> effects;
    coordinator_.told(0, question, answer, effects);
    carry_out(std::move(effects));
  }
  void ask(const AskHome& question) {
    const Way taken = cluster_.up(question.to) ? way(question) : Way::not_sent;
    if (taken == Way::late) return late_.push_back(question);
    if (taken == Way::lost) return lost_.push_back(question.question);
    HomeAnswer answer;
    answer.error = "not-sent";
    answer.outcome = HomeAnswer::Outcome::not_done;
    if (taken == Way::not_sent) return tell(question.question, answer);
    answer.reply = cluster_.call(question.to, question.request);
    answer.outcome = outcome_of(answer.reply);
    answer.error = answer.reply.error ? answer.reply.error->message : "";
    if (taken == Way::unheard) return lost_.push_back(question.question);
    tell(question.question, answer);
  }
  void silence() {
    const QuestionId question = lost_.front();
    lost_.pop_front();
    tell(question, HomeAnswer{.outcome = HomeAnswer::Outcome::unknown, .error = "no-answer", .reply = {}});
    for (; !open_.empty(); open_.pop_front()) ask(open_.front());
  }

  TestCluster& cluster_;
  ClientCoordinator coordinator_;
  RequestId last_id_ = 0;
  std::deque<AskHome> open_;
  std::deque<AskHome> late_;
  std::deque<QuestionId> lost_;
  std::optional<ReplyToClient> reply_;
};

}  // namespace fracas::store
