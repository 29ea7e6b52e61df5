#include "harness/targets/fracas_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>

#include "harness/targets/json_members.h"
#include "store/base64url.h"
#include "store/ring.h"
#include "workloads/json_array.h"

namespace fracas::harness::fracas_store {
namespace {

using Status = TargetResponse::Status;

/// The store gives up earlier than the client, so that the client hears what became of its request.
constexpr std::int64_t kStorePercent = 80;

/// Kinds of error that promise that nothing was done (ErrorKind in store/node.h). Of all others nothing is
/// certain; a read that failed changed nothing anyway, which is the session's business.
constexpr std::array<std::string_view, 6> kNothingDone{"bad-request", "value-too-large", "too-many-siblings",
                                                       "overloaded",  "unavailable",     "read-only"};

std::string percent_encoded(std::string_view key) {
  std::string text;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      text += c;
    } else {
      text += fmt::format("%{:02X}", byte);
    }
  }
  return text;
}

std::string_view verb_of(TargetRequest::Kind kind) {
  switch (kind) {
    case TargetRequest::Kind::get:
      return "GET";
    case TargetRequest::Kind::put:
      return "PUT";
    case TargetRequest::Kind::remove:
      break;
  }
  return "DELETE";
}

/// Texts of ours hold no escapes; others are resolved by the JSON library.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"') return {};
  const std::string_view inner = text.substr(1, text.size() - 2);
  if (inner.find('\\') == std::string_view::npos) return std::string(inner);
  const auto parsed = nlohmann::json::parse(text, nullptr, false);
  return parsed.is_string() ? parsed.get<std::string>() : std::string();
}

TargetResponse not_understood(unsigned status, std::string_view body) {
  TargetResponse response;
  response.error = fmt::format("not-understood: HTTP {}: {}", status, body.substr(0, 200));
  return response;
}

TargetResponse refusal(std::string_view kind, std::string_view message) {
  TargetResponse response;
  const auto* found = std::find(kNothingDone.begin(), kNothingDone.end(), kind);
  response.status = found == kNothingDone.end() ? Status::unknown : Status::rejected;
  response.error = fmt::format("{}: {}", kind, message);
  return response;
}

TargetResponse decode_error(unsigned status, std::string_view body) {
  const auto document = json_members(body);
  const auto error = document ? member_text(*document, "error") : std::nullopt;
  const auto members = error ? json_members(*error) : std::nullopt;
  const auto kind = members ? member_text(*members, "kind") : std::nullopt;
  if (!kind) return not_understood(status, body);
  return refusal(unquoted(*kind), unquoted(member_text(*members, "message").value_or("\"\"")));
}

std::int64_t store_timeout_ms(const TargetRequest& request) {
  return std::max<std::int64_t>(1, request.timeout_ns * kStorePercent / 100 / 1'000'000);
}

/// `clock`: JSON text, "null" or nothing for an absent key.
void set_clock(TargetResponse& response, std::string_view clock) {
  if (clock.empty() || clock == "null") return;
  response.clock = clock;
  if (const auto parts = json_members(clock)) {
    response.context_json = member_text(*parts, "context").value_or("");
  }
}

/// As the store writes a clock (store/describe.h): the context is its last member.
std::string_view context_within(std::string_view clock) {
  constexpr std::string_view kMember = R"(],"context":)";
  const std::size_t at = clock.find(kMember);
  if (at == std::string_view::npos) return {};
  return clock.substr(at + kMember.size(), clock.size() - at - kMember.size() - 1);
}

Error admin_error(std::string_view what, unsigned status, std::string_view body) {
  return {Exit::environment,
          fmt::format("{} was answered with HTTP {}: {}", what, status, body.substr(0, 200))};
}

}  // namespace

