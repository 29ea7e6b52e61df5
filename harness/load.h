// All clients of a run: those that load the cluster, from generators or from a script, and at the end those
// that read every touched key once more through the normal interface.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "harness/client.h"
#include "harness/experiment.h"
#include "harness/recorder.h"
#include "harness/world.h"

namespace fracas::harness {

class Load {
 public:
  Load(World&, Recorder&, const Experiment&);

  void start();
  /// No client begins another operation; those that are open complete.
  void stop();
  /// Of the touched keys, by a few clients at a time.
  void start_final_reads(const std::set<std::string, std::less<>>& touched);
  void stop_final_reads();
  /// No operation is open and none will begin.
  bool finished() const;
  /// The longest that a script may still take; 0 without one.
  std::int64_t script_left_ns() const;

 private:
  TaskSource drawn(const workloads::Parameters&, int client);
  SessionOptions session_options(int number) const;

  World& world_;
  Recorder& recorder_;
  const Experiment& experiment_;
  const workloads::Workload& workload_;
  std::vector<std::unique_ptr<workloads::Generator>> generators_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::int64_t began_ns_ = 0;
  std::vector<std::unique_ptr<Client>> readers_;
};

}  // namespace fracas::harness
