// The dice behind random_run.h.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <random>

#include "tests/checker/random_run.h"

namespace fracas::checker {
namespace {

constexpr std::array<const char*, 4> kNodes = {"n1", "n2", "n3", "n4"};

struct Key {
  std::string name;
  bool set = false;
  std::vector<std::string> written{};  ///< and not failed, in order of invocation
  bool deleted = false;                ///< by the last write or delete to begin
  std::uint64_t count = 0;             ///< of what was incremented and did not fail
};

struct Session {
  int session = 0;
  int process = 0;
  std::optional<Event> open{};
  Key* key = nullptr;
};

class Dice {
 public:
  explicit Dice(const RandomRunOptions& options) : options_(options), random_(options.seed) {
    const int keys = 1 + below(options.keys);
    for (int i = 0; i < keys; ++i)
      keys_.push_back({.name = fmt::format("k{}", i), .set = chance(options.sets)});
    const int sessions = 1 + below(options.sessions);
    for (int i = 0; i < sessions; ++i) sessions_.push_back({.session = i, .process = i});
    next_process_ = sessions;
  }

  ModelRun run() {
    for (int begun = 0; begun < options_.operations;) {
      Session& session = sessions_[static_cast<std::size_t>(below(static_cast<int>(sessions_.size())))];
      if (session.open) {
        complete(session);
      } else {
        invoke(session);
        ++begun;
      }
    }
    for (Session& session : sessions_) {
      if (session.open && chance(80)) complete(session);
    }
    ModelRun run{.history = std::move(builder_).finish(), .evidence = {}};
    run.evidence.conflict = options_.conflict;
    if (options_.dumps) run.evidence.dumps = dumps();
    if (chance(90)) {
      run.evidence.settlement = Settlement{.exchanges_completed = chance(80),
                                           .nothing_left = chance(50),
                                           .hints_pending = chance(10) ? 1ULL : 0ULL};
    }
    return run;
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<std::uint64_t>(bound)); }
  bool chance(int percent) { return below(100) < percent; }
  bool siblings() const { return options_.conflict == "siblings"; }

  void record(Event event) {
    event.index = index_++;
    event.time_ns = static_cast<std::int64_t>(event.index) * 1000;
    const auto added = builder_.add(event);
    ASSERT_TRUE(added) << added.error();
  }

  void invoke(Session& s) {
    s.key = &keys_[static_cast<std::size_t>(below(static_cast<int>(keys_.size())))];
    Event event{.process = s.process, .session = s.session, .key = s.key->name, .node = "n1"};
    if (chance(60)) {
      const bool set = !options_.conflict.empty() && chance(2) ? !s.key->set : s.key->set;
      event.f = set ? options_.updates : chance(20) ? Function::remove_key : Function::write;
      s.key->deleted = event.f == Function::remove_key;
      if (event.f == Function::increment) {
        event.value = std::to_string(amount(s.session));
        s.key->count += amount(s.session);
      } else if (!s.key->deleted) {
        s.key->written.push_back(event.value = new_value(set));
      }
    } else {
      event.final = chance(30);
    }
    s.open = event;
    record(event);
  }

  void complete(Session& s) {
    Event event = *s.open;
    s.open.reset();
    const int fate = below(100);
    event.type = fate < 70 ? EventType::ok : fate < 85 ? EventType::fail : EventType::info;
    if (event.type == EventType::ok) answer(event, *s.key);
    if (event.type == EventType::fail) std::erase(s.key->written, event.value);
    if (event.type == EventType::fail && event.f == Function::increment) s.key->count -= amount(s.session);
    record(event);
    if (event.type == EventType::info) s.process = next_process_++;
  }

  void answer(Event& event, const Key& key) {
    if (event.f == Function::read) {
      event.value = key.set ? elements(key) : value(key);
    } else if (event.f == options_.updates) {
      if (chance(50)) event.saw = elements(key);
    } else if (siblings() && chance(50)) {
      event.siblings = array_of(key);
    }
    const bool read = event.f == Function::read;
    if (options_.stamps && !chance(read ? 50 : options_.unstamped)) event.clock = stamp();
  }

  /// Each session's own digit; the same for all where values need not be unique.
  std::uint64_t amount(int session) const {
    std::uint64_t by = 1;
    for (int i = options_.unique ? session : 0; i > 0; --i) by *= 20;
    return by;
  }

  std::string count(const Key& key) {
    if (!chance(options_.wrong)) return std::to_string(key.count);
    const std::uint64_t other = amount(below(4)) * static_cast<std::uint64_t>(1 + below(2));
    return std::to_string(chance(50) ? key.count + other : key.count - std::min(key.count, other));
  }

