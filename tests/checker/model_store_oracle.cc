// The model behind model_store.h: three replicas, sessions that take one step at a time, messages that float.
#include "tests/checker/model_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <random>
#include <set>

namespace fracas::checker {
namespace {

constexpr int kReplicas = 3;

struct Version {
  std::string value;  ///< empty: a delete
  std::set<std::string> elements;
  std::int64_t stamp = 0;
  int actor = 0;
};

/// What a replica, an answer or a message knows: every version that it has heard of, and those that none of
/// them supersedes. (The causal-history model of dotted version vector sets.)
struct State {
  std::set<int> known;
  std::set<int> live;
};

State merge(const State& a, const State& b) {
  State sum{.known = a.known, .live = {}};
  sum.known.insert(b.known.begin(), b.known.end());
  for (const int v : a.live) {
    if (b.live.count(v) > 0 || b.known.count(v) == 0) sum.live.insert(v);
  }
  for (const int v : b.live) {
    if (a.live.count(v) > 0 || a.known.count(v) == 0) sum.live.insert(v);
  }
  return sum;
}

class Model {
 public:
  explicit Model(const ModelOptions& options)
      : options_(options), random_(options.seed), sessions_(static_cast<std::size_t>(options.sessions)) {
    for (int i = 0; i < kReplicas; ++i)
      skew_.push_back(options.skew == 0 ? 0 : below(2 * options.skew + 1) - options.skew);
    for (int s = 0; s < options.sessions; ++s) {
      sessions_[static_cast<std::size_t>(s)].session = sessions_[static_cast<std::size_t>(s)].process = s;
    }
    next_process_ = options.sessions;
  }

  ModelRun run() {
    int begun = 0;
    while (true) {
      std::vector<Session*> busy;
      for (Session& session : sessions_) {
        if (!session.steps.empty()) busy.push_back(&session);
      }
      if (begun < options_.operations && chance(40)) {
        Session& session = sessions_[static_cast<std::size_t>(below(options_.sessions))];
        if (session.steps.empty()) {
          begin(session);
          ++begun;
        }
      } else if (!floating_.empty() && chance(30)) {
        const auto at = floating_.begin() + below(static_cast<int>(floating_.size()));
        const auto step = *at;
        floating_.erase(at);
        if (!chance(20)) step();  // the others are lost
      } else if (!busy.empty()) {
        Session& session = *busy[static_cast<std::size_t>(below(static_cast<int>(busy.size())))];
        const auto step = session.steps.front();
        session.steps.pop_front();
        step();
      } else if (begun == options_.operations) {
        break;
      }
    }
    return finish();
  }

 private:
  struct Session {
    int session = 0;
    int process = 0;
    std::set<int> context;  ///< of the last completed answer
    std::deque<std::function<void()>> steps;
    Event invocation;
    State collected;
    std::vector<int> replicas;  ///< in the order in which they are asked
    int version = -1;
    bool blind = false;
  };

  int below(int bound) { return static_cast<int>(random_() % static_cast<std::uint64_t>(bound)); }
  bool chance(int percent) { return below(100) < percent; }

  void record(Event event) {
    event.index = index_++;
    event.time_ns = static_cast<std::int64_t>(event.index) * 1000;
    const auto added = builder_.add(event);
    ASSERT_TRUE(added) << added.error();
  }

  void begin(Session& s) {
    s.collected = {};
    s.replicas = {0, 1, 2};
    std::shuffle(s.replicas.begin(), s.replicas.end(), random_);
    const bool reads = chance(50);
    s.invocation = {.process = s.process, .session = s.session, .key = "k", .node = "n1"};
    if (reads) return begin_read(s);
    s.blind = chance(options_.blind);
    Version version;
    if (options_.sets) {
      s.invocation.f = Function::add;
    } else {
      s.invocation.f = chance(options_.deletes) ? Function::remove_key : Function::write;
    }
    if (s.invocation.f != Function::remove_key) {
      version.value = s.invocation.value = fmt::format("\"v{}\"", versions_.size());
    }
    version.elements = {version.value};
    s.version = static_cast<int>(versions_.size());
    versions_.push_back(version);
    if (options_.siblings && !options_.sets && !s.blind && !s.context.empty())
      s.invocation.context = R"({"n1#1":1})";
    record(s.invocation);
    if (chance(4)) {
      s.steps.push_back([this, &s] { complete(s, EventType::fail); });
      return;
    }
    std::deque<std::function<void()>> steps;
    if (options_.sets) {
      for (int i = 0; i < options_.r; ++i) steps.push_back([this, &s, i] { collect(s, i); });
      steps.push_back([this, &s] { fix_elements(s); });
    }
    plan_write(s, steps);
  }

