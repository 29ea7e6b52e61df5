// Certificates replayed by the program that knows no checker: sound ones are confirmed, forged ones are not,
// and what it cannot judge it says.
#include "harness/verify/verify.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace fracas::verify {
namespace {

class Verify : public testing::Test {
 protected:
  Verify() { std::filesystem::create_directories(folder_); }
  ~Verify() override { std::filesystem::remove_all(folder_); }

  /// An operation of a session that begins and ends before the next one.
  void op(int session, const std::string& f, const std::string& value, const std::string& end = "ok") {
    begin(session, f, f == "read" ? "null" : value);
    this->end(session, f, value, end);
  }
  void begin(int session, const std::string& f, const std::string& value) {
    event(session, f, value, "invoke");
  }
  void end(int session, const std::string& f, const std::string& value, const std::string& type = "ok") {
    event(session, f, value, type);
  }

  Verified verify(const std::string& certificate, const std::string& conflict = "lww") {
    write("history.jsonl", history_);
    write("run.json", R"({"conflict": ")" + conflict + "\"}");
    write("certificates.jsonl", certificate + "\n");
    return verify_run(folder_).at(0);
  }
  static std::string order(const std::string& distances) {
    return R"({"property":"linearizable","result":"holds","object":"k","initial":null,"order":[)" +
           distances + "]}";
  }
  static std::string violated(const std::string& property, const std::string& operations) {
    return R"({"property":")" + property + R"(","result":"violated","operations":[)" + operations + "]}";
  }

 private:
  void event(int session, const std::string& f, const std::string& value, const std::string& type) {
    history_ += R"({"process":)" + std::to_string(session) + R"(,"type":")" + type + R"(","f":")" + f +
                R"(","key":"k","value":)" + value + "}\n";
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }

  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("verify-" + std::to_string(getpid()));
  std::string history_;
};

TEST_F(Verify, ReplaysAnOrder) {
  begin(1, "write", "1");  // 0
  op(2, "write", "2");     // 1
  op(3, "read", "2");      // 3
  end(1, "write", "1");    // 5
  op(3, "read", "1");      // 6
  EXPECT_EQ(verify(order("1,2,-3,6")).finding, Finding::confirmed);
  EXPECT_EQ(verify(order("0,1,2,3")).words, "operation 6 was answered otherwise than the order makes it");
  EXPECT_EQ(verify(order("1,2,-3")).words, "operation 6 was answered, and is not in the order");
  EXPECT_EQ(verify(order("3,-2,-1,6")).finding, Finding::refuted);
  EXPECT_EQ(verify(order("1,2,-3,6,0")).words, "operation 6 is in the order twice");
  EXPECT_EQ(verify(order("2")).words, "the order names 2, which is no operation");
}

TEST_F(Verify, AnOrderKeepsRealTime) {
  op(1, "write", "1");
  op(2, "write", "2");
  op(3, "read", "1");
  EXPECT_EQ(verify(order("2,-2,4")).words,
            "operation 0 had ended before one that the order puts before it began");
}

TEST_F(Verify, WhatFailedIsInNoOrder) {
  op(1, "write", "1", "fail");
  EXPECT_EQ(verify(order("0")).words, "operation 0 failed, and is in the order");
  EXPECT_EQ(verify(order("")).finding, Finding::confirmed);
}

TEST_F(Verify, AStaleRead) {
  op(1, "write", "1");
  op(2, "write", "2");
  op(3, "read", "1");
  EXPECT_EQ(verify(violated("regular", "0,2,4")).finding, Finding::confirmed);
  EXPECT_EQ(verify(violated("regular", "0,4")).finding, Finding::refuted) << "nothing superseded it";
  EXPECT_EQ(verify(violated("linearizable", "0,2,4")).finding, Finding::confirmed);
  EXPECT_EQ(verify(violated("linearizable", "0,2")).finding, Finding::refuted);
  EXPECT_EQ(verify(violated("linearizable", "2,4")).finding, Finding::not_known)
      << "somebody else wrote what was read";
  EXPECT_EQ(verify(violated("regular", "0,2,4"), "siblings").finding, Finding::not_known);
  EXPECT_EQ(verify(violated("durability", "0")).finding, Finding::not_known);
}

TEST_F(Verify, AnotherWriterOfTheValueExplainsTheRead) {
  op(1, "write", "1");
  op(2, "write", "2");
  op(4, "write", "1", "info");
  op(3, "read", "1");
  EXPECT_EQ(verify(violated("regular", "0,2,6")).finding, Finding::refuted);
}

TEST_F(Verify, ADeleteExplainsAnAbsence) {
  op(1, "write", "1");
  op(3, "read", "null");
  EXPECT_EQ(verify(violated("regular", "0,2")).finding, Finding::confirmed);
  begin(4, "delete", "null");
  op(3, "read", "null");
  EXPECT_EQ(verify(violated("regular", "0,5")).finding, Finding::refuted);
}

TEST_F(Verify, SessionsByValue) {
  op(1, "write", "1");
  op(2, "write", "2");
  op(2, "read", "1");
  op(3, "read", "2");
  op(3, "read", "1");
  EXPECT_EQ(verify(violated("read-your-writes", "0,2,4")).finding, Finding::confirmed);
  EXPECT_EQ(verify(violated("read-your-writes", "0,2,8")).finding, Finding::refuted);
  EXPECT_EQ(verify(violated("monotonic-reads", "0,2,6,8")).finding, Finding::confirmed);
  EXPECT_EQ(verify(violated("monotonic-reads", "0,2,4,6")).finding, Finding::refuted);
}

TEST_F(Verify, ElementsOfASet) {
  op(1, "add", "1");
  op(2, "add", "2");
  op(3, "read", "[1,2]");
  op(3, "read", "[[1]]");
  EXPECT_EQ(verify(violated("regular", "2,6"), "siblings").finding, Finding::confirmed);
  EXPECT_EQ(verify(violated("regular", "0,6"), "siblings").finding, Finding::refuted);
  EXPECT_EQ(verify(violated("monotonic-reads", "4,6"), "siblings").finding, Finding::confirmed);
}

TEST_F(Verify, ValuesOfNobody) {
  op(1, "write", "1", "fail");
  op(2, "read", "1");
  op(2, "read", "7");
  EXPECT_EQ(verify(violated("honest-failures", "0,2")).finding, Finding::confirmed);
  EXPECT_EQ(verify(violated("no-phantoms", "4")).finding, Finding::confirmed);
  EXPECT_EQ(verify(violated("no-phantoms", "2")).finding, Finding::not_known);
}

TEST_F(Verify, BrokenFilesAreNamed) {
  op(1, "write", "1");
  EXPECT_THROW(verify("{"), std::runtime_error);
}

}  // namespace
}  // namespace fracas::verify
