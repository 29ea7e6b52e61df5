#include "store/server/http_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "store/base64url.h"
#include "store/config.h"
#include "store/describe.h"
#include "store/server/json_text.h"

namespace fracas::store {
namespace {

template <typename T>
using Parsed = boost::system::result<T, HttpProblem>;

HttpProblem bad(std::string field, std::string message) {
  return {.field = std::move(field), .message = std::move(message), .allow = {}};
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded.push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return decoded;
}

Parsed<std::string> parse_key(std::string_view encoded) {
  if (encoded.empty()) return bad("key", "the path must name a key: /kv/{key}");
  if (encoded.find('/') != std::string_view::npos) return bad("key", "write '/' in a key as %2F");
  auto key = percent_decode(encoded);
  if (!key) return bad("key", "'%' must be followed by two hexadecimal digits");
  if (key->size() > max_key_bytes) return bad("key", fmt::format("over {} bytes", max_key_bytes));
  if (!is_utf8(*key)) return bad("key", "must be UTF-8");
  return *std::move(key);
}

/// A plain decimal number from 0 on; ranges are the node's business.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  if (text.starts_with('-')) return std::nullopt;
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t max_timeout_ms = 3'600'000;

std::optional<HttpProblem> set_timeout(ClientRequest& request, std::string_view text) {
  const auto ms = parse_number<std::int64_t>(text);
  if (!ms || *ms < 1 || *ms > max_timeout_ms)
    return bad("timeout",
               fmt::format("'{}' is not a number of milliseconds from 1 to {}", text, max_timeout_ms));
  request.timeout_ns = *ms * ns_per_ms;
  return std::nullopt;
}

std::optional<HttpProblem> set_repair(ClientRequest& request, std::string_view text) {
  if (request.repair) return bad("repair", "given twice");
  request.repair = parse_repair(text);
  if (!request.repair) return bad("repair", fmt::format("'{}' is not none, async, blocking or abd", text));
  return std::nullopt;
}

/// A time of a wall clock, from a header.
std::optional<HttpProblem> set_time(std::optional<std::int64_t>& slot, std::string_view name,
                                    std::string_view header, std::string_view text) {
  if (text.empty()) return std::nullopt;
  slot = parse_number<std::int64_t>(text);
  if (slot) return std::nullopt;
  return bad(std::string(name), fmt::format("{}: '{}' is not a number of microseconds", header, text));
}

std::optional<HttpProblem> set_parameter(ClientRequest& request, std::string_view name,
                                         std::string_view text) {
  const bool read = request.verb == Verb::get;
  const std::string_view quorum = read ? "r" : "w";
  if (read && name == "repair") return set_repair(request, text);
  if (name != "n" && name != quorum && name != "timeout")
    return bad(std::string(name), fmt::format("unknown in the query: this request knows n, {} and timeout",
                                              read ? "r, repair" : "w"));
  if (name == "timeout") {
    if (request.timeout_ns) return bad("timeout", "given twice");
    return set_timeout(request, text);
  }
  std::optional<int>& slot = name == "n" ? request.n : quorum == "r" ? request.r : request.w;
  if (slot) return bad(std::string(name), "given twice");
  slot = name == "n" ? parse_number<int>(text) : parse_level(text);
  if (!slot)
    return bad(std::string(name),
               fmt::format("'{}' is not a number{}", text, name == "n" ? "" : ", nor one, quorum or all"));
  return std::nullopt;
}

/// Hands each name with its text to `set`, up to the first problem.
template <typename Setter>
std::optional<HttpProblem> parse_query(std::string_view query, const Setter& set) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = pair.find('=');
    const auto text = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    // Names and numbers never need escapes, so those are not undone here.
    if (auto problem = set(pair.substr(0, equals), text)) return problem;
  }
  return std::nullopt;
}

Parsed<std::string> parse_body(std::string_view body, std::int64_t max_value_bytes) {
  auto value = compact_member(body, "value", max_value_depth);
  if (!value && value.error().field == "context")
    return bad("context",
               "not in the body: it goes into the header X-Fracas-Context, as the last answer had it");
  if (!value) return bad(value.error().field, value.error().message);
  if (std::cmp_greater(value->size(), max_value_bytes))
    return HttpProblem{
        .status = 413,
        .kind = "value-too-large",
        .field = "value",
        .message = fmt::format("{} bytes; max_value_bytes is {}", value->size(), max_value_bytes),
        .allow = {}};
  return *std::move(value);
}

