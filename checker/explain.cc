#include "checker/explain.h"

#include <fmt/format.h>

#include <algorithm>

namespace fracas::checker {
namespace {

constexpr std::size_t kShownBytes = 80;
constexpr std::size_t kShownFaults = 3;

std::string outcome_phrase(const History& history, const Operation& o) {
  switch (o.outcome) {
    case Outcome::ok:
      return fmt::format("acknowledged at {}", seconds(history.completed_ns(o)));
    case Outcome::fail:
      return fmt::format("reported as failed at {}", seconds(history.completed_ns(o)));
    case Outcome::info:
      return fmt::format("begun at {}, outcome unknown", seconds(history.invoked_ns(o)));
    case Outcome::open:
      return fmt::format("begun at {}, never answered", seconds(history.invoked_ns(o)));
  }
  return {};
}

std::string action(const History& history, const Operation& o) {
  const std::string_view key = history.text(o.key);
  switch (o.f) {
    case Function::read:
      return fmt::format("read {}", key);
    case Function::write:
      return fmt::format("wrote {} to {}", shown(history.text(o.value)), key);
    case Function::remove_key:
      return fmt::format("deleted {}", key);
    case Function::add:
      return fmt::format("added {} to {}", shown(history.text(o.value)), key);
    case Function::remove:
      return fmt::format("removed {} from {}", shown(history.text(o.value)), key);
    case Function::append:
      return fmt::format("appended {} to {}", shown(history.text(o.value)), key);
    case Function::increment:
      return fmt::format("incremented {} by {}", key, shown(history.text(o.value)));
    case Function::enqueue:
      return fmt::format("enqueued {}{}{}", shown(history.text(o.value)), key.empty() ? "" : " in ", key);
    case Function::dequeue:
      return o.value == kNullText ? fmt::format("found {} empty", key.empty() ? "the queue" : key)
                                  : fmt::format("dequeued {}{}{}", shown(history.text(o.value)),
                                                key.empty() ? "" : " from ", key);
    case Function::generate:
      return fmt::format("was given {}", shown(history.text(o.value)));
    default:
      return fmt::format("{} {} on {}", to_string(o.f), shown(history.text(o.value)), key);
  }
}

/// "2.000 s to 5.100 s"; a fault without end ended with the run, a node's exit is a moment.
std::string window_phrase(const FaultWindow& fault) {
  if (fault.end_ns == fault.begin_ns) return fmt::format("at {}", seconds(fault.begin_ns));
  if (fault.end_ns == std::numeric_limits<std::int64_t>::max())
    return fmt::format("from {}", seconds(fault.begin_ns));
  return fmt::format("{} to {}", seconds(fault.begin_ns), seconds(fault.end_ns));
}

std::string join(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

}  // namespace

std::string seconds(std::int64_t ns) { return fmt::format("{:.3f} s", static_cast<double>(ns) / 1e9); }

std::string shown(std::string_view json) {
  if (json.size() <= kShownBytes) return std::string(json);
  std::size_t cut = kShownBytes;
  while (cut > 0 && (static_cast<unsigned char>(json[cut]) & 0xC0U) == 0x80U) --cut;
  return fmt::format("{}...", json.substr(0, cut));
}

std::string got(std::string_view json) {
  return json.empty() || json == "null" || json == "[]" ? "found nothing"
                                                        : fmt::format("got {}", shown(json));
}

std::string describe(const History& history, const Operation& o) {
  const TextId node = history.node(o);
  const std::string via = node == 0 ? "" : fmt::format(" via {}", history.text(node));
  if (o.f == Function::read) {
    return fmt::format("session {} {}{} at {} and {}", history.session(o), action(history, o), via,
                       seconds(history.invoked_ns(o)), got(history.text(o.value)));
  }
  return fmt::format("session {} {}{} ({})", history.session(o), action(history, o), via,
                     outcome_phrase(history, o));
}

std::string describe_first(const History& history, const Operation& o) {
  std::string sentence = describe(history, o);
  sentence[0] = 'S';
  return sentence;
}

std::string faults_around(const Evidence& evidence, std::int64_t begin_ns, std::int64_t end_ns) {
  std::vector<std::string> phrases;
  std::size_t more = 0;
  for (const FaultWindow& fault : evidence.faults) {
    if (!fault.took_effect || fault.begin_ns > end_ns || fault.end_ns < begin_ns) continue;
    if (phrases.size() == kShownFaults) {
      ++more;
      continue;
    }
    phrases.push_back(fmt::format("{} on {} ({})", fault.kind, join(fault.nodes), window_phrase(fault)));
  }
  if (phrases.empty()) return {};
  if (more > 0) phrases.push_back(fmt::format("{} more", more));
  return fmt::format(", during {}", join(phrases));
}

std::string faults_around(const History& history, const Evidence& evidence, const Operation& begin,
                          const Operation& end) {
  return faults_around(evidence, history.invoked_ns(begin), history.completed_ns(end));
}

Witness witness(std::string explanation, std::initializer_list<const Operation*> operations) {
  Witness result{.explanation = std::move(explanation), .operations = {}};
  for (const Operation* o : operations) result.operations.push_back(o->invoked);
  return result;
}

}  // namespace fracas::checker
