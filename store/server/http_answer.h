// What a client is told: the bytes of an HTTP answer, written straight into one buffer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/node.h"
#include "store/server/http_request.h"

namespace fracas::store {

/// A body and the status that goes with it. The strings keep their memory from answer to answer.
struct HttpAnswer {
  unsigned status = 200;
  std::string_view content_type = "application/json";
  std::string_view allow;  ///< header Allow; empty: none
  std::string body;

  void reset();
};

unsigned http_status(ErrorKind);

/// Of a ChangeRing.
void write_ring_reply(HttpAnswer&, const ReplyToClient&);
void write_reply(HttpAnswer&, const ReplyToClient&, Verb);
void write_problem(HttpAnswer&, const HttpProblem&);
void write_status(HttpAnswer&, const Node&, Instant now, std::int64_t uptime_ms);
/// One key a line.
void write_replica(HttpAnswer&, const Node&);
/// JSON texts, one a line.
void write_lines(HttpAnswer&, const std::vector<std::string>& lines);

/// Appends the whole answer, head and body.
void append_http(std::string& out, const HttpAnswer&, bool keep_alive);

}  // namespace fracas::store
