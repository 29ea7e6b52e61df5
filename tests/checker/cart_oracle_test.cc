// Carts against every history that a correct store with siblings can have made: for each update, every choice
// of what its read may have shown, and of the unsure ones every choice of those that happened. What is
// accused must be there (or missing) under none of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>

#include "checker/json_text.h"
#include "tests/checker/story.h"

namespace fracas::checker {
namespace {

using Entries = std::set<std::string>;
using Choice = unsigned;  ///< a set of updates, as bits

struct Update {
  Function f = Function::add;
  std::string value{};
  std::string item{};
  std::optional<Entries> saw{};  ///< what the history shows of its read
  bool sure = true;
  Choice may_see = 0;  ///< those that had begun before it ended
};

Entries modified(const Update& update, const Entries& seen) {
  Entries result;
  for (const std::string& entry : seen)
    if (entry.find(update.item) == std::string::npos) result.insert(entry);
  if (update.f == Function::add) result.insert(update.value);
  return result;
}

/// Evaluates one choice: what each update's read covered. Nothing if it contradicts itself or the history.
class World {
 public:
  World(const std::vector<Update>& updates, const std::vector<Choice>& read, Choice happened)
      : updates_(updates), read_(read), happened_(happened), below_(updates.size()), wrote_(updates.size()) {}

  /// The union of the versions that nothing has superseded.
  std::optional<Entries> final_entries() {
    Choice done = 0;
    while (done != happened_) {
      const Choice before = done;
      for (std::size_t i = 0; i < updates_.size(); ++i) {
        const Choice bit = 1U << i;
        if ((happened_ & bit) == 0 || (done & bit) != 0 || (read_[i] & ~done) != 0) continue;
        if (!write(i)) return std::nullopt;
        done |= bit;
      }
      if (done == before) return std::nullopt;  // a cycle, or a read of what never happened
    }
    Entries entries;
    for (const std::size_t i : maximal(happened_)) entries.insert(wrote_[i].begin(), wrote_[i].end());
    return entries;
  }

 private:
  bool write(std::size_t i) {
    Entries seen;
    for (const std::size_t j : maximal(read_[i])) seen.insert(wrote_[j].begin(), wrote_[j].end());
    below_[i] = read_[i];
    for (std::size_t j = 0; j < updates_.size(); ++j)
      if ((read_[i] >> j & 1U) != 0) below_[i] |= below_[j];
    wrote_[i] = modified(updates_[i], seen);
    return !updates_[i].saw || *updates_[i].saw == seen;
  }

  std::vector<std::size_t> maximal(Choice of) const {
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < updates_.size(); ++i) {
      bool covered = false;
      for (std::size_t j = 0; j < updates_.size(); ++j)
        covered = covered || ((of >> j & 1U) != 0 && (below_[j] >> i & 1U) != 0);
      if ((of >> i & 1U) != 0 && !covered) result.push_back(i);
    }
    return result;
  }

  const std::vector<Update>& updates_;
  const std::vector<Choice>& read_;
  Choice happened_;
  std::vector<Choice> below_;
  std::vector<Entries> wrote_;
};

/// Every final state that a correct store may come to.
std::set<Entries> all_ends(const std::vector<Update>& updates) {
  std::set<Entries> ends;
  Choice sure = 0;
  for (std::size_t i = 0; i < updates.size(); ++i)
    if (updates[i].sure) sure |= 1U << i;
  std::vector<Choice> read(updates.size());
  const auto choose = [&](auto&& self, std::size_t i, Choice happened) -> void {
    if (i == updates.size()) {
      if (auto end = World(updates, read, happened).final_entries()) ends.insert(*end);
      return;
    }
    const Choice may = updates[i].may_see & happened;
    for (Choice some = may;; some = (some - 1) & may) {
      read[i] = some;
      self(self, i + 1, happened);
      if (some == 0) break;
    }
  };
  for (Choice happened = 0; happened < 1U << updates.size(); ++happened)
    if ((happened & sure) == sure) choose(choose, 0, happened);
  return ends;
}

struct Drawn {
  std::vector<Update> updates{};
  Entries end{};
  Verdict verdict{};
};

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  Drawn draw() {
    const int count = 1 + below(4);
    for (int i = 0; i < count; ++i) draw_update(i, count);
    draw_events();
    Drawn drawn{.updates = updates_, .end = draw_end()};
    std::string value = "[";
    for (const std::string& entry : drawn.end) value += (value.size() > 1 ? "," : "") + entry;
    value += "]";
    drawn.verdict = judge("lost-updates", story_, dumped("siblings", {{value}, {value}}));
    return drawn;
  }