std::vector<std::string> command_line(const store::Config& config, const NodePlace& place) {
  constexpr std::string_view kLoopback = "127.0.0.1";
  std::string peers;
  for (const auto& [name, port] : place.peers) {
    peers += fmt::format("{}{}={}:{}", peers.empty() ? "" : ",", name, kLoopback, port);
  }
  std::vector<std::string> arguments{"--node",         place.name,
                                     "--peers",        peers,
                                     "--listen-http",  fmt::format("{}:{}", kLoopback, place.http_port),
                                     "--listen-peers", fmt::format("{}:{}", kLoopback, place.peer_port),
                                     "--data",         place.data.string()};
  for (const store::Knob& knob : store::knobs()) {
    if (knob.name == "nodes" || knob.name == "bugs") continue;  // from --peers; from --bug
    arguments.push_back(fmt::format("--{}", knob.name));
    arguments.push_back(store::get(config, knob.name));
  }
  for (const store::BugInfo& bug : store::bugs()) {
    if (!config.bugs.has(bug.bug)) continue;
    arguments.emplace_back("--bug");
    arguments.emplace_back(bug.name);
  }
  return arguments;
}

std::string encode(const TargetRequest& request) {
  std::string text =
      fmt::format("{} /{}/{}?timeout={} HTTP/1.1\r\nHost: store\r\n", verb_of(request.kind),
                  request.of_copy ? "copy" : "kv", percent_encoded(request.key), store_timeout_ms(request));
  if (!request.context.empty()) text += fmt::format("X-Fracas-Context: {}\r\n", request.context);
  if (request.stamp_us != 0) text += fmt::format("X-Fracas-Stamp: {}\r\n", request.stamp_us);
  if (request.seen_us != 0) text += fmt::format("X-Fracas-Seen: {}\r\n", request.seen_us);
  if (!request.session.empty()) text += fmt::format("X-Fracas-Session: {}\r\n", request.session);
  if (request.kind != TargetRequest::Kind::put) return text += "\r\n";
  if (!request.state.empty()) {
    const std::string body = fmt::format(R"({{"state":"{}"}})", store::to_base64url(request.state));
    return text += fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
  }
  constexpr std::string_view kBefore = R"({"value":)", kAfter = "}";
  text += fmt::format("Content-Length: {}\r\n\r\n{}{}{}",
                      kBefore.size() + request.value.size() + kAfter.size(), kBefore, request.value, kAfter);
  return text;
}

TargetResponse decode(unsigned status, std::string_view body) {
  if (status != 200 && status != 404) return decode_error(status, body);
  const auto members = json_members(body);
  if (!members) return not_understood(status, body);
  const auto values = member_text(*members, "values");
  if (!values) return decode_error(status, body);
  auto texts = workloads::split_json_array(*values);
  if (!texts) return not_understood(status, body);
  TargetResponse response;
  response.status = Status::ok;
  response.values = std::move(*texts);
  response.context = unquoted(member_text(*members, "context").value_or("\"\""));
  set_clock(response, member_text(*members, "clock").value_or("null"));
  response.session = unquoted(member_text(*members, "session").value_or("\"\""));
  const auto state = store::from_base64url(unquoted(member_text(*members, "state").value_or("\"\"")));
  if (!state) return not_understood(status, body);
  response.state = *state;
  return response;
}

store::ClientRequest to_client_request(TargetRequest request, store::RequestId id) {
  constexpr std::array kVerbs{store::Verb::get, store::Verb::put, store::Verb::remove};
  store::ClientRequest result;
  result.id = id;
  result.verb = kVerbs[static_cast<std::size_t>(request.kind)];
  result.timeout_ns = store_timeout_ms(request) * 1'000'000;
  if (request.stamp_us != 0) result.stamp_us = request.stamp_us;
  if (request.seen_us != 0) result.seen_us = request.seen_us;
  result.key = std::move(request.key);
  result.value = std::move(request.value);
  result.context = std::move(request.context);
  result.session = std::move(request.session);
  result.of_copy = request.of_copy;
  result.state = std::move(request.state);
  return result;
}

TargetResponse to_response(store::ReplyToClient&& reply) {
  if (reply.error) return refusal(store::to_string(reply.error->kind), reply.error->message);
  TargetResponse response;
  response.status = Status::ok;
  response.values = std::move(reply.values);
  response.context = std::move(reply.context);
  response.session = std::move(reply.session);
  response.state = std::move(reply.state);
  if (reply.clock == "null") return response;
  response.clock = std::move(reply.clock);
  response.context_json = context_within(response.clock);
  return response;
}

