#include "harness/run_phases.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "harness/replica_dumps.h"

namespace fracas::harness {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000 * kMillisecond;

// Limits of the phases that wait for something, and what they shrink to when the user wants the run to end.
constexpr std::int64_t kStartLimit = 30 * kSecond;
constexpr std::int64_t kHealLimit = 30 * kSecond;
constexpr std::int64_t kHealLimitInterrupted = 3 * kSecond;
constexpr std::int64_t kSettleLimitInterrupted = 2 * kSecond;
/// Of anti-entropy: enough for two exchanges of each pair.
constexpr std::int64_t kIdlePeriods = 4;
constexpr std::int64_t kFinalReadsLimit = 60 * kSecond;
constexpr std::int64_t kFinalReadsLimitInterrupted = 3 * kSecond;
constexpr std::int64_t kStopLimit = 30 * kSecond;

constexpr std::int64_t kPollInterval = 20 * kMillisecond;
constexpr std::int64_t kFlushInterval = 100 * kMillisecond;
/// Of virtual time: some milliseconds of the real one, and what is lost can be had again from the seed.
constexpr std::int64_t kFlushIntervalSimulated = 10 * kSecond;
constexpr std::int64_t kWatchInterval = 200 * kMillisecond;
constexpr std::int64_t kWatchIntervalSettling = 50 * kMillisecond;
constexpr std::int64_t kReportInterval = 250 * kMillisecond;
constexpr std::int64_t kRestartDelay = 100 * kMillisecond;
constexpr std::size_t kNoteLimit = 100;

}  // namespace

RunPhases::RunPhases(const Experiment& experiment, const nemesis::Plan& plan, World& world,
                     const std::filesystem::path& folder, const std::string& reproduce,
                     std::function<void(const Progress&)> report)
    : experiment_(experiment),
      world_(world),
      folder_(folder),
      report_(std::move(report)),
      recorder_(folder / "history.jsonl", experiment.world == WorldKind::sim),
      faults_(folder / "faults.jsonl"),
      watch_(world, faults_),
      load_(world, recorder_, experiment),
      keeper_(world, marks_),
      schedule_(world, faults_, marks_, plan, [this] { watch_.poll(); }),
      ring_may_change_(schedule_.changes_ring()) {
  summary_.reproduce = reproduce;
  summary_.nodes = world_.node_names();
  summary_.wall_start_us = world_.wall_us() - world_.now() / 1000;
}

RunOutcome RunPhases::run() {
  world_.on_interrupt([this] { interrupted(); });
  world_.on_node_exit([this](const NodeExit& exit) { node_exited(exit); });
  write_summary();
  enter(Phase::start);
  keep_flushing();
  keep_watching();
  keep_reporting();
  world_.run();
  world_.on_interrupt([] {});
  world_.on_node_exit([](const NodeExit&) {});
  recorder_.flush();
  fail_on_write_error();
  if (recorder_.counts().fail > 0) marks_.reach(Mark::operation_failed);
  if (recorder_.counts().info > 0) marks_.reach(Mark::operation_lost);
  const auto& rings = world_.rings().seen();
  if (rings.size() > 1 && !rings.back().moving()) marks_.reach(Mark::ring_changed);
  summary_.coverage = marks_.names();
  const std::vector<std::string> inside = world_.coverage();
  summary_.coverage.insert(summary_.coverage.end(), inside.begin(), inside.end());
  std::sort(summary_.coverage.begin(), summary_.coverage.end());
  write_summary();
  return {.interrupted = summary_.interrupted,
          .error = summary_.error,
          .history = recorder_.take_history(),
          .operations = recorder_.counts(),
          .faults = schedule_.effective(),
          .ended_ns = world_.now(),
          .coverage = summary_.coverage};
}

void RunPhases::enter(Phase phase) {
  ++generation_;
  phase_ = phase;
  const std::int64_t now = world_.now();
  if (!summary_.phases.empty()) summary_.phases.back().end_ns = now;
  summary_.phases.push_back({std::string(name_of(phase)), now, now});
  switch (phase) {
    case Phase::start:
      return begin_start();
    case Phase::steady:
      return begin_steady();
    case Phase::torment:
      return begin_torment();
    case Phase::heal:
      return begin_heal();
    case Phase::settle:
      return begin_settle();
    case Phase::final_reads:
      return begin_final_reads();
    case Phase::stop:
      return begin_stop();
  }
}

void RunPhases::begin_start() {
  limit(kStartLimit + kSecond, 0, [this] {
    fail({Exit::environment, "the nodes did not start within 30 s; their output is in nodes/*/output.log"});
  });
  world_.start_nodes(kStartLimit, [this, mine = generation_](Result<void> started) {
    if (generation_ != mine) return;
    if (!started) return fail(started.error());
    enter(Phase::steady);
  });
}