  void plan_write(Session& s, std::deque<std::function<void()>> steps) {
    const int v = s.version;
    const std::vector<int> replicas = s.replicas;
    const int coordinator = replicas[0];
    // An add sends what its inner read has shown; everything else what the session has seen.
    const auto put = [this, &s, v, coordinator, context = s.blind ? std::set<int>{} : s.context] {
      put_at(coordinator, v, options_.sets ? s.collected.known : context);
    };
    const auto deliver = [this, coordinator](int to) {
      replicas_[to] = join(replicas_[to], replicas_[coordinator]);
    };
    const bool unsure = chance(options_.unsure);
    steps.push_back(put);
    for (int i = 1; i < kReplicas; ++i) {
      const auto send = [deliver, to = replicas[static_cast<std::size_t>(i)]] { deliver(to); };
      if (i < options_.w) {
        steps.push_back(send);
      } else {
        steps.push_back([this, send] { floating_.push_back(send); });
      }
    }
    if (!unsure) {
      steps.push_back([this, &s] { complete(s, EventType::ok); });
    } else if (options_.sets) {
      // Its steps read the session's own state: they end before the session goes on, or never happen.
      steps.resize(static_cast<std::size_t>(below(static_cast<int>(steps.size()) + 1)));
      steps.push_back([this, &s] { complete(s, EventType::info); });
    } else {
      // The rest may happen after the client has given up.
      const auto kept = static_cast<std::size_t>(below(static_cast<int>(steps.size()) + 1));
      std::vector<std::function<void()>> rest(steps.begin() + static_cast<std::ptrdiff_t>(kept), steps.end());
      steps.resize(kept);
      steps.push_back([this, &s, rest] {
        complete(s, EventType::info);
        floating_.push_back([rest] {
          for (const auto& step : rest) step();
        });
      });
    }
    s.steps = std::move(steps);
  }

  void begin_read(Session& s) {
    s.invocation.f = Function::read;
    record(s.invocation);
    for (int i = 0; i < options_.r; ++i) s.steps.push_back([this, &s, i] { collect(s, i); });
    const EventType type = chance(options_.unsure) ? EventType::info : EventType::ok;
    s.steps.push_back([this, &s, type] { complete(s, type); });
  }

  State join(const State& a, const State& b) const {
    if (options_.siblings) return merge(a, b);
    if (a.live.empty()) return b;
    if (b.live.empty()) return a;
    return rank(*a.live.begin()) < rank(*b.live.begin()) ? b : a;
  }

  std::pair<std::int64_t, int> rank(int v) const {
    return {versions_[static_cast<std::size_t>(v)].stamp, versions_[static_cast<std::size_t>(v)].actor};
  }

  void collect(Session& s, int i) {
    s.collected = join(s.collected, replicas_[s.replicas[static_cast<std::size_t>(i)]]);
  }

  void fix_elements(Session& s) {
    Version& version = versions_[static_cast<std::size_t>(s.version)];
    for (const int v : s.collected.live) {
      const auto& seen = versions_[static_cast<std::size_t>(v)].elements;
      version.elements.insert(seen.begin(), seen.end());
    }
  }

  void put_at(int replica, int v, const std::set<int>& context) {
    Version& version = versions_[static_cast<std::size_t>(v)];
    // A clock that never goes back and never stamps twice.
    const std::int64_t wall =
        static_cast<std::int64_t>(index_) * 1000 + skew_[static_cast<std::size_t>(replica)];
    version.stamp = std::max(wall, last_stamp_[replica] + 1);
    version.actor = replica;
    last_stamp_[replica] = version.stamp;
    State written{.known = context, .live = {v}};
    written.known.insert(v);
    replicas_[replica] = join(replicas_[replica], written);
  }

  std::vector<std::string> values(const State& state) const {
    std::vector<std::string> values;
    for (const int v : state.live) {
      const std::string& value = versions_[static_cast<std::size_t>(v)].value;
      if (!value.empty()) values.push_back(value);
    }
    return values;
  }

  std::string elements(const State& state) const {
    std::set<std::string> all;
    for (const int v : state.live) {
      const auto& part = versions_[static_cast<std::size_t>(v)].elements;
      all.insert(part.begin(), part.end());
    }
    return fmt::format("[{}]", fmt::join(all, ","));
  }

  /// About half of all that were ever added.
  std::string any_elements() {
    std::vector<std::string> some;
    for (const Version& version : versions_)
      if (chance(50)) some.push_back(version.value);
    return fmt::format("[{}]", fmt::join(some, ","));
  }

