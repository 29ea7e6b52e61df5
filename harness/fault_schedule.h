// Carries out a plan: begins and ends each fault at its time, and records both. What is still active when the
// torment is over, the runner ends.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/fault_record.h"
#include "harness/marks.h"
#include "harness/world.h"
#include "nemesis/fault.h"
#include "nemesis/kind.h"

namespace fracas::harness {

class FaultSchedule {
 public:
  /// `changed` is called after each begin and end.
  FaultSchedule(World&, FaultRecord&, Marks&, const nemesis::Plan&, std::function<void()> changed);

  /// The torment begins now.
  void start();
  /// Begins no more faults, and ends all that are active.
  void end_all();
  /// "network.partition n1,n2"
  std::vector<std::string> active() const;
  /// Whether an active fault is why the node may end by itself: its disk fails or is damaged.
  bool explains_end_of(const std::string& node) const;
  /// Whether the plan has such faults.
  bool changes_ring() const;
  /// Those that have ended and had taken effect, by kind.
  const std::map<std::string, std::uint64_t>& effective() const { return effective_; }

 private:
  struct Active {
    const nemesis::Fault* fault;
    std::unique_ptr<nemesis::ActiveFault> handle;
  };

  void begin_due();
  void begin(const nemesis::Fault&);
  void end(std::uint32_t id);
  void mark_begin(const nemesis::Fault&);
  nemesis::Surroundings surroundings();

  World& world_;
  FaultRecord& record_;
  Marks& marks_;
  const nemesis::Plan& plan_;
  std::function<void()> changed_;
  std::size_t next_ = 0;
  std::int64_t started_ns_ = 0;
  bool over_ = false;
  std::map<std::uint32_t, Active> active_;
  std::map<std::string, std::uint64_t> effective_;
};

}  // namespace fracas::harness
