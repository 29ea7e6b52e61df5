#include "workloads/append.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "workloads/json_array.h"

namespace fracas::workloads {
namespace {

using checker::Function;
using Lists = std::vector<std::string>;

TEST(AppendAnswer, KeepsTheOrderOfEachListAndTakesTheSmallestHead) {
  EXPECT_EQ(append_answer({}), "[]");
  EXPECT_EQ(append_answer({"[3,1]"}), "[3,1]");
  EXPECT_EQ(append_answer({"[1,4]", "[1,2,3]"}), "[1,2,3,4]");
  EXPECT_EQ(append_answer({"[5,1]", "[5,2]"}), "[5,1,2]");
}

TEST(AppendAnswer, ShowsWhatIsWrongWithAList) {
  EXPECT_EQ(append_answer({"[1,1]"}), "[1,1]");
  EXPECT_EQ(append_answer({"7"}), "[7]");
}

TEST(AppendModify, PutsTheElementAtTheEnd) {
  EXPECT_EQ(append_modify({Function::append, "l0.0", "1"}, {}), "[1]");
  EXPECT_EQ(append_modify({Function::append, "l0.0", "1"}, {"[4]", "[2,3]"}), "[2,3,4,1]");
}

/// Whoever merges whatever: an element never comes in front of one that its append had seen.
RC_GTEST_PROP(Append, MergingKeepsWhatWasSeenInFront, ()) {
  Lists lists{"[]"};
  std::vector<std::pair<std::string, std::string>> in_front;  // of the second
  const int appends = *rc::gen::inRange(1, 25);
  for (int i = 0; i < appends; ++i) {
    Lists seen;
    for (int sibling = *rc::gen::inRange(1, 4); sibling > 0; --sibling)
      seen.push_back(lists[*rc::gen::inRange<std::size_t>(0, lists.size())]);
    const std::string element = std::to_string(*rc::gen::inRange(0, 10)) + std::to_string(100 + i);
    const Lists before = split_json_array(append_answer(seen)).value();
    for (const std::string& other : before) in_front.emplace_back(other, element);
    lists.push_back(append_modify({Function::append, "l0.0", element}, seen));
  }
  for (const std::string& list : lists) {
    const Lists elements = split_json_array(list).value();
    RC_ASSERT(std::set<std::string>(elements.begin(), elements.end()).size() == elements.size());
    const auto place = [&](const std::string& e) { return std::find(elements.begin(), elements.end(), e); };
    for (const auto& [before, after] : in_front)
      if (place(after) != elements.end()) RC_ASSERT(place(before) < place(after));
  }
}

}  // namespace
}  // namespace fracas::workloads
