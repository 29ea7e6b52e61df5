#include "harness/fault_record.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace fracas::harness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kSmallestSkewChange = 1'000'000;

void write_line(LineFile& file, const Json& line) {
  file.buffer() += line.dump(-1, ' ', false, Json::error_handler_t::replace);
  file.buffer() += '\n';
  file.flush();
}

Json line_of(const char* event, const nemesis::Fault& fault, std::int64_t now_ns) {
  return {{"event", event},
          {"id", fault.id},
          {"kind", fault.kind},
          {"target", fault.nodes},
          {"parameters", Json(nemesis::to_json(fault).value("parameters", nlohmann::json::object()))},
          {"time_ns", now_ns}};
}

}  // namespace

void FaultRecord::begin(const nemesis::Fault& fault, std::int64_t now_ns) {
  write_line(file_, line_of("begin", fault, now_ns));
}

void FaultRecord::end(const nemesis::Fault& fault, const nemesis::Effect& effect, std::int64_t now_ns) {
  Json line = line_of("end", fault, now_ns);
  Json measured = Json::parse(effect.measured, nullptr, false);
  line["effect"] = measured.is_object() ? std::move(measured) : Json::object();
  line["took_effect"] = effect.took_effect;
  write_line(file_, line);
}

void FaultRecord::node_exit(const NodeExit& exit, std::int64_t now_ns) {
  write_line(file_, {{"event", "node-exit"},
                     {"node", exit.node},
                     {"status", exit.status},
                     {"time_ns", now_ns},
                     {"output", exit.last_lines}});
}

void FaultRecord::skew(const std::string& node, const ClockReading& reading, std::int64_t now_ns) {
  std::int64_t& last = last_skew_ns_[node];
  const std::int64_t change = std::llabs(reading.skew_ns - last);
  if (change <= std::max(kSmallestSkewChange, 2 * reading.uncertainty_ns)) return;
  last = reading.skew_ns;
  write_line(file_, {{"event", "skew"}, {"node", node}, {"time_ns", now_ns}, {"skew_ns", reading.skew_ns}});
}

}  // namespace fracas::harness