void RunPhases::begin_steady() {
  load_.start();
  limit(experiment_.steady, 0, [this] { end_steady(); });
}

/// A cluster that serves nothing without any fault has not been tested: that is no verdict on the store. A
/// script may well begin with the torment.
void RunPhases::end_steady() {
  if (experiment_.script.empty() && experiment_.steady > 0 && recorder_.counts().ok == 0) {
    return fail({Exit::environment,
                 fmt::format("the cluster did not serve: of {} operations none succeeded before the first "
                             "fault; see nodes/*/output.log",
                             recorder_.counts().total())});
  }
  enter(Phase::torment);
}

void RunPhases::begin_torment() {
  limit(experiment_.duration, 0, [this] { enter(Phase::heal); });
  schedule_.start();
}

void RunPhases::begin_heal() {
  schedule_.end_all();
  if (summary_.interrupted || summary_.error) load_.stop();
  limit(kHealLimit, kHealLimitInterrupted, [this] { end_healing_late(); });
  heal_more();
}

/// Some nodes are still away. Nothing to complain of if the user did not let them come back.
void RunPhases::end_healing_late() {
  const std::string text = fmt::format("not ready at the end of healing: {}; see nodes/*/output.log",
                                       fmt::join(keeper_.away(), ", "));
  if (summary_.interrupted) {
    note(text);
  } else {
    fail({Exit::environment, text});
  }
  enter(Phase::settle);
}

void RunPhases::heal_more() {
  keeper_.bring_back();
  if (keeper_.all_back()) return enter(Phase::settle);
  later(kPollInterval, [this] { heal_more(); });
}

/// A load ends here; a script goes on to its end, unless the run is to end early.
void RunPhases::begin_settle() {
  if (experiment_.script.empty() || summary_.interrupted || summary_.error) load_.stop();
  healed_ns_ = world_.now();
  const std::int64_t one_operation = 2 * experiment_.clients.timeout + kSecond;
  limit(load_.script_left_ns() + one_operation, one_operation, [this] {
    note("operations were still open long after their time-out");
    load_.stop();
    begin_settling();
  });
  wait_for_open_operations();
}

void RunPhases::wait_for_open_operations() {
  if (load_.finished()) return begin_settling();
  later(kPollInterval, [this] { wait_for_open_operations(); });
}

void RunPhases::begin_settling() {
  if (!experiment_.script.empty()) healed_ns_ = world_.now();
  ring_limit_ns_ = std::max(world_.last_arrival(), world_.now()) + experiment_.settle;
  if (!ring_may_change_ && world_.rings().seen().size() == 1) return settle_replicas();
  if (world_.rings().seen().back().moving()) marks_.reach(Mark::ring_moves_after_heal);
  await_ring();
}

/// Which replicas have to agree, the ring says where it comes to rest.
void RunPhases::await_ring() {
  ++generation_;
  const std::int64_t quiet_ns = world_.last_arrival() + experiment_.store.timeout_ns;
  ring_rest_ = std::make_unique<RingRest>(world_.node_names(), quiet_ns);
  watch_.observe([this, mine = generation_](const std::string& node, const NodeStatus& status) {
    if (generation_ != mine) return;
    ring_rest_->observe(node, status.ring_epoch, world_.now());
    if (ring_rest_->reached(world_.rings().seen().back())) settle_replicas();
  });
  watch_.poll();
  limit(std::max(ring_limit_ns_, quiet_ns + kSecond) - world_.now(), kSettleLimitInterrupted,
        [this] { give_ring_up(); });
}

void RunPhases::give_ring_up() {
  summary_.settlement.emplace();
  summary_.settlement->reason = ring_rest_->what_is_open(world_.rings().seen().back());
  summary_.settlement->seconds = static_cast<double>(world_.now() - healed_ns_) / 1e9;
  note("the ring did not come to rest in time: " + summary_.settlement->reason);
  enter(Phase::final_reads);
}

void RunPhases::settle_replicas() {
  ++generation_;
  ring_rest_.reset();
  // Of an operation that its client gave up, begun perhaps by a message that was long on its way.
  last_write_ns_ = world_.last_arrival() + experiment_.clients.timeout;
  settling_ = std::make_unique<Settling>(world_.node_names(), sharing_pairs(),
                                         experiment_.store.anti_entropy_ns > 0, last_write_ns_);
  const std::uint64_t ring = world_.rings().seen().back().epoch;
  watch_.observe([this, ring, mine = generation_](const std::string& node, const NodeStatus& status) {
    if (generation_ != mine) return;
    // Nobody asks any more, but of a change nobody knows what became of it until it is made.
    if (world_.rings().seen().back().epoch != ring) return await_ring();
    if (status.hints_pending > 0) marks_.reach(Mark::hints_after_heal);
    settling_->observe(node, status, world_.now());
    if (settling_->done()) end_settling(true);
  });
  watch_.poll();
  limit(last_write_ns_ - world_.now() + experiment_.settle, kSettleLimitInterrupted,
        [this] { end_settling(false); });
}