  std::string new_value(bool set) {
    if (!options_.unique) return fmt::format("\"v{}\"", below(4));
    const int number = counter_++;
    // An array that was written is a value, not siblings.
    return !set && chance(5) ? fmt::format("[\"a{}\",\"b{}\"]", number, number)
                             : fmt::format("\"v{}\"", number);
  }

  std::string any_value(const Key& key) {
    if (!key.written.empty() && chance(75))
      return key.written[static_cast<std::size_t>(below(static_cast<int>(key.written.size())))];
    return fmt::format("\"v{}\"", below(counter_ + 3));
  }

  std::string value(const Key& key) {
    if (!chance(options_.wrong)) return key.deleted || key.written.empty() ? "null" : key.written.back();
    if (chance(20)) return "null";
    return siblings() && chance(50) ? array_of(key) : any_value(key);
  }

  std::string array_of(const Key& key) {
    std::vector<std::string> values;
    for (int i = below(4); i > 0; --i) values.push_back(any_value(key));
    return fmt::format("[{}]", fmt::join(values, ","));
  }

  std::string elements(const Key& key) {
    if (options_.updates == Function::increment) return count(key);
    // Without a hint at the conflict mode, an array under a key without adds would be taken for siblings.
    const bool plain = options_.conflict.empty() && key.written.empty();
    if (plain || !chance(options_.wrong)) return fmt::format("[{}]", fmt::join(key.written, ","));
    const std::string some = array_of(key);
    return chance(20) ? fmt::format("[{},{}]", some, array_of(key)) : some;
  }

  std::string stamp() {
    // Real time, more or less; coarse enough for equal stamps.
    const int us = static_cast<int>(index_ / 4) + (chance(options_.wrong) ? below(7) - 3 : 0);
    return fmt::format("[{},\"{}\",{}]", us, kNodes[static_cast<std::size_t>(below(3))],
                       options_.sequences ? below(3) : 0);
  }

  std::string causal_clock(std::size_t values) {
    std::vector<std::string> dots;
    for (std::size_t i = 0; i < values; ++i) dots.push_back(fmt::format("\"n{}:{}\"", 1 + below(2), i));
    return fmt::format(R"({{"dots":[{}],"context":{{"n1":{},"n2":3}}}})", fmt::join(dots, ","), below(2));
  }

  ReplicaState state(const Key& key) {
    ReplicaState replica;
    const bool blind = chance(options_.wrong);
    if (blind && chance(30)) return replica;
    if (key.set) {
      for (int i = siblings() ? 1 + below(2) : 1; i > 0; --i) replica.values.push_back(elements(key));
    } else {
      for (int i = siblings() && blind ? below(3) : 1; i > 0; --i) {
        std::string held = blind ? any_value(key) : value(key);
        if (held != "null") replica.values.push_back(held);
      }
    }
    if (siblings()) replica.clock = causal_clock(replica.values.size());
    if (options_.stamps) replica.clock = stamp();
    return replica;
  }

  std::vector<KeyDump> dumps() {
    std::vector<KeyDump> all;
    if (chance(3)) return all;
    std::vector<Key> held = keys_;
    if (chance(20)) held.push_back({.name = "unnamed", .written = {}});
    for (const Key& key : held) {
      if (chance(options_.wrong / 4)) continue;
      KeyDump dump{.key = key.name};
      const int homes = 1 + below(3);
      ReplicaState same = state(key);
      for (int i = 0; i < 4; ++i) {
        const bool home = i < homes;
        if (home) dump.homes.emplace_back(kNodes[static_cast<std::size_t>(i)]);
        if (chance(home ? 3 : 95)) continue;
        ReplicaState replica = chance(options_.wrong) ? state(key) : same;
        shuffle(replica);
        replica.node = kNodes[static_cast<std::size_t>(i)];
        dump.replicas.push_back(replica);
      }
      all.push_back(dump);
    }
    return all;
  }

  /// Two siblings in the other order, beside their dots or not.
  void shuffle(ReplicaState& replica) {
    if (replica.values.size() != 2 || !chance(50)) return;
    std::swap(replica.values[0], replica.values[1]);
    const std::size_t begin = replica.clock.find('[') + 1;
    const std::size_t comma = replica.clock.find(',');
    const std::size_t end = replica.clock.find(']');
    if (!siblings() || chance(20)) return;
    replica.clock = replica.clock.substr(0, begin) + replica.clock.substr(comma + 1, end - comma - 1) + "," +
                    replica.clock.substr(begin, comma - begin) + replica.clock.substr(end);
  }

  RandomRunOptions options_;
  std::mt19937_64 random_;
  std::vector<Key> keys_;
  std::vector<Session> sessions_;
  HistoryBuilder builder_;
  std::uint64_t index_ = 0;
  int next_process_ = 0;
  int counter_ = 0;
};

}  // namespace

ModelRun random_run(const RandomRunOptions& options) { return Dice(options).run(); }

}  // namespace fracas::checker
