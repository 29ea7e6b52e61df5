// Clients that coordinate themselves, whatever becomes of their questions: each is answered, answered late,
// comes too late for anybody to wait for, or never arrives, and copies are asked for and brought twice; in
// any order, those of several clients mixed. Judged by who had seen what.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <tuple>

#include "client_of_cluster.h"

namespace fracas::store {
namespace {

using Values = std::set<std::string>;

/// Of values that build on each other: which have been seen by those who wrote these, in the end.
struct Causes {
  std::map<std::string, Values> seen_by;  ///< each written value: what its writer's context covered

  Values below(const Values& values) const {
    Values all;
    for (const std::string& value : values)
      if (const auto seen = seen_by.find(value); seen != seen_by.end())
        all.insert(seen->second.begin(), seen->second.end());
    return all;
  }
  /// Each is one of `values`, or somebody who wrote one of them had seen it.
  bool cover(const Values& values, const Values& wanted) const {
    const Values known = below(values);
    return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& value) {
      return values.contains(value) || known.contains(value);
    });
  }
};

struct Operation {
  bool read = false;
  std::string value;    ///< written
  Values seen;          ///< what its context covers, in the end
  Values acknowledged;  ///< by whomever, when it began
  std::string highest;  ///< clock that anybody had been told when it began
  Values session;       ///< what its session had been told when it began
};

struct Client {
  std::unique_ptr<ClientCoordinator> coordinator;
  std::optional<Operation> open;
  RequestId last = 0;
  std::string context;
  Values seen;  ///< what the context covers
  std::string token;
  Values session;
};

/// "[us,\"client0#...\",seq]": comparable as stamps are, for at most ten clients.
std::tuple<std::int64_t, std::string, std::int64_t> stamp_of(const std::string& clock) {
  const auto comma = clock.find(',');
  const auto last = clock.rfind(',');
  if (clock.empty() || clock == "null" || comma == std::string::npos) return {};
  return {std::stoll(clock.substr(1)), clock.substr(comma + 1, last - comma - 1),
          std::stoll(clock.substr(last + 1))};
}

class Schedule {
 public:
  Schedule(Config config, bool with_tokens, std::uint64_t seed)
      : cluster_(std::move(config)), random_(seed), with_tokens_(with_tokens) {
    std::vector<std::string> names;
    for (int i = 0; i < cluster_.config.nodes; ++i) names.push_back(cluster_.name(static_cast<NodeIndex>(i)));
    for (NodeIndex i = 0; i < 3; ++i) {
      Client client;
      client.coordinator = std::make_unique<ClientCoordinator>(cluster_.config, names, i,
                                                               std::array<std::uint8_t, 16>{9, 9, 9, 9});
      client.token = with_tokens ? "new" : "";
      clients_.push_back(std::move(client));
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      const auto choice = below(40);
      if (choice < 6) {
        begin(below(clients_.size()));
      } else if (choice == 6) {
        toggle(static_cast<NodeIndex>(below(static_cast<std::uint64_t>(cluster_.config.nodes))));
      } else if (choice < 24) {
        carry(below(1000), below(16));
      } else {
        tell(below(1000));
      }
    }
    while (!letters_.empty()) carry(0, 0);
    while (!answers_.empty() || !letters_.empty()) {
      if (!letters_.empty()) carry(0, 0);
      if (!answers_.empty()) tell(0);
    }
    for (const Client& client : clients_) {
      RC_ASSERT(!client.open);
      RC_ASSERT(client.coordinator->open() == 0u);
    }
    judge_in_the_end();
  }

 private:
  struct Letter {
    std::size_t client;
    AskHome question;
    bool again = false;  ///< it was brought before
  };
  struct Answer {
    std::size_t client;
    QuestionId question;
    HomeAnswer answer;
  };

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void toggle(NodeIndex node) {
    if (cluster_.up(node)) {
      cluster_.crash(node);
    } else {
      cluster_.restart(node);
    }
  }

  void begin(std::size_t index) {
    Client& client = clients_[index];
    if (client.open) return;
    Operation operation;
    operation.read = below(2) == 0;
    operation.acknowledged = acknowledged_;
    operation.highest = highest_;
    operation.session = client.session;
    ClientRequest request = get_request("k");
    if (!operation.read) {
      operation.value = "\"" + std::to_string(++last_value_) + "\"";
      operation.seen = client.seen;
      const bool siblings = cluster_.config.conflict == Conflict::siblings;
      request = put_request("k", operation.value, siblings ? client.context : "");
      causes_.seen_by[operation.value] = operation.seen;
    }
    request.id = ++client.last;
    request.session = client.token;
    client.open = std::move(operation);
    std::vector<ClientEffect> effects;
    client.coordinator->begin(0, std::move(request), {}, effects);
    take(index, std::move(effects));
  }

  /// One of the questions under way meets its fate.
  void carry(std::size_t which, std::uint64_t fate) {
    if (letters_.empty()) return;
    const auto entry = letters_.begin() + static_cast<std::ptrdiff_t>(which % letters_.size());
    const Letter letter = *entry;
    const ClientRequest& request = letter.question.request;
    // A request for a dot is never brought twice: a second dot would be a second write.
    const bool up = cluster_.up(letter.question.to);
    const bool again = up && fate == 1 && (request.verb == Verb::get || !request.state.empty());
    if (again) {
      entry->again = true;
    } else {
      letters_.erase(entry);
    }
    Answer back{letter.client, letter.question.question, {}};
    back.answer.error = "no-answer";
    if (!up || fate == 2) {
      if (letter.again) return;  // what was brought before has been answered
      back.answer.outcome = HomeAnswer::Outcome::not_done;
    } else if (fate != 3) {
      back.answer.reply = cluster_.call(letter.question.to, request);
      RC_ASSERT(!back.answer.reply.error);
      if (fate != 4) back.answer.outcome = HomeAnswer::Outcome::ok;
    }
    answers_.push_back(std::move(back));
  }