void RunPhases::end_settling(bool in_time) {
  summary_.settlement = settling_->settlement();
  summary_.settlement->seconds = static_cast<double>(world_.now() - healed_ns_) / 1e9;
  if (in_time && experiment_.store.anti_entropy_ns > 0) summary_.settlement->reason.clear();
  mark_settling();
  const bool settled = in_time && experiment_.store.anti_entropy_ns > 0;
  if (!settled || summary_.interrupted || summary_.error) return enter(Phase::final_reads);
  begin_idle_time();
}

/// Nobody writes, and the replicas are equal: what they do now, they would do for ever.
void RunPhases::begin_idle_time() {
  ++generation_;
  const std::int64_t began_ns = world_.now();
  idle_ = std::make_unique<IdleWatch>(world_.node_names(), sharing_pairs());
  const auto end = [this, began_ns] {
    summary_.idle = idle_->idle_time();
    summary_.idle->seconds = static_cast<double>(world_.now() - began_ns) / 1e9;
    enter(Phase::final_reads);
  };
  watch_.observe([this, end, mine = generation_](const std::string& node, const NodeStatus& status) {
    if (generation_ != mine) return;
    idle_->observe(node, status);
    if (idle_->done()) end();
  });
  watch_.poll();
  limit(kIdlePeriods * experiment_.store.anti_entropy_ns + kSecond, kSettleLimitInterrupted, end);
}

Settling::Pairs RunPhases::sharing_pairs() const {
  return pairs_that_share(recorder_.keys(), [this](const std::string& key) { return world_.homes(key); });
}

void RunPhases::mark_settling() {
  const std::int64_t period = experiment_.store.anti_entropy_ns;
  const std::int64_t took = world_.now() - last_write_ns_;
  if (period > 0 && took > 3 * period) marks_.reach(Mark::settled_late);
}

void RunPhases::begin_final_reads() {
  limit(kFinalReadsLimit, kFinalReadsLimitInterrupted, [this] {
    note("the final reads were cut off at their limit");
    load_.stop_final_reads();
    enter(Phase::stop);
  });
  dump_replicas();
}

/// Before the reads: a read may repair what it finds.
void RunPhases::dump_replicas() {
  write_replica_dumps(world_, recorder_.keys(), folder_ / "replicas.jsonl",
                      [this, mine = generation_](Result<void> dumped) {
                        if (generation_ != mine) return;
                        if (!dumped) {
                          note("no dump of the replicas: " + dumped.error().message);
                          if (!summary_.error) summary_.error = dumped.error();
                        }
                        load_.start_final_reads(recorder_.keys());
                        wait_for_final_reads();
                      });
}

void RunPhases::wait_for_final_reads() {
  if (load_.finished()) return enter(Phase::stop);
  later(kPollInterval, [this] { wait_for_final_reads(); });
}

void RunPhases::begin_stop() {
  load_.stop();
  load_.stop_final_reads();
  schedule_.end_all();
  limit(kStopLimit, kStopLimit, [this] {
    fail({Exit::environment, "the nodes could not be stopped within 30 s"});
    finish();
  });
  world_.stop_nodes([this, mine = generation_] {
    if (generation_ == mine) finish();
  });
}

void RunPhases::finish() {
  over_ = true;
  ++generation_;
  summary_.phases.back().end_ns = world_.now();
  world_.stop();
}

/// The first time the run heals, dumps and stops within short limits; the second time it only stops.
void RunPhases::interrupted() {
  summary_.interrupted = true;
  ++interrupts_;
  if (over_ || phase_ == Phase::stop) return;
  if (interrupts_ > 1 || phase_ == Phase::start) return enter(Phase::stop);
  load_.stop();
  switch (phase_) {
    case Phase::heal:
      return limit(kHealLimitInterrupted, kHealLimitInterrupted, [this] { end_healing_late(); });
    case Phase::settle:
      if (idle_) return enter(Phase::final_reads);
      if (ring_rest_)
        return limit(kSettleLimitInterrupted, kSettleLimitInterrupted, [this] { give_ring_up(); });
      if (!settling_) return;  // operations are still open; settling will have the short limit
      return limit(kSettleLimitInterrupted, kSettleLimitInterrupted, [this] { end_settling(false); });
    case Phase::final_reads:
      return limit(kFinalReadsLimitInterrupted, kFinalReadsLimitInterrupted, [this] { enter(Phase::stop); });
    default:
      return enter(Phase::heal);
  }
}

