// set-full, counter-bounds, dequeued-once, total-queue and unique-ids find what their definitions, spelled
// out, find: on random histories with concurrency, failures, unknown outcomes and operations that never end.
// FRACAS_CASES says how many.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "checker/property.h"
#include "checker/set_elements.h"

namespace fracas::checker {
namespace {

int cases() {
  const char* wanted = std::getenv("FRACAS_CASES");
  return wanted == nullptr ? 10'000 : std::atoi(wanted);
}

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}
  int below(int bound) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(bound)); }
  template <typename T>
  T one_of(std::initializer_list<T> all) {
    return all.begin()[below(static_cast<int>(all.size()))];
  }

 private:
  std::mt19937_64 engine_;
};

/// What an operation asks, and what it is answered.
using Ask = std::function<Event(Chance&)>;
using Answer = std::function<std::string(Chance&, const Event&)>;

History random_history(Chance& chance, const Ask& ask, const Answer& answer) {
  HistoryBuilder builder;
  std::map<int, Event> open;
  std::map<int, std::int32_t> numbers;
  std::int32_t next = 0;
  const int events = 2 + chance.below(22);
  for (std::uint64_t index = 0; index < static_cast<std::uint64_t>(events); ++index) {
    const int client = chance.below(4);
    Event event;
    if (const auto at = open.find(client); at != open.end()) {
      event = at->second;
      open.erase(at);
      event.type =
          chance.one_of({EventType::ok, EventType::ok, EventType::ok, EventType::fail, EventType::info});
      if (event.type == EventType::ok && event.value == "null") event.value = answer(chance, event);
      if (event.type == EventType::info) numbers.erase(client);
    } else {
      event = ask(chance);
      if (!numbers.contains(client)) numbers[client] = next++;
      event.process = event.session = numbers[client];
      open[client] = event;
    }
    event.index = index;
    event.time_ns = static_cast<std::int64_t>(index);
    const auto added = builder.add(event);
    EXPECT_TRUE(added) << added.error();
  }
  return std::move(builder).finish();
}

std::set<std::uint32_t> accused(const Verdict& verdict) {
  std::set<std::uint32_t> last;
  for (const Witness& witness : verdict.witnesses) last.insert(witness.operations.back());
  return last;
}

bool counts(const Operation& o) { return o.outcome != Outcome::fail; }

Verdict check(std::string_view property, const History& history) {
  const Evidence nothing;
  return find_property(property)->check(Case(history, nothing, {.model = Model::counter}));
}

int number(const History& history, const Operation& o) {
  return o.value == kNullText ? 0 : std::atoi(std::string(history.text(o.value)).c_str());
}

TEST(TalliesOracle, CounterBounds) {
  for (int seed = 0; seed < cases(); ++seed) {
    Chance chance(static_cast<std::uint64_t>(seed));
    const History history = random_history(
        chance,
        [](Chance& c) {
          if (c.below(2) == 0) return Event{.f = Function::read, .key = "k"};
          return Event{.f = Function::increment, .key = "k", .value = std::to_string(c.below(6) - 2)};
        },
        [](Chance& c, const Event&) { return c.below(5) == 0 ? "null" : std::to_string(c.below(10) - 3); });
    std::set<std::uint32_t> wrong;
    for (const Operation& read : history.operations()) {
      if (read.f != Function::read || read.outcome != Outcome::ok) continue;
      int low = 0;
      int high = 0;
      for (const Operation& by : history.operations()) {
        if (by.f != Function::increment || !counts(by)) continue;
        const int amount = number(history, by);
        const bool certain = by.outcome == Outcome::ok && by.completed < read.invoked;
        const bool possible = by.invoked < read.completed;
        if (amount > 0 ? certain : possible) low += amount;
        if (amount > 0 ? possible : certain) high += amount;
      }
      if (const int value = number(history, read); value < low || value > high) wrong.insert(read.invoked);
    }
    ASSERT_EQ(accused(check("counter-bounds", history)), wrong) << seed;
  }
}

TEST(TalliesOracle, UniqueIds) {
  for (int seed = 0; seed < cases(); ++seed) {
    Chance chance(static_cast<std::uint64_t>(seed));
    const History history = random_history(
        chance, [](Chance&) { return Event{.f = Function::generate}; },
        [](Chance& c, const Event&) { return std::to_string(c.below(12)); });
    std::uint64_t twice = 0;
    for (const Operation& a : history.operations()) {
      bool before = false;
      for (const Operation& b : history.operations())
        before = before || (b.invoked < a.invoked && b.outcome == Outcome::ok && b.value == a.value);
      if (a.outcome == Outcome::ok && before) ++twice;
    }
    ASSERT_EQ(check("unique-ids", history).count, twice) << seed;
  }
}

History random_queue(Chance& chance, bool sane) {
  std::vector<std::string> inside;
  int next = 0;
  return random_history(
      chance,
      [&](Chance& c) {
        if (c.below(2) == 0) return Event{.f = Function::dequeue};
        const std::string value = std::to_string(sane ? next++ : c.below(4));
        inside.push_back(value);
        return Event{.f = Function::enqueue, .value = value};
      },
      [&](Chance& c, const Event&) -> std::string {
        if (!sane) return c.below(4) == 0 ? "null" : std::to_string(c.below(5));
        if (inside.empty()) return "null";
        std::string taken = inside.front();
        inside.erase(inside.begin());
        return taken;
      });
}

