// Stories of transactions: what each isolation level accuses, in which words, and what it cannot judge.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checker/property.h"

namespace fracas::checker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Transactions : public testing::Test {
 protected:
  void begin(int process, std::string value) { add(EventType::invoke, process, std::move(value)); }
  void ok(int process, std::string value) { add(EventType::ok, process, std::move(value)); }
  void fail(int process, std::string value) { add(EventType::fail, process, std::move(value)); }
  void done(int process, const std::string& value) {
    begin(process, value);
    ok(process, value);
  }
  Verdict judge(std::string_view property) {
    const History history = std::move(builder_).finish();
    const Evidence nothing;
    return find_property(property)->check(Case(history, nothing));
  }

 private:
  void add(EventType type, int process, std::string value) {
    Event event;
    event.index = index_++;
    event.time_ns = static_cast<std::int64_t>(event.index);
    event.type = type;
    event.process = event.session = process;
    event.f = Function::txn;
    event.value = std::move(value);
    const auto added = builder_.add(event);
    EXPECT_TRUE(added) << added.error();
  }
  HistoryBuilder builder_;
  std::uint64_t index_ = 0;
};

TEST_F(Transactions, WriteSkewIsToldAsAProof) {
  begin(1, R"([["r","x",null],["append","y",1]])");
  begin(2, R"([["r","y",null],["append","x",2]])");
  ok(1, R"([["r","x",[]],["append","y",1]])");
  ok(2, R"([["r","y",[]],["append","x",2]])");
  done(3, R"([["r","x",[2]],["r","y",[1]]])");
  const Verdict verdict = judge("serializable");
  ASSERT_EQ(verdict.result, Result::violated);
  EXPECT_EQ(
      verdict.witnesses.at(0).explanation,
      R"(G2-item: let T1 = [["r","x",[]],["append","y",1]] (index 0 of session 1, acknowledged at index 2) )"
      R"(and T2 = [["r","y",[]],["append","x",2]] (index 1 of session 2, acknowledged at index 3). )"
      R"(Then T1 comes before T2, because T1 read "x" when nothing was there, before T2 wrote 2. )"
      R"(However, T2 comes before T1, because T2 read "y" when nothing was there, before T1 wrote 1: )"
      "a contradiction. That rules out repeatable-read, and whatever is stronger.");
  EXPECT_THAT(verdict.witnesses.at(0).operations, ElementsAre(0, 1));
}

TEST_F(Transactions, SnapshotsAllowWriteSkew) {
  begin(1, R"([["r","x",null],["append","y",1]])");
  done(2, R"([["r","y",[]],["append","x",2]])");
  ok(1, R"([["r","x",[]],["append","y",1]])");
  EXPECT_EQ(judge("snapshot-isolation").result, Result::holds);
}

TEST_F(Transactions, AStaleReadContradictsRealTimeOnly) {
  done(1, R"([["w","x",1]])");
  done(2, R"([["r","x",null]])");
  EXPECT_EQ(judge("strict-serializable").result, Result::violated);
}

TEST_F(Transactions, AStaleReadOfAnotherSessionIsSerializable) {
  done(1, R"([["w","x",1]])");
  done(2, R"([["r","x",null]])");
  EXPECT_EQ(judge("strong-session-serializable").result, Result::holds);
}

TEST_F(Transactions, OfFailedWritesAreNotToBeRead) {
  begin(1, R"([["w","x",1]])");
  fail(1, R"([["w","x",1]])");
  done(2, R"([["r","x",1]])");
  const Verdict verdict = judge("read-committed");
  ASSERT_EQ(verdict.result, Result::violated);
  EXPECT_THAT(verdict.witnesses.at(0).explanation, HasSubstr("G1a: let T1 = [[\"w\",\"x\",1]]"));
}

TEST_F(Transactions, OfAnotherFormAreNotJudged) {
  done(1, R"([["r","x"],["increment","x",1]])");
  const Verdict verdict = judge("serializable");
  EXPECT_EQ(verdict.result, Result::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("the transaction of index 0 cannot be judged: its value is"));
}

TEST_F(Transactions, ThatWriteAValueTwiceAreNotJudged) {
  done(1, R"([["append","x",1]])");
  done(2, R"([["append","x",1]])");
  const Verdict verdict = judge("serializable");
  EXPECT_EQ(verdict.result, Result::unknown);
  EXPECT_THAT(verdict.reason, HasSubstr("values have to be unique"));
}

TEST_F(Transactions, AreNotApplicableWhereThereAreNone) {
  EXPECT_EQ(judge("serializable").result, Result::not_applicable);
}

}  // namespace
}  // namespace fracas::checker
