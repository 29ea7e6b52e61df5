#include "checker/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace fracas::checker {
namespace {

using Checked = boost::system::result<void, std::string>;

bool needs_key(Function f) { return f != Function::enqueue && f != Function::dequeue && f != Function::txn; }

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

struct HistoryBuilder::Impl {
  /// What a process is doing.
  struct Process {
    std::uint32_t operation = kNever;  ///< the open one; kNever: none
    bool retired = false;              ///< by an info
  };

  History history;
  std::unordered_map<std::int32_t, Process> processes;  // looked up, never iterated
  std::uint64_t next_index = 0;
  std::int64_t last_ns = 0;

  Checked check_order(const Event&) const;
  Checked invoke(const Event&, Process&);
  Checked complete(const Event&, Process&);
  Checked check_completion(const Event&, const Operation&) const;
  Checked set_clock(const Event&, Operation&);
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
  operation.invoked_ns = operation.completed_ns = event.time_ns;
  operation.process = event.process;
  operation.session = event.session;
  operation.f = event.f;
  operation.final = event.final;
  operation.key = texts.intern(event.key);
  operation.value = event.value.empty() ? kNullText : texts.intern(event.value);
  operation.node = texts.intern(event.node);
  operation.contextual = !is_empty_context(event.context);
  process.operation = static_cast<std::uint32_t>(history.operations_.size());
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
  if (event.session != operation.session && event.session != event.process) {
    return contradiction("session", std::to_string(event.session), std::to_string(operation.session));
  }
  const std::string_view value = history.text(operation.value);
  if (repeats_value(event.f) && event.value != "null" && event.value != value) {
    return contradiction("value", event.value, value);
  }
  return {};
}

Checked HistoryBuilder::Impl::set_clock(const Event& event, Operation& operation) {
  if (event.clock.empty() || event.clock == "null") return {};
  if (auto stamp = parse_stamp(event.clock)) {
    stamp->actor = history.text(history.texts_.intern(stamp->actor));
    history.stamps_.push_back(*stamp);
    operation.stamp = static_cast<StampId>(history.stamps_.size());
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
  Operation& operation = history.operations_[process.operation];
  if (auto checked = check_completion(event, operation); !checked) return checked;
  if (auto checked = set_clock(event, operation); !checked) return checked;
  Texts& texts = history.texts_;
  operation.outcome = outcome_of(event.type);
  if (operation.outcome != Outcome::info) operation.completed = static_cast<std::uint32_t>(event.index);
  operation.completed_ns = event.time_ns;
  operation.final = operation.final || event.final;
  if (event.type == EventType::ok && !repeats_value(event.f) && !event.value.empty()) {
    operation.value = texts.intern(event.value);
  }
  if (!event.node.empty()) operation.node = texts.intern(event.node);
  operation.saw = texts.intern(event.saw);
  operation.siblings = texts.intern(event.siblings);
  operation.error = texts.intern(event.error);
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
  impl_->last_ns = event.time_ns;
  return {};
}

History HistoryBuilder::finish() && { return std::move(impl_->history); }

}  // namespace fracas::checker
