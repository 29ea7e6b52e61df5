#include "checker/formats/jepsen_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

constexpr std::size_t kShownBytes = 60;

constexpr auto kFunctions = std::to_array<std::pair<std::string_view, Function>>({
    {":read", Function::read},
    {":write", Function::write},
    {":cas", Function::cas},
    {":add", Function::add},
    {":append", Function::append},
    {":enqueue", Function::enqueue},
    {":dequeue", Function::dequeue},
    {":txn", Function::txn},
    {":remove", Function::remove},
    {":delete", Function::remove_key},
    {":increment", Function::increment},
    {":generate", Function::generate},
    // Porcupine's key-value histories
    {":get", Function::read},
    {":put", Function::write},
    // Maelstrom's
    {":broadcast", Function::add},
});

bool is_word(std::string_view json) { return json.starts_with("\":"); }

/// ":read" of "\":read\""; empty: it is none.
std::string_view word(std::string_view json) {
  return is_word(json) ? json.substr(1, json.size() - 2) : std::string_view();
}

std::string_view shown(std::string_view json) {
  return json.empty() ? "missing" : json.substr(0, kShownBytes);
}

std::optional<std::int64_t> integer(std::string_view json) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(json.data(), json.data() + json.size(), number);
  return error == std::errc() && end == json.data() + json.size() ? std::optional(number) : std::nullopt;
}

/// A text without its quotes; anything else as it is.
std::string text_of(std::string_view json) {
  if (!json.starts_with('"')) return std::string(json);
  if (json.find('\\') == std::string_view::npos) return std::string(json.substr(1, json.size() - 2));
  return nlohmann::json::parse(json).get<std::string>();
}

bool is_null(std::string_view json) { return json.empty() || json == "null"; }

}  // namespace

std::string JepsenEvents::take(const JepsenOperation& operation) {
  // The nemesis, and whatever else is no client, has a word for its process.
  if (is_word(operation.process)) {
    skip();
    return {};
  }
  for (const auto set : {&JepsenEvents::set_process, &JepsenEvents::set_order, &JepsenEvents::set_function,
                         &JepsenEvents::set_key_and_value, &JepsenEvents::set_rest}) {
    if (std::string error = (this->*set)(operation); !error.empty()) return error;
  }
  learn_of_counters();
  std::string error = sink_(event_);
  if (error.empty()) ++event_.index;
  return error;
}

std::string JepsenEvents::set_process(const JepsenOperation& operation) {
  const auto process = integer(operation.process);
  if (!process || *process < 0 || *process > std::numeric_limits<std::int32_t>::max())
    return fmt::format(":process is {}, expected a number from 0 to {}, or a word such as :nemesis",
                       shown(operation.process), std::numeric_limits<std::int32_t>::max());
  event_.process = event_.session = static_cast<std::int32_t>(*process);
  const auto session = integer(operation.session);
  if (session && *session >= 0 && *session <= std::numeric_limits<std::int32_t>::max())
    event_.session = static_cast<std::int32_t>(*session);
  const std::string_view type = word(operation.type);
  const auto known = type.empty() ? std::nullopt : event_type_from(type.substr(1));
  if (!known) return fmt::format(":type is {}, expected :invoke, :ok, :fail or :info", shown(operation.type));
  event_.type = *known;
  return {};
}

/// Indices may have gaps (where the nemesis was); times are those of the scheduler, who may be late by a
/// little.
std::string JepsenEvents::set_order(const JepsenOperation& operation) {
  if (!operation.index.empty()) {
    const auto index = integer(operation.index);
    if (!index) return fmt::format(":index is {}, expected a whole number", shown(operation.index));
    if (*index <= last_index_ && *index >= 0)
      return fmt::format(":index goes back from {} to {}: events are written in the order of their recording",
                         last_index_, *index);
    last_index_ = *index;
  }
  if (const auto time = integer(operation.time)) event_.time_ns = std::max(event_.time_ns, *time);
  return {};
}

std::string JepsenEvents::set_function(const JepsenOperation& operation) {
  const std::string_view name = word(operation.f);
  const auto found = std::find_if(kFunctions.begin(), kFunctions.end(),
                                  [&](const auto& function) { return function.first == name; });
  if (found == kFunctions.end()) {
    std::vector<std::string_view> names;
    for (const auto& [known, f] : kFunctions) names.push_back(known);
    return fmt::format(":f is {}, which is not known (known: {})", shown(operation.f), fmt::join(names, " "));
  }
  event_.f = found->second;
  if (event_.f == Function::add && dialect_.adds_are_increments) event_.f = Function::increment;
  return {};
}

bool JepsenEvents::is_pair(std::string_view json) const {
  if (!json.starts_with('[')) return false;
  const auto parts = array_parts(json);
  if (parts.size() != 2) return false;
  if (event_.f == Function::cas) return parts[1].starts_with('[') && array_parts(parts[1]).size() == 2;
  if (event_.f == Function::txn) return !parts[0].starts_with('[') && parts[1].starts_with('[');
  return true;
}