void RunPhases::node_exited(const NodeExit& exit) {
  if (over_ || phase_ == Phase::stop) return;
  faults_.node_exit(exit, world_.now());
  marks_.reach(Mark::node_ended_by_itself);
  // A node that may not go on without its disk ends again and again while a fault is on it: that is the
  // fault's effect, is in its record, and no reason to give the node up.
  const bool explained = schedule_.explains_end_of(exit.node);
  if (!explained) {
    keeper_.count_ending(exit.node);
    note(fmt::format("{} ended by itself ({}) at {:.1f} s: {}", exit.node, exit.status,
                     static_cast<double>(world_.now()) / 1e9, last_line(exit.last_lines)));
  }
  if (keeper_.given_up(exit.node)) {
    return fail({Exit::environment,
                 fmt::format("{} ended by itself {} times, the last time with {}: {}", exit.node,
                             keeper_.endings(exit.node), exit.status, last_line(exit.last_lines))});
  }
  if (phase_ == Phase::start) return;  // start_nodes() reports it
  world_.after(kRestartDelay, [this, node = exit.node] {
    const bool down = world_.nodes().state(node) == nemesis::NodeState::stopped;
    if (!over_ && phase_ != Phase::stop && down) world_.nodes().start(node);
  });
}

/// The environment failed: the run ends, in order. The first error is the one that is told.
void RunPhases::fail(Error error) {
  if (!summary_.error) summary_.error = std::move(error);
  if (phase_ == Phase::start) return enter(Phase::stop);
  if (phase_ == Phase::steady || phase_ == Phase::torment) enter(Phase::heal);
}

void RunPhases::fail_on_write_error() {
  if (const auto error = recorder_.error() ? recorder_.error() : faults_.error()) {
    if (!summary_.error) fail(*error);
  }
}

void RunPhases::keep_flushing() {
  if (over_) return;
  recorder_.flush();
  fail_on_write_error();
  world_.after(experiment_.world == WorldKind::sim ? kFlushIntervalSimulated : kFlushInterval,
               [this] { keep_flushing(); });
}

void RunPhases::keep_watching() {
  if (over_) return;
  if (phase_ != Phase::start && phase_ != Phase::stop) watch_.poll();
  world_.after(phase_ == Phase::settle ? kWatchIntervalSettling : kWatchInterval,
               [this] { keep_watching(); });
}

void RunPhases::keep_reporting() {
  if (over_) return;
  const std::int64_t now = world_.now();
  const std::uint64_t total = recorder_.counts().total();
  if (now - reported_ns_ >= kSecond) {
    rate_ = static_cast<double>(total - reported_total_) * 1e9 / static_cast<double>(now - reported_ns_);
    reported_total_ = total;
    reported_ns_ = now;
  }
  report_(progress());
  world_.after(kReportInterval, [this] { keep_reporting(); });
}

Progress RunPhases::progress() const {
  Progress progress;
  progress.phase = name_of(phase_);
  progress.elapsed_s = static_cast<double>(world_.now() - summary_.phases.back().begin_ns) / 1e9;
  progress.limit_s = limit_s_;
  progress.ok = recorder_.counts().ok;
  progress.fail = recorder_.counts().fail;
  progress.info = recorder_.counts().info;
  progress.per_second = rate_;
  progress.nodes_ready = keeper_.ready();
  progress.nodes_away = keeper_.away();
  progress.active_faults = schedule_.active();
  return progress;
}

void RunPhases::later(std::int64_t delay_ns, std::function<void()> callback) {
  world_.after(delay_ns, [this, mine = generation_, callback = std::move(callback)] {
    if (generation_ == mine) callback();
  });
}

void RunPhases::limit(std::int64_t delay_ns, std::int64_t when_interrupted_ns,
                      std::function<void()> at_limit) {
  const bool hurry = summary_.interrupted && when_interrupted_ns > 0;
  const std::int64_t delay = hurry ? std::min(delay_ns, when_interrupted_ns) : delay_ns;
  limit_s_ = static_cast<double>(delay) / 1e9;
  later(delay, std::move(at_limit));
}

void RunPhases::note(std::string text) {
  if (summary_.notes.size() == kNoteLimit) summary_.notes.push_back("more notes were left out");
  if (summary_.notes.size() < kNoteLimit) summary_.notes.push_back(std::move(text));
}

void RunPhases::write_summary() {
  summary_.events = recorder_.events();
  const auto written = write_run_summary(folder_ / "run.json", experiment_, summary_);
  if (!written && !summary_.error) summary_.error = written.error();
}

}  // namespace fracas::harness
