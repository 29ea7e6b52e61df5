#include "harness/session.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "harness/clock_stamp.h"
#include "workloads/json_array.h"

namespace fracas::harness {

using checker::Event;
using checker::EventType;
using checker::Function;
using Kind = TargetRequest::Kind;
using Status = TargetResponse::Status;

Session::Session(SessionOptions options)
    : options_(std::move(options)), draw_(options_.seed, options_.client, "node"), process_(options_.client) {
  assert(!options_.nodes.empty() && options_.workload != nullptr && options_.client < options_.stride);
}

SessionStep Session::begin(const workloads::Intent& intent, const std::string& node, std::int64_t wall_us) {
  assert(!open());
  intent_ = intent;
  node_ = node.empty() ? choose_node() : node;
  inner_read_done_ = false;
  saw_.clear();

  SessionStep step;
  step.event = event_of(EventType::invoke);
  if (intent.f == Function::read || workloads::is_read_modify_write(intent.f)) {
    step.request = request_of(Kind::get, "", "");
    return step;
  }
  std::string token;
  if (const Context* context = context_of(intent.key)) {
    token = context->token;
    step.event->context = context->readable;
  }
  const bool removes = intent.f == Function::remove_key;
  step.request =
      request_of(removes ? Kind::remove : Kind::put, removes ? "" : intent.value, std::move(token));
  add_times(step.request->request, wall_us);
  return step;
}

SessionStep Session::answer(const TargetResponse& response, std::int64_t wall_us) {
  assert(open());
  if (response.status == Status::ok) seen_us_ = std::max(seen_us_, stamp_us_of_clock(response.clock));
  if (!response.session.empty()) token_ = response.session;
  const bool inner_read = workloads::is_read_modify_write(intent_->f) && !inner_read_done_;
  if (inner_read && response.status == Status::ok) return write_back(response, wall_us);
  if (response.status == Status::ok) remember(intent_->key, response);
  return complete(outcome_of(response));
}

/// True if the request that is out now could change something.
bool Session::writing() const {
  if (workloads::is_read_modify_write(intent_->f)) return inner_read_done_;
  return intent_->f != Function::read;
}

std::string Session::choose_node() {
  if (options_.coordinates) return {};
  const std::size_t count = options_.nodes.size();
  if (options_.behaviour.sticky) return options_.nodes[static_cast<std::size_t>(options_.client) % count];
  return options_.nodes[draw_.below(count)];
}

SessionRequest Session::request_of(Kind kind, std::string value, std::string context) {
  TargetRequest request{kind, intent_->key, std::move(value), std::move(context), options_.behaviour.timeout};
  if (options_.behaviour.session_tokens) request.session = token_;
  return {node_, std::move(request)};
}

/// What a write says of time, where the store asks for it: the client's own clock, which never goes back (nor
/// below what a session with a token has seen), or the highest stamp that the session saw.
void Session::add_times(TargetRequest& request, std::int64_t wall_us) {
  using store::StampSource;
  if (options_.stamps == StampSource::client) {
    const std::int64_t shown_us = options_.behaviour.session_tokens ? seen_us_ + 1 : 0;
    request.stamp_us = last_stamp_us_ = std::max({last_stamp_us_ + 1, wall_us, shown_us});
  }
  const bool asked = options_.stamps == StampSource::hlc || options_.stamps == StampSource::query;
  if (asked && options_.behaviour.contexts) request.seen_us = seen_us_;
}

Event Session::event_of(EventType type) const {
  Event event;
  event.type = type;
  event.process = process_;
  event.session = options_.client;
  event.f = intent_->f;
  event.key = intent_->key;
  event.value = intent_->value;
  event.node = node_;
  event.final = options_.final;
  return event;
}

/// The second half of a read-modify-write: a write with the context of exactly what was read.
SessionStep Session::write_back(const TargetResponse& seen, std::int64_t wall_us) {
  inner_read_done_ = true;
  saw_ = options_.workload->answer(*intent_, seen.values);
  SessionStep step;
  step.request = request_of(Kind::put, options_.workload->modify(*intent_, seen.values),
                            options_.behaviour.contexts ? seen.context : std::string());
  add_times(step.request->request, wall_us);
  return step;
}

Event Session::outcome_of(const TargetResponse& response) const {
  if (response.status == Status::ok) {
    Event event = event_of(EventType::ok);
    describe_success(response, event);
    return event;
  }
  const bool may_have_happened = writing() && response.status == Status::unknown;
  Event event = event_of(may_have_happened ? EventType::info : EventType::fail);
  event.error = response.error.empty() ? "unknown" : response.error;
  event.saw = saw_;
  return event;
}

void Session::describe_success(const TargetResponse& response, Event& event) const {
  event.clock = response.clock;
  event.saw = saw_;
  if (intent_->f == Function::read) {
    event.value = options_.workload->answer(*intent_, response.values);
    return;
  }
  if (workloads::is_read_modify_write(intent_->f)) return;
  // A put's own value comes first; a delete has none. What follows are siblings that the answer showed.
  const std::size_t own = intent_->f == Function::remove_key ? 0 : 1;
  if (response.values.size() <= own) return;
  const auto first = response.values.begin() + static_cast<std::ptrdiff_t>(own);
  event.siblings = workloads::join_json_array({first, response.values.end()});
}

SessionStep Session::complete(Event event) {
  if (event.type == EventType::info) process_ += options_.stride;
  intent_.reset();
  SessionStep step;
  step.event = std::move(event);
  return step;
}

const Session::Context* Session::context_of(const std::string& key) {
  if (!options_.behaviour.contexts) return nullptr;
  const auto found = contexts_.find(key);
  if (found == contexts_.end()) return nullptr;
  found->second.used = ++uses_;
  return &found->second;
}

/// Keeps the context of the last answer for the key. That of a read-modify-write is never sent again: the
/// next one reads anew.
void Session::remember(const std::string& key, const TargetResponse& response) {
  const bool useful =
      options_.behaviour.contexts && !options_.final && !workloads::is_read_modify_write(intent_->f);
  if (!useful) return;
  // An answer without a context has shown nothing: to send an older one would claim to have replaced what is
  // not there.
  if (response.context.empty()) {
    contexts_.erase(key);
    return;
  }
  contexts_[key] = {response.context, response.context_json, ++uses_};
  if (contexts_.size() > kMaxContexts) forget_oldest();
}

void Session::forget_oldest() {
  std::vector<std::uint64_t> uses;
  uses.reserve(contexts_.size());
  for (const auto& [key, context] : contexts_) uses.push_back(context.used);
  const auto middle = uses.begin() + static_cast<std::ptrdiff_t>(uses.size() / 2);
  std::nth_element(uses.begin(), middle, uses.end());
  const std::uint64_t oldest_kept = *middle;
  std::erase_if(contexts_, [&](const auto& entry) { return entry.second.used < oldest_kept; });
}

}  // namespace fracas::harness
