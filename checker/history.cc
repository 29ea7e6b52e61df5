#include "checker/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <stdexcept>
#include <utility>

namespace fracas::checker {
namespace {

using Checked = boost::system::result<void, std::string>;

bool needs_key(Function f) {
  return f != Function::enqueue && f != Function::dequeue && f != Function::txn && f != Function::generate;
}

bool needs_value(Function f) {
  return f == Function::write || f == Function::add || f == Function::remove || f == Function::increment ||
         f == Function::append || f == Function::enqueue || f == Function::cas || f == Function::txn;
}

/// The completion of these repeats the value of its invocation; that of a read or a dequeue brings one.
bool repeats_value(Function f) { return needs_value(f) && f != Function::txn; }

Outcome outcome_of(EventType type) {
  return type == EventType::ok ? Outcome::ok : type == EventType::fail ? Outcome::fail : Outcome::info;
}

bool is_empty_context(std::string_view json) { return json.empty() || json == "{}" || json == "null"; }

}  // namespace

std::string InputError::to_string() const {
  return line == 0 ? fmt::format("{}: {}", file, message) : fmt::format("{}:{}: {}", file, line, message);
}

void throw_exception_from_error(const InputError& error, const boost::source_location&) {
  throw std::runtime_error(error.to_string());
}

const Operation* History::invoked_at(std::uint32_t event_index) const {
  const auto at = std::lower_bound(operations_.begin(), operations_.end(), event_index,
                                   [](const Operation& o, std::uint32_t index) { return o.invoked < index; });
  return at != operations_.end() && at->invoked == event_index ? &*at : nullptr;
}

std::int64_t History::completed_ns(const Operation& o) const {
  if (o.outcome == Outcome::open) return invoked_ns(o);
  return times_[o.outcome == Outcome::info ? ended_[place_of(o)] : o.completed];
}

struct HistoryBuilder::Impl {
  /// What a process is doing.
  struct Process {
    std::uint32_t operation = kNever;  ///< the open one; kNever: none
    bool retired = false;              ///< by an info
    ProcessId id = kNever;
  };

  History history;
  // Both by the number that events give; looked up, never iterated.
  boost::unordered_flat_map<std::int32_t, Process> processes;
  boost::unordered_flat_map<std::int32_t, SessionId> sessions;
  std::uint64_t next_index = 0;
  std::int64_t last_ns = 0;