  static std::string answer(const std::vector<std::string>& values) {
    if (values.empty()) return "null";
    return values.size() == 1 ? values[0] : fmt::format("[{}]", fmt::join(values, ","));
  }

  std::string stamp_of(const State& state) const {
    if (state.live.empty()) return {};
    const Version& version = versions_[static_cast<std::size_t>(*state.live.begin())];
    return fmt::format("[{},\"n{}#1\",0]", version.stamp, version.actor + 1);
  }

  void complete(Session& s, EventType type) {
    Event event = s.invocation;
    event.type = type;
    event.context.clear();
    if (type == EventType::ok) answer_ok(s, event);
    record(event);
    if (type == EventType::info) s.process = next_process_++;
  }

  void answer_ok(Session& s, Event& event) {
    if (event.f == Function::read) {
      event.value = options_.sets ? elements(s.collected) : answer(values(s.collected));
      if (options_.sets && chance(options_.wrong_reads)) event.value = any_elements();
      if (!options_.siblings && options_.stamps) event.clock = stamp_of(s.collected);
      if (!options_.sets && !versions_.empty() && chance(options_.wrong_reads)) {
        const Version& other = versions_[static_cast<std::size_t>(below(static_cast<int>(versions_.size())))];
        event.value = other.value.empty() ? "null" : other.value;
        const Version& another =
            versions_[static_cast<std::size_t>(below(static_cast<int>(versions_.size())))];
        if (options_.siblings && !other.value.empty() && !another.value.empty() && chance(50))
          event.value = fmt::format("[{},{}]", other.value, another.value);
      }
      s.context = s.collected.known;
      return;
    }
    if (options_.sets) event.saw = elements(s.collected);
    State shown{.known = {}, .live = {s.version}};
    if (!options_.siblings) {
      if (options_.stamps) event.clock = stamp_of(shown);
      return;
    }
    if (options_.sets) return;
    if (chance(50)) {
      // The token "what was sent + one dot".
      if (event.context.empty() && s.invocation.context.empty()) s.context.clear();
      s.context.insert(s.version);
      return;
    }
    const State& coordinator = replicas_[s.replicas[0]];
    shown = coordinator;
    shown.live.erase(s.version);
    if (coordinator.live.count(s.version) == 0) shown.live = coordinator.live;
    event.siblings = fmt::format("[{}]", fmt::join(values(shown), ","));
    s.context = coordinator.known;
  }

  ModelRun finish() {
    if (options_.settled) {
      // A late step may send more: by index, and a copy, since the list then moves.
      for (std::size_t i = 0; i < floating_.size(); ++i) {
        const auto step = floating_[i];
        step();
      }
      State all;
      for (int i = 0; i < kReplicas; ++i) all = join(all, replicas_[i]);
      for (int i = 0; i < kReplicas; ++i) replicas_[i] = all;
    }
    KeyDump dump{.key = "k", .homes = {"n1", "n2", "n3"}};
    for (int i = 0; i < kReplicas; ++i) {
      ReplicaState replica{.node = fmt::format("n{}", i + 1)};
      if (options_.sets) {
        for (const int v : replicas_[i].live) replica.values.push_back(elements({.known = {}, .live = {v}}));
      } else {
        replica.values = values(replicas_[i]);
      }
      if (!replicas_[i].known.empty()) {
        replica.clock = options_.siblings ? R"({"dots":[],"context":{"n1#1":1}})"
                        : options_.stamps ? stamp_of(replicas_[i])
                                          : "";
      }
      dump.replicas.push_back(replica);
    }
    ModelRun run{.history = std::move(builder_).finish(), .evidence = {}};
    run.evidence.conflict = options_.siblings ? "siblings" : "lww";
    run.evidence.dumps = std::vector<KeyDump>{dump};
    run.evidence.settlement = Settlement{.exchanges_completed = options_.settled};
    run.evidence.wall_start_us = 0;
    run.evidence.w = options_.w;
    return run;
  }

  ModelOptions options_;
  std::mt19937_64 random_;
  std::vector<Session> sessions_;
  std::vector<Version> versions_;
  State replicas_[kReplicas];
  std::int64_t last_stamp_[kReplicas] = {-1'000'000, -1'000'000, -1'000'000};
  std::vector<std::int64_t> skew_;
  std::vector<std::function<void()>> floating_;
  HistoryBuilder builder_;
  std::uint64_t index_ = 0;
  int next_process_ = 0;
};

}  // namespace

ModelRun run_model(const ModelOptions& options) { return Model(options).run(); }

}  // namespace fracas::checker
