// What the parts of a client that coordinates itself share: who it is, the operation that it carries out, the
// questions that it asks of homes, and what comes of them. Pure, like a node: events in, effects out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/failure_detector.h"
#include "store/node.h"
#include "store/ring.h"
#include "store/session_token.h"

namespace fracas::store {

using QuestionId = std::uint64_t;

/// To one home: the request is `of_copy` (copy_requests.h). Its answer, or that none came within the
/// request's timeout, is told to ClientCoordinator::told().
struct AskHome {
  QuestionId question = 0;
  NodeIndex to = 0;
  ClientRequest request;
};
/// Questions, and at some time the one answer to the operation.
using ClientEffect = std::variant<AskHome, ReplyToClient>;

/// What became of a question.
struct HomeAnswer {
  enum class Outcome : std::uint8_t {
    ok,
    not_done,  ///< certainly nothing: it did not go out, or the home cannot now; another one may
    refused,   ///< the home says why, and certainly did nothing; nor would another
    unknown,   ///< nothing came back, or nothing that says what was done
  };
  Outcome outcome = Outcome::unknown;
  std::string error;  ///< unless ok
  ReplyToClient reply;
};

/// A client's operation once it has been checked.
struct ClientOperation {
  RequestId id = 0;
  Verb verb = Verb::get;
  std::string key;
  std::string value;
  std::string context;           ///< token
  std::vector<NodeIndex> homes;  ///< n of them; the one to make the dot first
  std::size_t wanted = 1;        ///< r or w
  Repair repair = Repair::none;
  std::int64_t stamp_us = 0;  ///< stamp = client
  std::int64_t seen_us = 0;   ///< the stamp must be higher
  std::int64_t deadline_ns = 0;
  std::optional<SessionToken> session;

  Value written() const { return verb == Verb::put ? Value(value) : std::nullopt; }
};

struct ClientStep {
  std::int64_t now_ns = 0;
  std::vector<ClientEffect>& effects;
};

struct ClientShared {
  /// What an answer is for.
  enum class Purpose : std::uint8_t { copy, dot, acknowledgement, write_back, nothing };
  struct Question {
    RequestId operation = 0;
    NodeIndex to = 0;
    Purpose purpose = Purpose::nothing;
  };

  Config config;
  std::vector<std::string> names;
  Ring ring;
  Actor self;                  ///< of the stamps that it makes
  std::uint64_t sequence = 0;  ///< of the last one
  FailureDetector detector;    ///< says which home is asked first for a dot, and nothing else
  QuestionId last_question = 0;
  std::map<QuestionId, Question> questions;  ///< that are open; each ends by the deadline of its operation

  void ask_copy(ClientStep&, const ClientOperation&, NodeIndex to);
  void ask_dot(ClientStep&, const ClientOperation&, NodeIndex to);
  /// `purpose`: acknowledgement, write_back, or nothing.
  void ask_merge(ClientStep&, const ClientOperation&, NodeIndex to, const KeyState&, Purpose);
  void succeed(ClientStep&, ClientOperation&, ReplyToClient, const KeyState& seen);
  static void refuse(ClientStep&, const ClientOperation&, ClientError);

 private:
  void ask(ClientStep&, const ClientOperation&, NodeIndex to, Purpose, ClientRequest);
};

/// The state that a home told, if it is one of this cluster.
std::optional<KeyState> state_of(const HomeAnswer&, const Config&);

}  // namespace fracas::store