/// Some way to give each dequeue an enqueue of its own that had begun when it ended.
bool can_match(std::vector<const Operation*> out, std::vector<const Operation*> in) {
  if (out.empty()) return true;
  const Operation* last = out.back();
  out.pop_back();
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (in[i]->invoked > last->completed) continue;
    auto rest = in;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (can_match(out, rest)) return true;
  }
  return false;
}

TEST(TalliesOracle, DequeuedOnce) {
  for (int seed = 0; seed < cases(); ++seed) {
    Chance chance(static_cast<std::uint64_t>(seed));
    const History history = random_queue(chance, false);
    bool possible = true;
    for (int value = 0; value < 5; ++value) {
      std::vector<const Operation*> in;
      std::vector<const Operation*> out;
      for (const Operation& o : history.operations()) {
        if (history.text(o.value) != std::to_string(value)) continue;
        if (o.f == Function::enqueue && counts(o)) in.push_back(&o);
        if (o.f == Function::dequeue && o.outcome == Outcome::ok) out.push_back(&o);
      }
      possible = possible && can_match(out, in);
    }
    ASSERT_EQ(check("dequeued-once", history).count == 0, possible) << seed;
  }
}

/// Whether dequeues of unknown outcome can have taken all that was acknowledged, had not come out, and was
/// not there for a later dequeue that found nothing.
TEST(TalliesOracle, TotalQueue) {
  for (int seed = 0; seed < cases(); ++seed) {
    Chance chance(static_cast<std::uint64_t>(seed));
    const History history = random_queue(chance, seed % 2 == 0);
    std::map<TextId, int> balance;  // acknowledged and not come out
    std::map<TextId, bool> tried;
    std::map<TextId, const Operation*> last;
    const Operation* empty = nullptr;
    std::size_t unknown = 0;
    for (const Operation& o : history.operations()) {
      if (o.f == Function::enqueue && counts(o)) {
        tried[o.value] = true;
        if (o.outcome == Outcome::ok) ++balance[o.value], last[o.value] = &o;
      } else if (o.f == Function::dequeue && o.outcome == Outcome::ok) {
        if (o.value == kNullText)
          empty = &o;
        else
          --balance[o.value];
      } else if (o.f == Function::dequeue && counts(o)) {
        ++unknown;
      }
    }
    bool phantom = false;
    std::size_t lost = 0;
    for (const Operation& o : history.operations())
      phantom = phantom || (o.f == Function::dequeue && o.outcome == Outcome::ok && o.value != kNullText &&
                            !tried[o.value]);
    for (const auto& [value, left] : balance)
      if (left > 0 && empty != nullptr && last[value]->completed < empty->invoked) ++lost;
    ASSERT_EQ(check("total-queue", history).result == Result::violated, phantom || lost > unknown) << seed;
  }
}

/// As the definition of set-full has it, read by read and element by element.
TEST(TalliesOracle, SetFull) {
  for (int seed = 0; seed < cases(); ++seed) {
    Chance chance(static_cast<std::uint64_t>(seed));
    const History history = random_history(
        chance,
        [](Chance& c) {
          if (c.below(2) == 0) return Event{.f = Function::read, .key = "k"};
          return Event{.f = Function::add, .key = "k", .value = std::to_string(c.below(5))};
        },
        [](Chance& c, const Event&) {
          std::string all;
          for (int i = 0; i < 6; ++i)
            if (c.below(2) == 0) all += (all.empty() ? "" : ",") + std::to_string(i);
          return "[" + all + "]";
        });
    const Evidence nothing;
    const Case whole(history, nothing);
    std::uint64_t violations = 0;
    for (const KeyCase& key : whole.keys()) {
      if (key.kind != KeyKind::set) continue;
      for (const SetElement& element : set_elements(key)) {
        const std::string_view value = history.text(element.value);
        std::uint32_t begun = kNever;
        std::uint32_t acknowledged = kNever;
        for (const Operation& o : history.operations()) {
          if (o.f != Function::add || !counts(o) || o.value != element.value) continue;
          begun = std::min(begun, o.invoked);
          if (o.outcome == Outcome::ok) acknowledged = std::min(acknowledged, o.completed);
        }
        std::uint32_t known = acknowledged;
        std::int64_t present = -1;
        std::int64_t absent = -1;
        for (const Operation& o : history.operations()) {
          if (o.f != Function::read || o.outcome != Outcome::ok || o.completed < begun) continue;
          const bool shows = history.text(o.value).find(value) != std::string_view::npos;
          (shows ? present : absent) = o.invoked;
          if (shows) known = std::min(known, o.completed);
        }
        const bool stable = present > absent;
        const bool lost = !stable && absent >= 0 && known < absent;
        ASSERT_EQ(element.fate(), stable ? ElementFate::stable
                                  : lost ? ElementFate::lost
                                         : ElementFate::never_read)
            << seed << " " << value;
        if (lost && acknowledged < absent) ++violations;
      }
    }
    ASSERT_EQ(check("set-full", history).count, violations) << seed;
  }
}

}  // namespace
}  // namespace fracas::checker