/// Takes the key out of [key value].
std::string JepsenEvents::split_pair(std::string_view json, std::string& value) {
  if (is_pair(json)) {
    const auto parts = array_parts(json);
    event_.key = text_of(parts[0]);
    value = parts[1];
    if (event_.type == EventType::invoke) open_keys_[event_.process] = event_.key;
    return {};
  }
  // The completion of what is unknown or failed may tell an error instead.
  if (event_.type == EventType::info || event_.type == EventType::fail) {
    event_.key = open_keys_[event_.process];
    value = json;
    return {};
  }
  unpaired_ = true;
  return fmt::format(":value is {}, expected [key value] as in the operations before", shown(json));
}

std::string JepsenEvents::set_key_and_value(const JepsenOperation& operation) {
  const std::string_view json = operation.value.empty() ? "null" : std::string_view(operation.value);
  const bool has_key = event_.f != Function::enqueue && event_.f != Function::dequeue &&
                       event_.f != Function::txn && event_.f != Function::generate;
  if (!operation.key.empty()) {
    event_.key = text_of(operation.key);
    return set_value(json);
  }
  if (!dialect_.keys_in_values && event_.type == EventType::invoke && event_.f != Function::dequeue &&
      event_.f != Function::generate) {
    dialect_.keys_in_values = is_pair(json);
    keyed_by_write_ = event_.f != Function::read && event_.f != Function::cas;
  }
  event_.key = has_key ? kOnlyKey : "";
  if (!dialect_.keys_in_values.value_or(false)) return set_value(json);
  std::string value = "null";
  event_.key.clear();
  if (std::string error = split_pair(json, value); !error.empty()) return error;
  if (event_.f == Function::txn)
    return "transactions under independent keys: judge the file of each key alone";
  return set_value(value);
}

/// Of what failed or is unknown, the value may be what went wrong; then the invocation's stands.
std::string JepsenEvents::set_value(std::string_view json) {
  event_.error.clear();
  event_.value = json;
  if (event_.type == EventType::info || event_.type == EventType::fail) {
    const bool timed_out = json == "\":timed-out\"";
    if (is_word(json)) event_.error = word(json).substr(1);
    event_.value = "null";
    // A read that failed has no effect either way, and its client goes on.
    if (timed_out && event_.f != Function::read) event_.type = EventType::info;
    return {};
  }
  // Failed, as that says nothing and lets the client go on.
  if (event_.f == Function::read && event_.type == EventType::ok && is_null(json) && dialect_.never_nil)
    event_.type = EventType::fail;
  if (event_.f == Function::txn) return set_transaction(json);
  if (event_.f == Function::cas && (!json.starts_with('[') || array_parts(json).size() != 2))
    return fmt::format(":value of a :cas is {}, expected [from to]", shown(json));
  return {};
}

/// [":r", key, value] to ["r", key, value]
std::string JepsenEvents::set_transaction(std::string_view json) {
  const std::string wrong = fmt::format(
      ":value of a :txn is {}, expected [[:r key nil] [:append key element] [:w key value]]", shown(json));
  if (!json.starts_with('[')) return wrong;
  event_.value = "[";
  for (const std::string_view step : array_parts(json)) {
    const auto parts = step.starts_with('[') ? array_parts(step) : std::vector<std::string_view>();
    if (parts.size() != 3 || !is_word(parts[0])) return wrong;
    event_.value += fmt::format("{}[\"{},{},{}]", event_.value.size() > 1 ? "," : "", parts[0].substr(2),
                                parts[1], parts[2]);
  }
  event_.value += ']';
  return {};
}

std::string JepsenEvents::set_rest(const JepsenOperation& operation) {
  if (!is_null(operation.error)) event_.error = text_of(operation.error);
  event_.final = operation.final == "true";
  event_.node = is_null(operation.node) ? "" : text_of(operation.node);
  event_.saw = operation.saw;
  event_.siblings = operation.siblings;
  event_.context = operation.context;
  event_.clock = operation.clock;
  return {};
}

void JepsenEvents::learn_of_counters() {
  const bool number = integer(event_.value).has_value();
  if (event_.f == Function::add && event_.type == EventType::invoke)
    (number ? adds_numbers_ : adds_others_) = true;
  if (event_.f == Function::read && event_.type == EventType::ok) reads_numbers_ = reads_numbers_ || number;
}

Reading JepsenEvents::reading() const {
  Reading reading{.skipped = skipped_, .again = {}};
  if (unpaired_ && keyed_by_write_) {
    reading.again = dialect_;
    reading.again->keys_in_values = false;
  } else if (adds_numbers_ && reads_numbers_ && !adds_others_ && !dialect_.adds_are_increments) {
    reading.again = dialect_;
    reading.again->adds_are_increments = true;
  }
  return reading;
}

}  // namespace fracas::checker
