// The table of keys. A new key is one row.
#include "harness/experiment_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/field_values.h"
#include "harness/setting.h"
#include "harness/suggest.h"
#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

using Json = nlohmann::json;
using nemesis::FaultSpec;
using nemesis::Parameter;

constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr Nanoseconds kSecond = 1000 * kMillisecond;
constexpr Nanoseconds kHour = 3600 * kSecond;
constexpr std::size_t kLongestName = 60;

std::optional<double> number(const Parameter& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

Problem set_share(double& out, const Parameter& value) {
  const std::optional<double> share = number(value);
  if (!share || !(*share >= 0 && *share <= 1)) return fmt::format("must be a share from 0 to 1{}", is(value));
  out = *share;
  return std::nullopt;
}

Problem set_flag(bool& out, const Parameter& value) {
  const bool* flag = std::get_if<bool>(&value);
  if (flag == nullptr) return fmt::format("must be true or false{}", is(value));
  out = *flag;
  return std::nullopt;
}

/// The name becomes part of a folder's name.
Problem set_name(std::string& out, const Parameter& value) {
  const auto* text = std::get_if<std::string>(&value);
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  if (text == nullptr || text->empty() || text->size() > kLongestName ||
      !std::all_of(text->begin(), text->end(), allowed))
    return fmt::format("must be 1 to {} letters, digits, '-' and '_'{}", kLongestName, is(value));
  out = *text;
  return std::nullopt;
}

Problem set_world(WorldKind& out, const Parameter& value) {
  const auto world = world_kind(to_text(value));
  if (!world) return fmt::format("must be local or sim{}", is(value));
  out = *world;
  return std::nullopt;
}

Problem set_rate(double& out, const Parameter& value) {
  if (const auto* text = std::get_if<std::string>(&value); text != nullptr && *text == "max") {
    out = 0;
    return std::nullopt;
  }
  const std::optional<double> rate = number(value);
  if (!rate || !(*rate > 0 && *rate <= 1e6))
    return fmt::format(
        "must be a number above 0 and up to 1000000 (operations a second over all clients), or "
        "\"max\"{}",
        is(value));
  out = *rate;
  return std::nullopt;
}

Problem set_workload(Experiment& e, const Parameter& value) {
  const std::string name = to_text(value);
  if (workloads::find_workload(name) == nullptr) {
    std::vector<std::string> known;
    for (const workloads::Workload& w : workloads::workloads()) known.emplace_back(w.name);
    return fmt::format("there is no workload '{}'{}", name, did_you_mean(name, known));
  }
  e.workload = name;
  return std::nullopt;
}

Problem set_kind(FaultSpec& spec, const Parameter& value) {
  const std::string name = to_text(value);
  if (nemesis::find_kind(name) == nullptr) {
    std::vector<std::string> known;
    for (const nemesis::Kind& kind : nemesis::kinds()) known.emplace_back(kind.name);
    return fmt::format("there is no kind of fault '{}'{}", name, did_you_mean(name, known));
  }
  if (spec.kind != name) spec.parameters.clear();
  spec.kind = name;
  return std::nullopt;
}

Problem set_target(FaultSpec& spec, const Parameter& value) {
  if (const auto* names = std::get_if<std::vector<std::string>>(&value))
    spec.target = fmt::format("{}", fmt::join(*names, ","));
  else if (const auto* text = std::get_if<std::string>(&value))
    spec.target = *text;
  else
    return fmt::format("must be a text or a list of nodes{}", is(value));
  return std::nullopt;
}

Json duration(Nanoseconds value) { return nemesis::format_duration(value); }

const auto kFields = std::to_array<Field>({
    {"name", "letters, digits, '-', '_'", "names the run's folder",
     [](Experiment& e, const Parameter& v) { return set_name(e.name, v); },
     [](const Experiment& e) { return Json(e.name); }},
    {"about", "a sentence", "what the experiment shows",
     [](Experiment& e, const Parameter& v) { return set_text(e.about, v); },
     [](const Experiment& e) { return Json(e.about); }},
    {"seed", "a whole number; 0: drawn", "decides the plan and every operation",
     [](Experiment& e, const Parameter& v) {
       return set_integer(e.seed, v, 0, std::numeric_limits<std::int64_t>::max());
     },
     [](const Experiment& e) { return Json(e.seed); }},
    {"world", "local | sim", "real processes, or the deterministic simulation",
     [](Experiment& e, const Parameter& v) { return set_world(e.world, v); },
     [](const Experiment& e) { return Json(to_string(e.world)); }},
    {"steady", "a duration", "load without faults, before the torment",
     [](Experiment& e, const Parameter& v) { return set_duration(e.steady, v, 0, kHour); },
     [](const Experiment& e) { return duration(e.steady); }},
    {"duration", "a duration", "load and faults: the torment",
     [](Experiment& e, const Parameter& v) {
       return set_duration(e.duration, v, 100 * kMillisecond, 24 * kHour);
     },
     [](const Experiment& e) { return duration(e.duration); }},
    {"settle", "a duration", "bound on the wait for convergence after the heal",
     [](Experiment& e, const Parameter& v) { return set_duration(e.settle, v, 100 * kMillisecond, kHour); },
     [](const Experiment& e) { return duration(e.settle); }},
    {"workload.kind", "a workload", "what clients do", set_workload,
     [](const Experiment& e) { return Json(e.workload); }},
    {"workload.clients", "1 to 1000", "clients, each with one operation open at a time",
     [](Experiment& e, const Parameter& v) { return set_integer(e.load.clients, v, 1, 1000); },
     [](const Experiment& e) { return Json(e.load.clients); }},
    {"workload.rate", "a number above 0, or \"max\"", "operations a second over all clients",
     [](Experiment& e, const Parameter& v) { return set_rate(e.clients.rate, v); },
     [](const Experiment& e) { return e.clients.rate == 0 ? Json("max") : Json(e.clients.rate); }},
    {"workload.sticky", "true | false", "a client keeps to one coordinator",
     [](Experiment& e, const Parameter& v) { return set_flag(e.clients.sticky, v); },
     [](const Experiment& e) { return Json(e.clients.sticky); }},
    {"workload.contexts", "true | false", "a client sends the context of its last answer for the key",
     [](Experiment& e, const Parameter& v) { return set_flag(e.clients.contexts, v); },
     [](const Experiment& e) { return Json(e.clients.contexts); }},
    {"workload.session_tokens", "true | false",
     "a client hands back the token of what its session has seen; reads wait until they cover it",
     [](Experiment& e, const Parameter& v) { return set_flag(e.clients.session_tokens, v); },
     [](const Experiment& e) { return Json(e.clients.session_tokens); }},
    {"workload.clock_skew", "a duration", "of the last client's wall clock; the first one's is right",
     [](Experiment& e, const Parameter& v) {
       return set_duration(e.clients.clock_skew, v, -24 * kHour, 24 * kHour);
     },
     [](const Experiment& e) { return duration(e.clients.clock_skew); }},
    {"workload.timeout", "a duration", "of one request, at the client; the store gets 80 % of it",
     [](Experiment& e, const Parameter& v) {
       return set_duration(e.clients.timeout, v, 10 * kMillisecond, 60 * kSecond);
     },
     [](const Experiment& e) { return duration(e.clients.timeout); }},
    {"workload.keys", "1 to 1000000", "keys that are read and written during the run",
     [](Experiment& e, const Parameter& v) { return set_integer(e.load.keys, v, 1, 1'000'000); },
     [](const Experiment& e) { return Json(e.load.keys); }},
    {"workload.cold_keys", "0 to 1000000", "keys that are written but not read until the end",
     [](Experiment& e, const Parameter& v) { return set_integer(e.load.cold_keys, v, 0, 1'000'000); },
     [](const Experiment& e) { return Json(e.load.cold_keys); }},
    {"workload.reads", "0 to 1", "share of reads",
     [](Experiment& e, const Parameter& v) { return set_share(e.load.reads, v); },
     [](const Experiment& e) { return Json(e.load.reads); }},
    {"workload.deletes", "0 to 1", "share of deletes",
     [](Experiment& e, const Parameter& v) { return set_share(e.load.deletes, v); },
     [](const Experiment& e) { return Json(e.load.deletes); }},
    {"workload.hot", "0 to 1", "share of the operations that go to the hottest key",
     [](Experiment& e, const Parameter& v) { return set_share(e.load.hot, v); },
     [](const Experiment& e) { return Json(e.load.hot); }},
});

const auto kFaultFields = std::to_array<FaultField>({
    {"kind", "a kind of fault", "what happens", set_kind, [](const FaultSpec& s) { return Json(s.kind); }},
    {"target", "one | minority | majority | all | primaries | some | node names", "on whom", set_target,
     [](const FaultSpec& s) { return Json(s.target); }},
    {"every", "a duration; 0s: once", "mean time between two begins",
     [](FaultSpec& s, const Parameter& v) { return set_duration(s.every, v, 0, 24 * kHour); },
     [](const FaultSpec& s) { return duration(s.every); }},
    {"lasts", "a duration; 0s: the kind's own", "from begin to end",
     [](FaultSpec& s, const Parameter& v) { return set_duration(s.lasts, v, 0, 24 * kHour); },
     [](const FaultSpec& s) { return duration(s.lasts); }},
    {"after", "a duration", "the first begins no earlier, counted from the begin of the torment",
     [](FaultSpec& s, const Parameter& v) { return set_duration(s.after, v, 0, 24 * kHour); },
     [](const FaultSpec& s) { return duration(s.after); }},
});

struct ToJson {
  template <typename T>
  Json operator()(const T& value) const {
    return Json(value);
  }
};

/// Names the first that is none, and what it might mean.
Problem unknown_bug(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const store::BugInfo& bug : store::bugs()) known.emplace_back(bug.name);
  for (const std::string& name : names)
    if (!store::find_bug(name))
      return fmt::format("bugs: there is no seeded bug '{}'{}; `fracas list bugs` shows them", name,
                         did_you_mean(name, known));
  return std::nullopt;
}

}  // namespace

std::span<const Field> fields() { return kFields; }
std::span<const FaultField> fault_fields() { return kFaultFields; }

Json to_json(const Parameter& value) { return std::visit(ToJson{}, value); }

Problem set_knob(store::Config& config, std::string_view name, const Parameter& value) {
  const auto* list = std::get_if<std::vector<std::string>>(&value);
  if (name == "bugs") config.bugs = {};
  if (list != nullptr && list->empty() && name == "bugs") return std::nullopt;
  const std::string text = list != nullptr ? fmt::format("{}", fmt::join(*list, ",")) : to_text(value);
  if (name == "bugs" && list != nullptr)
    if (Problem problem = unknown_bug(*list)) return problem;
  if (const auto done = store::set(config, name, text); !done) return done.error().message;
  return std::nullopt;
}

Json get_knob(const store::Config& config, std::string_view name) {
  const std::string text = store::get(config, name);
  if (name == "bugs") {
    Json list = Json::array();
    for (const store::BugInfo& bug : store::bugs())
      if (config.bugs.has(bug.bug)) list.push_back(bug.name);
    return list;
  }
  std::int64_t number_read = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number_read);
  if (error == std::errc() && end == text.data() + text.size()) return number_read;
  return text;
}

}  // namespace fracas::harness