constexpr std::string_view state_member = R"({"state":)";

/// The state that a client took from another home. Its values become part of answers, so each must be what
/// parse_body() lets through.
Parsed<std::string> parse_state(std::string_view body) {
  const auto quoted = compact_member(body, "state", 1);
  if (!quoted) return bad(quoted.error().field, quoted.error().message);
  const HttpProblem damaged = bad("state", "is damaged; send that of a home's answer");
  if (quoted->size() < 2 || quoted->front() != '"') return damaged;
  auto bytes = from_base64url(std::string_view(*quoted).substr(1, quoted->size() - 2));
  const auto state = bytes ? decode_state(*bytes) : std::nullopt;
  if (!state || std::holds_alternative<std::monostate>(*state)) return damaged;
  for (const std::string& value : live_values(*state)) {
    const auto sound = compact_member(fmt::format(R"({{"value":{}}})", value), "value", max_value_depth);
    if (!sound || *sound != value) return damaged;
  }
  return *std::move(bytes);
}

std::optional<HttpProblem> set_body(ClientRequest& client, std::string_view body,
                                    std::int64_t max_value_bytes) {
  if (client.verb != Verb::put)
    return body.empty() ? std::nullopt : std::optional(bad("body", "only PUT takes a body"));
  const bool state = client.of_copy && body.starts_with(state_member);
  auto parsed = state ? parse_state(body) : parse_body(body, max_value_bytes);
  if (!parsed) return parsed.error();
  (state ? client.state : client.value) = *std::move(parsed);
  return std::nullopt;
}

/// /kv/{key}, or /copy/{key}, of which this node's copy alone is asked.
Parsed<HttpRequest> parse_kv(const RawRequest& raw, std::string_view encoded_key, std::string_view query,
                             std::int64_t max_value_bytes, bool of_copy) {
  HttpRequest request;
  ClientRequest& client = request.client;
  client.of_copy = of_copy;
  if (raw.method == "GET")
    client.verb = Verb::get;
  else if (raw.method == "PUT")
    client.verb = Verb::put;
  else if (raw.method == "DELETE")
    client.verb = Verb::remove;
  else
    return HttpProblem{.status = 405,
                       .kind = "method-not-allowed",
                       .field = {},
                       .message = "this path knows GET, PUT and DELETE",
                       .allow = "GET, PUT, DELETE"};
  auto key = parse_key(encoded_key);
  if (!key) return key.error();
  client.key = *std::move(key);
  const auto set = [&](std::string_view name, std::string_view text) {
    return set_parameter(client, name, text);
  };
  if (auto problem = parse_query(query, set)) return *std::move(problem);
  client.context = raw.context;
  if (auto problem = set_time(client.stamp_us, "stamp", "X-Fracas-Stamp", raw.stamp))
    return *std::move(problem);
  if (auto problem = set_time(client.seen_us, "seen", "X-Fracas-Seen", raw.seen)) return *std::move(problem);
  client.session = raw.session;
  if (auto problem = set_body(client, raw.body, max_value_bytes)) return *std::move(problem);
  return request;
}

constexpr std::string_view replica_prefix = "/replica/";
constexpr std::string_view preference_list_prefix = "/preference-list/";

constexpr std::array<std::pair<std::string_view, HttpRequest::Route>, 8> inspections{{
    {"/status", HttpRequest::Route::status},
    {"/health", HttpRequest::Route::health},
    {"/metrics", HttpRequest::Route::metrics},
    {"/replica", HttpRequest::Route::replica},
    {"/hints", HttpRequest::Route::hints},
    {"/ring", HttpRequest::Route::ring},
    {"/merkle", HttpRequest::Route::merkle},
    {"/divergences", HttpRequest::Route::divergences},
}};

std::optional<HttpRequest::Route> inspection_route(std::string_view path) {
  const auto* const found = std::find_if(inspections.begin(), inspections.end(),
                                         [&](const auto& known) { return known.first == path; });
  if (found != inspections.end()) return found->second;
  if (path.starts_with(replica_prefix)) return HttpRequest::Route::replica_key;
  if (path.starts_with(preference_list_prefix)) return HttpRequest::Route::preference_list;
  return std::nullopt;
}

