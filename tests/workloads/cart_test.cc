#include "workloads/cart.h"

#include <gtest/gtest.h>

#include <string>

namespace fracas::workloads {
namespace {

using checker::Function;

const std::string kBread = R"({"by":"1-1","item":"bread","quantity":1})";
const std::string kMilk = R"({"by":"1-2","item":"milk","quantity":1})";
const std::string kMoreMilk = R"({"by":"2-1","item":"milk","quantity":3})";

std::string cart(std::initializer_list<std::string> entries) {
  std::string text = "[";
  for (const std::string& entry : entries) text += (text.size() > 1 ? "," : "") + entry;
  return text + "]";
}

TEST(CartAnswer, IsTheUnionOfTheSiblings) {
  EXPECT_EQ(cart_answer({}), "[]");
  EXPECT_EQ(cart_answer({cart({kMilk}), cart({kBread, kMilk})}), cart({kBread, kMilk}));
}

TEST(CartModify, AnAddedItemTakesThePlaceOfWhatWasSeenOfIt) {
  EXPECT_EQ(cart_modify({Function::add, "b0.0", kMoreMilk}, {cart({kBread, kMilk})}),
            cart({kBread, kMoreMilk}));
}

TEST(CartModify, ARemovedItemIsGoneFromAllSiblings) {
  EXPECT_EQ(cart_modify({Function::remove, "b0.0", "\"milk\""}, {cart({kMilk}), cart({kBread, kMoreMilk})}),
            cart({kBread}));
}

TEST(CartWorkload, TakesEntriesOnlyThatNameTheirItem) {
  EXPECT_TRUE(cart_workload().has({Function::add, "b0.0", kMilk}));
  EXPECT_FALSE(cart_workload().has({Function::add, "b0.0", "\"milk\""}));
  EXPECT_FALSE(cart_workload().has({Function::write, "b0.0", kMilk}));
}

}  // namespace
}  // namespace fracas::workloads