 private:
  int below(int bound) { return static_cast<int>(random_() % static_cast<std::uint64_t>(bound)); }

  void draw_update(int i, int count) {
    Update update{.item = below(3) == 0 ? "\"b\"" : "\"a\"", .sure = below(5) != 0};
    update.f = below(3) == 0 ? Function::remove : Function::add;
    update.value = update.f == Function::remove
                       ? update.item
                       : R"({"by":")" + std::to_string(i) + R"(","item":)" + update.item + "}";
    begins_.push_back(below(2 * count));
    ends_.push_back(begins_.back() + 1 + below(3));
    updates_.push_back(update);
  }

  /// A read shows the union of what some updates wrote that had begun: mostly what a world can show.
  void draw_events() {
    std::vector<Entries> wrote(updates_.size());
    for (std::size_t i = 0; i < updates_.size(); ++i) {
      Entries seen;
      for (std::size_t j = 0; j < updates_.size(); ++j) {
        if (j == i || begins_[j] > ends_[i]) continue;
        updates_[i].may_see |= 1U << j;
        if (j < i && below(2) == 0) seen.insert(wrote[j].begin(), wrote[j].end());
      }
      if (updates_[i].sure || below(2) == 0) updates_[i].saw = seen;
      wrote[i] = modified(updates_[i], seen);
    }
    for (int at = 0; at <= 2 * static_cast<int>(updates_.size()) + 4; ++at) {
      for (std::size_t i = 0; i < updates_.size(); ++i)
        if (begins_[i] == at) begin(i);
      for (std::size_t i = 0; i < updates_.size(); ++i)
        if (ends_[i] == at) end(i);
    }
  }

  void begin(std::size_t i) {
    story_.call({.session = static_cast<int>(i), .f = updates_[i].f, .key = "k", .value = updates_[i].value});
  }

  void end(std::size_t i) {
    std::string saw;
    if (updates_[i].saw) {
      saw = "[";
      for (const std::string& entry : *updates_[i].saw) saw += (saw.size() > 1 ? "," : "") + entry;
      saw += "]";
    }
    if (updates_[i].sure) {
      story_.ok(static_cast<int>(i), "null", "", "", saw);
    } else {
      story_.info(static_cast<int>(i), "timeout", saw);
    }
  }

  Entries draw_end() {
    Entries end;
    for (const Update& update : updates_)
      if (update.f == Function::add && below(2) == 0) end.insert(update.value);
    return end;
  }

  std::mt19937_64 random_;
  std::vector<Update> updates_;
  std::vector<int> begins_;
  std::vector<int> ends_;
  Story story_;
};

TEST(CartOracle, WhatIsAccusedIsWhatNoCorrectStoreCanComeTo) {
  int judged = 0, accused = 0, impossible = 0;
  for (std::uint64_t seed = 1; seed <= 6'000; ++seed) {
    const Drawn drawn = Dice(seed).draw();
    const std::set<Entries> ends = all_ends(drawn.updates);
    if (ends.empty()) continue;  // what was shown together cannot have been
    ++judged;
    const bool possible = ends.contains(drawn.end);
    const bool violated = drawn.verdict.result == Result::violated;
    ASSERT_FALSE(possible && violated) << seed << ": " << drawn.verdict.witnesses.at(0).explanation;
    accused += violated;
    impossible += !possible;
  }
  // Not all that is impossible can be told from single entries; most can.
  EXPECT_GT(accused, impossible / 2);
  EXPECT_GT(judged, 3'000);
  EXPECT_LT(impossible, judged);
}

}  // namespace
}  // namespace fracas::checker
