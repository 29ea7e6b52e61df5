// One run of an experiment as a machine of phases, driven by the world's timers and callbacks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/fault_record.h"
#include "harness/fault_schedule.h"
#include "harness/idle_watch.h"
#include "harness/load.h"
#include "harness/marks.h"
#include "harness/node_keeper.h"
#include "harness/node_watch.h"
#include "harness/phase.h"
#include "harness/recorder.h"
#include "harness/ring_rest.h"
#include "harness/run_summary.h"
#include "harness/runner.h"
#include "harness/settle.h"

namespace fracas::harness {

class RunPhases {
 public:
  RunPhases(const Experiment&, const nemesis::Plan&, World&, const std::filesystem::path& folder,
            const std::string& reproduce, std::function<void(const Progress&)>);

  /// Drives the world until everything is stopped and written.
  RunOutcome run();

 private:
  // The phases. Each begins here, and goes on to the next from a callback or when its time is over.
  void enter(Phase);
  void begin_start();
  void begin_steady();
  void end_steady();
  void begin_torment();
  void begin_heal();
  void heal_more();
  void end_healing_late();
  void begin_settle();
  void wait_for_open_operations();
  void begin_settling();
  void await_ring();
  void give_ring_up();
  void settle_replicas();
  void end_settling(bool in_time);
  void begin_idle_time();
  void begin_final_reads();
  void dump_replicas();
  void wait_for_final_reads();
  void begin_stop();
  void finish();

  // What may happen at any time.
  void interrupted();
  void node_exited(const NodeExit&);
  void fail(Error);
  void fail_on_write_error();

  // What goes on all the time.
  void keep_flushing();
  void keep_watching();
  void keep_reporting();
  Progress progress() const;

  /// Calls unless another phase has begun by then.
  void later(std::int64_t delay_ns, std::function<void()>);
  /// The phase ends at the latest after this; interrupted runs get less.
  void limit(std::int64_t delay_ns, std::int64_t when_interrupted_ns, std::function<void()> at_limit);
  void note(std::string);
  void mark_settling();
  Settling::Pairs sharing_pairs() const;
  void write_summary();

  const Experiment& experiment_;
  World& world_;
  std::filesystem::path folder_;
  std::function<void(const Progress&)> report_;

  Recorder recorder_;
  FaultRecord faults_;
  NodeWatch watch_;
  Load load_;
  Marks marks_;
  NodeKeeper keeper_;
  FaultSchedule schedule_;
  RunSummary summary_;
  bool ring_may_change_;
  std::unique_ptr<RingRest> ring_rest_;  ///< while it is awaited
  std::int64_t ring_limit_ns_ = 0;       ///< until when
  std::unique_ptr<Settling> settling_;
  std::unique_ptr<IdleWatch> idle_;

  Phase phase_ = Phase::start;
  std::uint64_t generation_ = 0;  ///< of phases: callbacks of an earlier one are ignored
  double limit_s_ = 0;
  std::int64_t healed_ns_ = 0;
  std::int64_t last_write_ns_ = 0;  ///< nobody writes later, once settling has begun
  int interrupts_ = 0;
  bool over_ = false;
  std::uint64_t reported_total_ = 0;  ///< completions when the rate was last taken
  std::int64_t reported_ns_ = 0;
  double rate_ = 0;
};

}  // namespace fracas::harness