std::string status_request() { return "GET /status HTTP/1.1\r\nHost: store\r\nConnection: close\r\n\r\n"; }

Result<NodeStatus> decode_status(unsigned status, std::string_view body) {
  const auto document = nlohmann::json::parse(body, nullptr, false);
  if (status != 200 || !document.is_object()) return admin_error("GET /status", status, body);
  NodeStatus result;
  try {
    result.wall_us = document.at("wall_us").get<std::int64_t>();
    result.voting = document.value("voting", true);
    result.ring_epoch = document.value("ring_epoch", std::uint64_t{0});
    result.hints_pending = document.at("hints_pending").get<std::uint64_t>();
    result.changes = document.at("changes").get<std::uint64_t>();
    result.repairs = document.at("repairs").get<std::uint64_t>();
    for (const auto& [peer, exchange] : document.at("anti_entropy").at("peers").items()) {
      result.exchanges.emplace_back(peer, exchange.at("completed").get<std::uint64_t>());
    }
  } catch (const nlohmann::json::exception& wrong) {
    return Error{Exit::environment, fmt::format("GET /status: {}", wrong.what())};
  }
  return result;
}

std::string dump_request() { return "GET /replica HTTP/1.1\r\nHost: store\r\nConnection: close\r\n\r\n"; }

Result<std::vector<std::pair<std::string, std::string>>> decode_dump(unsigned status, std::string_view body) {
  if (status != 200) return admin_error("GET /replica", status, body);
  std::vector<std::pair<std::string, std::string>> states;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size() - 1);
    const std::string_view line = body.substr(0, end + (body[end] == '\n' ? 0 : 1));
    body.remove_prefix(end + 1);
    const auto members = json_members(line);
    const auto key = members ? member_text(*members, "key") : std::nullopt;
    if (!key) return admin_error("GET /replica", status, line);
    states.emplace_back(unquoted(*key), line);
  }
  std::sort(states.begin(), states.end());
  return states;
}

namespace {

/// The functions above, for a world that knows targets only.
class FracasStore : public Target {
 public:
  FracasStore(const store::Config& config, std::vector<std::string> nodes)
      : config_(config), nodes_(std::move(nodes)) {}

  std::vector<std::string> command_line(const NodePlace& place) const override {
    return fracas_store::command_line(config_, place);
  }
  std::string encode(const TargetRequest& request) const override { return fracas_store::encode(request); }
  TargetResponse decode(unsigned status, std::string_view body) const override {
    return fracas_store::decode(status, body);
  }
  std::string status_request() const override { return fracas_store::status_request(); }
  Result<NodeStatus> decode_status(unsigned status, std::string_view body) const override {
    return fracas_store::decode_status(status, body);
  }
  std::string dump_request() const override { return fracas_store::dump_request(); }
  Result<std::vector<std::pair<std::string, std::string>>> decode_dump(unsigned status,
                                                                       std::string_view body) const override {
    return fracas_store::decode_dump(status, body);
  }
  ClusterRing first_ring() const override { return fracas_store::first_ring(config_, nodes_); }
  std::string ring_request() const override { return fracas_store::ring_request(); }
  Result<ClusterRing> decode_ring(unsigned status, std::string_view body) const override {
    return fracas_store::decode_ring(status, body, config_, nodes_);
  }
  std::string encode(const nemesis::RingChange& change) const override {
    return fracas_store::encode(change);
  }
  nemesis::RingAnswer decode_ring_change(unsigned status, std::string_view body) const override {
    return fracas_store::decode_ring_change(status, body);
  }
  std::vector<std::string> homes(const std::string& key, const ClusterRing& ring) const override {
    return ring.homes[static_cast<std::size_t>(store::partition_of(store::slot_of(key)))];
  }

 private:
  store::Config config_;
  std::vector<std::string> nodes_;
};

}  // namespace

std::unique_ptr<Target> make_target(const store::Config& config, std::vector<std::string> nodes) {
  return std::make_unique<FracasStore>(config, std::move(nodes));
}

}  // namespace fracas::harness::fracas_store
