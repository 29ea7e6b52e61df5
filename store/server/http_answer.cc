#include "store/server/http_answer.h"

#include <fmt/format.h>

#include <cassert>
#include <iterator>

#include "store/base64url.h"
#include "store/server/json_text.h"

namespace fracas::store {
namespace {

std::string_view reason(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 413:
      return "Payload Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Gateway Timeout";
  }
}

void append_error(std::string& body, std::string_view kind, std::string_view field,
                  std::string_view message) {
  body += R"({"error":{"kind":)";
  append_json_string(body, kind);
  if (!field.empty()) {
    body += R"(,"field":)";
    append_json_string(body, field);
  }
  body += R"(,"message":)";
  append_json_string(body, message);
  body += "}}\n";
}

void write_error(HttpAnswer& answer, const ClientError& error) {
  answer.status = http_status(error.kind);
  append_error(answer.body, to_string(error.kind), error.field, error.message);
}

void append_values(std::string& body, const std::vector<std::string>& values) {
  body += R"({"values":[)";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) body.push_back(',');
    body += values[i];
  }
  body.push_back(']');
}

}  // namespace

void HttpAnswer::reset() {
  status = 200;
  content_type = "application/json";
  allow = {};
  body.clear();
}

unsigned http_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::bad_request:
      return 400;
    case ErrorKind::value_too_large:
      return 413;
    case ErrorKind::too_many_siblings:
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::overloaded:
    case ErrorKind::unavailable:
    case ErrorKind::read_only:
    case ErrorKind::stale_session:
      return 503;
    case ErrorKind::timeout:
    case ErrorKind::unknown_outcome:
      return 504;
  }
  assert(false && "unknown kind of error");
  return 500;
}

void write_ring_reply(HttpAnswer& answer, const ReplyToClient& reply) {
  if (reply.error) return write_error(answer, *reply.error);
  answer.body = reply.values.front() + "\n";
}

void write_reply(HttpAnswer& answer, const ReplyToClient& reply, Verb verb) {
  if (reply.error) return write_error(answer, *reply.error);
  if (verb == Verb::get && reply.values.empty()) answer.status = 404;
  append_values(answer.body, reply.values);
  answer.body += R"(,"context":)";
  append_json_string(answer.body, reply.context);
  answer.body += R"(,"clock":)";
  answer.body += reply.clock.empty() ? "null" : reply.clock;
  fmt::format_to(std::back_inserter(answer.body), R"(,"acks":{},"fallbacks":{})", reply.acks,
                 reply.fallbacks);
  if (!reply.session.empty())
    fmt::format_to(std::back_inserter(answer.body), R"(,"session":"{}","session_forgotten":{})",
                   reply.session, reply.session_forgotten);
  if (!reply.state.empty())
    fmt::format_to(std::back_inserter(answer.body), R"(,"state":"{}")", to_base64url(reply.state));
  answer.body += "}\n";
}

void write_problem(HttpAnswer& answer, const HttpProblem& problem) {
  answer.status = problem.status;
  answer.allow = problem.allow;
  append_error(answer.body, problem.kind, problem.field, problem.message);
}

void write_status(HttpAnswer& answer, const Node& node, Instant now, std::int64_t uptime_ms) {
  answer.body = node.status(now);
  assert(answer.body.ends_with('}'));
  answer.body.pop_back();
  fmt::format_to(std::back_inserter(answer.body), R"(,"wall_us":{},"uptime_ms":{}}})", now.wall_us,
                 uptime_ms);
  answer.body.push_back('\n');
}

void write_replica(HttpAnswer& answer, const Node& node) {
  answer.content_type = "application/x-ndjson";
  for (const std::string& key : node.keys()) {
    answer.body += node.replica_state(key);
    answer.body.push_back('\n');
  }
}

void write_lines(HttpAnswer& answer, const std::vector<std::string>& lines) {
  answer.content_type = "application/x-ndjson";
  for (const std::string& line : lines) {
    answer.body += line;
    answer.body.push_back('\n');
  }
}

void append_http(std::string& out, const HttpAnswer& answer, bool keep_alive) {
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n", answer.status,
                 reason(answer.status), answer.content_type, answer.body.size());
  if (!answer.allow.empty()) fmt::format_to(to, "Allow: {}\r\n", answer.allow);
  if (!keep_alive) out += "Connection: close\r\n";
  out += "\r\n";
  out += answer.body;
}

}  // namespace fracas::store