  Checked check_order(const Event&) const;
  Checked invoke(const Event&, Process&);
  Checked complete(const Event&, Process&);
  Checked check_completion(const Event&, const Operation&) const;
  Checked set_clock(const Event&, std::size_t place);
  ProcessId process_id(const Event&, ProcessId before);
};

Checked HistoryBuilder::Impl::check_order(const Event& event) const {
  if (event.index != next_index) {
    return fmt::format("index is {}, expected {}: events are numbered from 0 without gaps", event.index,
                       next_index);
  }
  if (event.index >= kNever) return fmt::format("more than {} events: split the history", kNever);
  if (event.time_ns < last_ns) {
    return fmt::format("time goes back from {} to {}: events are written in the order of their recording",
                       last_ns, event.time_ns);
  }
  return {};
}

/// `before`: that of the process' last operation; kNever: this is its first.
ProcessId HistoryBuilder::Impl::process_id(const Event& event, ProcessId before) {
  if (before != kNever && history.sessions_[history.processes_[before].session] == event.session)
    return before;
  const auto [session, fresh] =
      sessions.try_emplace(event.session, static_cast<SessionId>(history.sessions_.size()));
  if (fresh) history.sessions_.push_back(event.session);
  history.processes_.push_back({.number = event.process, .session = session->second});
  return static_cast<ProcessId>(history.processes_.size() - 1);
}

Checked HistoryBuilder::Impl::invoke(const Event& event, Process& process) {
  if (process.retired) {
    return fmt::format(
        "process {} goes on after an operation that ended in info: its client must go on under a new process "
        "number",
        event.process);
  }
  if (process.operation != kNever) {
    const Operation& open = history.operations_[process.operation];
    return fmt::format(
        "process {} invokes {} while its {} of index {} is open: a process has one operation at a time",
        event.process, to_string(event.f), to_string(open.f), open.invoked);
  }
  if (needs_key(event.f) && event.key.empty()) return fmt::format("{} without key", to_string(event.f));
  if (needs_value(event.f) && event.value == "null") {
    return fmt::format("{} of null: it needs a value that a read can tell from an absent key",
                       to_string(event.f));
  }
  if (!is_empty_context(event.context) && !is_context(event.context)) {
    return fmt::format("context is {}, expected an object of counters such as {{\"n1#3\": 17}}",
                       event.context);
  }
  Texts& texts = history.texts_;
  Operation operation;
  operation.invoked = static_cast<std::uint32_t>(event.index);
  operation.process = process.id = process_id(event, process.id);
  operation.f = event.f;
  operation.final = event.final;
  operation.key = texts.intern(event.key);
  operation.value = event.value.empty() ? kNullText : texts.intern(event.value);
  operation.contextual = !is_empty_context(event.context);
  process.operation = static_cast<std::uint32_t>(history.operations_.size());
  history.nodes_.set(process.operation, texts.intern(event.node));
  history.operations_.push_back(operation);
  return {};
}

Checked HistoryBuilder::Impl::check_completion(const Event& event, const Operation& operation) const {
  const auto contradiction = [&](std::string_view field, std::string_view now, std::string_view before) {
    return fmt::format("{} of process {} has {} {}, but its invocation (index {}) has {}",
                       to_string(event.type), event.process, field, now, operation.invoked, before);
  };
  if (event.f != operation.f) return contradiction("f", to_string(event.f), to_string(operation.f));
  if (event.key != history.text(operation.key))
    return contradiction("key", event.key, history.text(operation.key));
  // A completion that names no session is read as that of its process.
  const std::int32_t session = history.session(operation);
  if (event.session != session && event.session != event.process) {
    return contradiction("session", std::to_string(event.session), std::to_string(session));
  }
  const std::string_view value = history.text(operation.value);
  if (repeats_value(event.f) && event.value != "null" && event.value != value) {
    return contradiction("value", event.value, value);
  }
  return {};
}

Checked HistoryBuilder::Impl::set_clock(const Event& event, std::size_t place) {
  if (event.clock.empty() || event.clock == "null") return {};
  if (auto stamp = parse_stamp(event.clock)) {
    stamp->actor = history.text(history.texts_.intern(stamp->actor));
    history.stamps_.push_back(*stamp);
    history.stamp_numbers_.set(place, static_cast<std::uint32_t>(history.stamps_.size()));
    return {};
  }
  if (!is_causal_clock(event.clock)) {
    return fmt::format(
        "clock is {}, expected [stamp, \"actor\", sequence] or {{\"dots\": [\"n1#3:17\"], \"context\": "
        "{{\"n1#3\": 17}}}}",
        event.clock);
  }
  history.causal_clocks_ = true;
  return {};
}

Checked HistoryBuilder::Impl::complete(const Event& event, Process& process) {
  if (process.operation == kNever) {
    return fmt::format("{} of process {}, which has no open operation: a completion follows its invocation",
                       to_string(event.type), event.process);
  }
  const std::size_t place = process.operation;
  Operation& operation = history.operations_[place];
  if (auto checked = check_completion(event, operation); !checked) return checked;
  if (auto checked = set_clock(event, place); !checked) return checked;
  Texts& texts = history.texts_;
  operation.outcome = outcome_of(event.type);
  const auto index = static_cast<std::uint32_t>(event.index);
  if (operation.outcome == Outcome::info) {
    history.ended_.set(place, index);
  } else {
    operation.completed = index;
  }
  operation.final = operation.final || event.final;
  if (event.type == EventType::ok && !repeats_value(event.f) && !event.value.empty()) {
    operation.value = texts.intern(event.value);
  }
  if (!event.node.empty()) history.nodes_.set(place, texts.intern(event.node));
  history.saw_.set(place, texts.intern(event.saw));
  history.siblings_.set(place, texts.intern(event.siblings));
  history.errors_.set(place, texts.intern(event.error));
  process.operation = kNever;
  process.retired = event.type == EventType::info;
  return {};
}

HistoryBuilder::HistoryBuilder() : impl_(std::make_unique<Impl>()) {}
HistoryBuilder::~HistoryBuilder() = default;

void HistoryBuilder::expect_operations(std::size_t count) { impl_->history.operations_.reserve(count); }

Checked HistoryBuilder::add(const Event& event) {
  if (auto checked = impl_->check_order(event); !checked) return checked;
  Impl::Process& process = impl_->processes[event.process];
  auto checked =
      event.type == EventType::invoke ? impl_->invoke(event, process) : impl_->complete(event, process);
  if (!checked) return checked;
  ++impl_->next_index;
  impl_->history.times_.append(event.time_ns);
  impl_->last_ns = event.time_ns;
  return {};
}

History HistoryBuilder::finish() && { return std::move(impl_->history); }

}  // namespace fracas::checker