  void tell(std::size_t which) {
    if (answers_.empty()) return;
    const auto entry = answers_.begin() + static_cast<std::ptrdiff_t>(which % answers_.size());
    const Answer answer = std::move(*entry);
    answers_.erase(entry);
    std::vector<ClientEffect> effects;
    clients_[answer.client].coordinator->told(0, answer.question, answer.answer, effects);
    take(answer.client, std::move(effects));
  }

  void take(std::size_t index, std::vector<ClientEffect> effects) {
    for (ClientEffect& effect : effects) {
      if (auto* question = std::get_if<AskHome>(&effect)) {
        letters_.push_back({index, std::move(*question)});
      } else {
        end(clients_[index], std::get<ReplyToClient>(effect));
      }
    }
  }

  void end(Client& client, const ReplyToClient& reply) {
    RC_ASSERT(client.open.has_value());
    RC_ASSERT(reply.id == client.last);
    const Operation operation = *std::exchange(client.open, std::nullopt);
    if (reply.error) {
      if (!operation.read && reply.error->kind != ErrorKind::unknown_outcome)
        certainly_not_.insert(operation.value);
      return;
    }
    const Values returned(reply.values.begin(), reply.values.end());
    if (!operation.read) {
      acknowledged_.insert(operation.value);
      RC_ASSERT(returned.contains(operation.value));
    }
    judge(operation, returned, reply.clock);
    const bool lww = cluster_.config.conflict == Conflict::lww;
    if (lww && stamp_of(reply.clock) > stamp_of(highest_)) highest_ = reply.clock;
    client.context = reply.context;
    client.seen = returned;
    const Values below = causes_.below(returned);
    client.seen.insert(below.begin(), below.end());
    if (with_tokens_) client.token = reply.session;
    client.session.insert(returned.begin(), returned.end());
  }

  void judge(const Operation& operation, const Values& returned, const std::string& clock) {
    const Config& config = cluster_.config;
    if (config.conflict == Conflict::lww) {
      // query and abd: above all that anybody had been told, and a read no lower.
      if (operation.read) RC_ASSERT(stamp_of(clock) >= stamp_of(operation.highest));
      if (!operation.read) RC_ASSERT(stamp_of(clock) > stamp_of(operation.highest));
      return;
    }
    if (!operation.read) return;
    if (config.r + config.w > config.n) RC_ASSERT(causes_.cover(returned, operation.acknowledged));
    if (with_tokens_) RC_ASSERT(causes_.cover(returned, operation.session));
    // What is returned side by side was written unaware of each other.
    for (const std::string& value : causes_.below(returned)) RC_ASSERT(!returned.contains(value));
  }

  void judge_in_the_end() {
    for (NodeIndex node = 0; node < static_cast<NodeIndex>(cluster_.config.nodes); ++node)
      if (!cluster_.up(node)) cluster_.restart(node);
    KeyState all;
    for (const NodeIndex home : cluster_.homes("k")) {
      ClientRequest request = get_request("k");
      request.of_copy = true;
      merge(all, *decode_state(cluster_.call(home, request).state));
    }
    const std::vector<std::string> live = live_values(all);
    const Values values(live.begin(), live.end());
    RC_ASSERT(values.size() == live.size());
    for (const std::string& value : certainly_not_) RC_ASSERT(!values.contains(value));
    if (cluster_.config.conflict == Conflict::siblings) RC_ASSERT(causes_.cover(values, acknowledged_));
    RC_TAG(acknowledged_.size() > 5 ? "several writes" : "few writes");
  }

  TestCluster cluster_;
  std::mt19937_64 random_;
  bool with_tokens_;
  std::vector<Client> clients_;
  std::vector<Letter> letters_;
  std::vector<Answer> answers_;
  Causes causes_;
  Values acknowledged_;
  Values certainly_not_;
  std::string highest_;
  int last_value_ = 0;
};

Repair any_repair() {
  return static_cast<Repair>(*rc::gen::resize(100, rc::gen::inRange(0, 4)));  // none, async, blocking, abd
}

constexpr int steps = 400;

RC_GTEST_PROP(ClientSchedules, lose_nothing_that_was_acknowledged_and_read_it_where_quorums_meet,
              (std::uint64_t seed)) {
  Config config = client_config();
  config.repair = any_repair();
  Schedule(config, false, seed).run(steps);
}

RC_GTEST_PROP(ClientSchedules, with_tokens_never_go_back_though_quorums_do_not_meet, (std::uint64_t seed)) {
  Config config = client_config();
  config.r = config.w = 1;
  config.repair = any_repair();
  Schedule(config, true, seed).run(steps);
}

RC_GTEST_PROP(ClientSchedules, with_stamps_asked_of_a_quorum_and_write_back_have_one_order,
              (std::uint64_t seed)) {
  Config config = client_config();
  config.conflict = Conflict::lww;
  config.stamp = StampSource::query;
  config.repair = Repair::abd;
  Schedule(config, false, seed).run(steps);
}

}  // namespace
}  // namespace fracas::store
