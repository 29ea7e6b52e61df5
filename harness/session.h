// A client session, pure: which node to ask, which context to send, and what an answer means for the history
// (ok, fail, info). Requests and events leave as values; whoever drives it sends, times and records.
//
// What counts as what: a read, or the read inside a read-modify-write, that got no answer changed nothing:
// fail. A write that was certainly not carried out: fail. A write of which nothing certain is known: info,
// and the session goes on under a new process number.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checker/event.h"
#include "harness/experiment.h"
#include "harness/target.h"
#include "workloads/draw.h"
#include "workloads/workload.h"

namespace fracas::harness {

struct SessionOptions {
  int client = 0;      ///< number of the session, and its first process
  int stride = 1;      ///< number of all sessions: a retired process p is followed by p + stride
  int clients = 1;     ///< number of those that load
  bool final = false;  ///< its reads are final reads
  std::uint64_t seed = 0;
  std::vector<std::string> nodes;
  ClientBehaviour behaviour;
  const workloads::Workload* workload = nullptr;
  store::StampSource stamps = store::StampSource::wall;  ///< of the store: what it wants to be told of time
  bool coordinates = false;  ///< the client asks the homes itself, and chooses no node to ask
};

/// A request to send now.
struct SessionRequest {
  std::string node;
  TargetRequest request;
};

/// What the session wants next. After begin(): an event (the invocation) and a request. After answer():
/// either another request (the write of a read-modify-write), or an event (the completion).
struct SessionStep {
  std::optional<checker::Event> event;
  std::optional<SessionRequest> request;
};

class Session {
 public:
  /// Contexts kept; beyond it, those that were not used for longest are forgotten.
  static constexpr std::size_t kMaxContexts = 4096;

  explicit Session(SessionOptions);

  /// No operation may be open. `node`: whom to ask; empty: the session chooses. `wall_us`: what the client's
  /// wall clock says.
  SessionStep begin(const workloads::Intent&, const std::string& node = {}, std::int64_t wall_us = 0);
  /// The answer to the last request.
  SessionStep answer(const TargetResponse&, std::int64_t wall_us = 0);
  bool open() const { return intent_.has_value(); }

 private:
  struct Context {
    std::string token;
    std::string readable;
    std::uint64_t used = 0;
  };

  bool writing() const;
  std::string choose_node();
  SessionRequest request_of(TargetRequest::Kind, std::string value, std::string context);
  void add_times(TargetRequest&, std::int64_t wall_us);
  checker::Event event_of(checker::EventType) const;
  SessionStep write_back(const TargetResponse& seen, std::int64_t wall_us);
  SessionStep complete(checker::Event);
  checker::Event outcome_of(const TargetResponse&) const;
  void describe_success(const TargetResponse&, checker::Event&) const;
  const Context* context_of(const std::string& key);
  void remember(const std::string& key, const TargetResponse&);
  void forget_oldest();

  SessionOptions options_;
  workloads::Draw draw_;
  std::int32_t process_;
  std::map<std::string, Context> contexts_;
  std::uint64_t uses_ = 0;
  std::int64_t last_stamp_us_ = 0;  ///< its own; they never go back
  std::int64_t seen_us_ = 0;        ///< highest stamp of all answers
  std::string token_ = "new";       ///< of the session, where it keeps one

  std::optional<workloads::Intent> intent_;  ///< the open operation
  std::string node_;                         ///< that it goes to, both halves of a read-modify-write
  bool inner_read_done_ = false;
  std::string saw_;
};

}  // namespace fracas::harness
