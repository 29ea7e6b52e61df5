// The orders that sessions and causality ask for: every check finds exactly what its definition, enumerated,
// finds, on histories of stores that break them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "checker/property.h"
#include "tests/checker/definitions.h"
#include "tests/checker/model_store.h"

namespace fracas::checker {
namespace {

ModelOptions broken_store() {
  ModelOptions options;
  options.seed = *rc::gen::arbitrary<std::uint64_t>();
  options.r = options.w = 1;
  options.operations = *rc::gen::inRange(1, 25);
  options.sessions = *rc::gen::inRange(1, 5);
  options.deletes = *rc::gen::element(0, 20, 50);
  options.blind = *rc::gen::element(0, 20, 60);
  options.unsure = *rc::gen::element(0, 20);
  options.settled = *rc::gen::arbitrary<bool>();
  options.wrong_reads = *rc::gen::element(0, 10, 50);
  return options;
}

ModelOptions stamped_store() {
  ModelOptions options = broken_store();
  options.siblings = false;
  options.skew = *rc::gen::element(0, 1'000, 20'000);
  return options;
}

Verdict check(std::string_view property, const ModelRun& run) {
  return find_property(property)->check(Case(run.history, run.evidence));
}

void same(const Verdict& verdict, const std::set<std::uint32_t>& expected) {
  std::set<std::uint32_t> accused;
  for (const Witness& witness : verdict.witnesses) accused.insert(witness.operations.back());
  RC_ASSERT(accused == expected);
  RC_ASSERT(verdict.count == expected.size());
  RC_ASSERT((verdict.result == Result::violated) == !expected.empty());
  RC_TAG(verdict.property, to_string(verdict.result));
}

void same_count(const Verdict& verdict, std::uint64_t expected) {
  RC_ASSERT(verdict.count == expected);
  RC_ASSERT((verdict.result == Result::violated) == (expected > 0));
  RC_TAG(verdict.property, to_string(verdict.result));
}

/// A replica that holds, at the end, what was once written: a disk that was put back.
void put_back(ModelRun& run) {
  std::vector<std::string> written;
  for (const Operation& o : run.history.operations())
    if (o.f == Function::write && o.outcome != Outcome::fail) written.emplace_back(run.history.text(o.value));
  if (written.empty()) return;
  auto& replicas = run.evidence.dumps->at(0).replicas;
  ReplicaState& replica = replicas.at(*rc::gen::inRange<std::size_t>(0, replicas.size()));
  replica.values = {*rc::gen::elementOf(written)};
  replica.clock = R"({"dots":[],"context":{"n1#1":1}})";
}

RC_GTEST_PROP(OrderOracle, MonotonicReadsByValue, ()) {
  ModelOptions options = stamped_store();
  options.stamps = false;
  const ModelRun run = run_model(options);
  same(check("monotonic-reads", run), definitions::went_back_by_value(run.history));
}

RC_GTEST_PROP(OrderOracle, MonotonicReadsByStamp, ()) {
  const ModelRun run = run_model(stamped_store());
  same(check("monotonic-reads", run), definitions::went_back_by_stamp(run.history));
}

RC_GTEST_PROP(OrderOracle, MonotonicReadsWithSiblings, ()) {
  const ModelRun run = run_model(broken_store());
  same(check("monotonic-reads", run), definitions::went_back_by_cover(run.history));
}

RC_GTEST_PROP(OrderOracle, WritesOfASessionByStamp, ()) {
  const ModelRun run = run_model(stamped_store());
  same(check("monotonic-writes", run), definitions::out_of_order_by_stamp(run.history, false));
  same(check("writes-follow-reads", run), definitions::out_of_order_by_stamp(run.history, true));
}

RC_GTEST_PROP(OrderOracle, WritesOfASessionWithSiblings, ()) {
  const ModelRun run = run_model(broken_store());
  same_count(check("monotonic-writes", run), definitions::out_of_order(run.history, run.evidence, false));
  same_count(check("writes-follow-reads", run), definitions::out_of_order(run.history, run.evidence, true));
}

RC_GTEST_PROP(OrderOracle, SetsOfASession, ()) {
  ModelOptions options = broken_store();
  options.sets = true;
  const ModelRun run = run_model(options);
  same(check("monotonic-reads", run), definitions::elements_gone(run.history));
  same_count(check("monotonic-writes", run),
             definitions::without_what_was_seen(run.history, run.evidence, true));
  same_count(check("writes-follow-reads", run),
             definitions::without_what_was_seen(run.history, run.evidence, false));
}

RC_GTEST_PROP(OrderOracle, Antichain, ()) {
  ModelRun run = run_model(broken_store());
  put_back(run);
  same_count(check("antichain", run), definitions::side_by_side(run.history, run.evidence));
}

RC_GTEST_PROP(OrderOracle, NoResurrectionWithSiblings, ()) {
  ModelOptions options = broken_store();
  options.settled = true;
  options.deletes = 40;
  ModelRun run = run_model(options);
  if (*rc::gen::arbitrary<bool>()) put_back(run);
  same_count(check("no-resurrection", run), definitions::resurrected(run.history, run.evidence));
}

RC_GTEST_PROP(OrderOracle, AckCountWithSiblings, ()) {
  ModelOptions options = broken_store();
  options.w = *rc::gen::inRange(1, 4);
  ModelRun run = run_model(options);
  if (*rc::gen::arbitrary<bool>()) put_back(run);
  run.evidence.w = *rc::gen::inRange(1, 4);
  same(check("ack-count", run), definitions::too_few_copies(run.history, run.evidence));
}

}  // namespace
}  // namespace fracas::checker