std::optional<HttpProblem> set_merkle_parameter(MerkleQuery& query, std::string_view name,
                                                std::string_view text) {
  if (name == "peer") {
    query.peer = text;
    return std::nullopt;
  }
  if (name != "partition" && name != "bucket")
    return bad(std::string(name), "unknown in the query: /merkle knows peer, or partition and bucket");
  std::optional<int>& slot = name == "partition" ? query.partition : query.bucket;
  slot = parse_number<int>(text);
  if (slot) return std::nullopt;
  return bad(std::string(name), fmt::format("'{}' is not a number", text));
}

/// join=n6, leave=n2, replace=n2&with=n6, or cancel.
Parsed<HttpRequest> parse_ring_change(std::string_view query) {
  constexpr std::array<std::pair<std::string_view, RingChange::Kind>, 4> changes{{
      {"join", RingChange::Kind::join},
      {"leave", RingChange::Kind::leave},
      {"replace", RingChange::Kind::replace},
      {"cancel", RingChange::Kind::cancel},
  }};
  HttpRequest request;
  request.route = HttpRequest::Route::change_ring;
  std::string chosen;
  const auto set = [&](std::string_view name, std::string_view text) -> std::optional<HttpProblem> {
    if (name == "with") {
      request.ring.with = text;
      return std::nullopt;
    }
    const auto* const change =
        std::find_if(changes.begin(), changes.end(), [&](const auto& it) { return it.first == name; });
    if (change == changes.end())
      return bad(std::string(name), "a change of the ring is join, leave, replace and with, or cancel");
    if (!chosen.empty()) return bad(std::string(name), "one change at a time");
    chosen = name;
    request.ring.kind = change->second;
    request.ring.node = text;
    return std::nullopt;
  };
  if (auto problem = parse_query(query, set)) return *std::move(problem);
  if (chosen.empty()) return bad("query", "say join=NODE, leave=NODE, replace=NODE&with=NODE, or cancel");
  if (request.ring.node.empty() != (chosen == "cancel"))
    return bad(chosen, chosen == "cancel" ? "takes no node" : "the name of a node is missing");
  if (request.ring.with.empty() == (chosen == "replace"))
    return bad("with", "goes with replace, and names the node that takes the place");
  return request;
}

Parsed<HttpRequest> parse_inspection(const RawRequest& raw, std::string_view path, std::string_view query) {
  const auto route = inspection_route(path);
  if (!route)
    return HttpProblem{
        .status = 404,
        .kind = "not-found",
        .field = "path",
        .message =
            "there are /kv/{key}, /copy/{key}, /status, /health, /metrics, /replica, /replica/{key}, "
            "/hints, /preference-list/{key}, /ring, /merkle and /divergences",
        .allow = {}};
  const bool ring = *route == HttpRequest::Route::ring;
  if (ring && raw.method == "POST") return parse_ring_change(query);
  if (raw.method != "GET")
    return HttpProblem{.status = 405,
                       .kind = "method-not-allowed",
                       .field = {},
                       .message = ring ? "this path knows GET and POST" : "this path knows GET only",
                       .allow = ring ? "GET, POST" : "GET"};
  HttpRequest request;
  request.route = *route;
  if (*route == HttpRequest::Route::merkle) {
    const auto set = [&](std::string_view name, std::string_view text) {
      return set_merkle_parameter(request.merkle, name, text);
    };
    if (auto problem = parse_query(query, set)) return *std::move(problem);
    return request;
  }
  if (!query.empty())
    return bad(std::string(query.substr(0, query.find_first_of("=&"))), "this path takes no query");
  const bool replica = *route == HttpRequest::Route::replica_key;
  if (replica || *route == HttpRequest::Route::preference_list) {
    auto key = parse_key(path.substr((replica ? replica_prefix : preference_list_prefix).size()));
    if (!key) return key.error();
    request.key = *std::move(key);
  }
  return request;
}

}  // namespace

Parsed<HttpRequest> parse_request(const RawRequest& raw, std::int64_t max_value_bytes) {
  const auto mark = raw.target.find('?');
  const auto path = raw.target.substr(0, mark);
  const auto query = mark == std::string_view::npos ? std::string_view{} : raw.target.substr(mark + 1);
  constexpr std::string_view kv = "/kv/";
  constexpr std::string_view copy = "/copy/";
  if (path.starts_with(kv)) return parse_kv(raw, path.substr(kv.size()), query, max_value_bytes, false);
  if (path.starts_with(copy)) return parse_kv(raw, path.substr(copy.size()), query, max_value_bytes, true);
  return parse_inspection(raw, path, query);
}

}  // namespace fracas::store
