// Whatever bytes a client sends: a request that a node answers once, or a problem that says what is wrong.
// The bytes go through the HTTP parser, and, since that is strict, also behind it: behind a first byte of
// '=' the lines are method, target and headers, and the rest is the body.
#include <array>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzzed_node.h"
#include "store/describe.h"
#include "store/server/http_parser.h"
#include "store/server/http_request.h"

namespace {

using namespace fracas::store;

constexpr std::int64_t most_value_bytes = 1000;

void answered(HttpRequest request, std::uint8_t which) {
  auto node = FuzzedNode::open(FuzzedNode::config(which), {});
  require(node.has_value());
  constexpr RequestId id = 7;
  if (request.route == HttpRequest::Route::change_ring) {
    request.ring.id = id;
    node->step(request.ring);
  } else if (request.route == HttpRequest::Route::kv) {
    request.client.id = id;
    node->step(request.client);
  } else if (request.route == HttpRequest::Route::merkle) {
    const auto lines = node->node().merkle(request.merkle);
    require(lines || !lines.error().message.empty());
    return;
  } else {
    require(!node->node().preference_list(request.key).empty());
    return;
  }
  node->pass(4'000'000'000'000);
  require(node->answers(id) == 1);
  node->inspect();
}

void take_apart(const RawRequest& raw, std::uint8_t which) {
  const auto request = parse_request(raw, most_value_bytes);
  if (request) {
    require(is_utf8(request->key) && is_utf8(request->client.key));
    require(request->client.value.size() <= static_cast<std::size_t>(most_value_bytes));
    return answered(*request, which);
  }
  const HttpProblem& problem = request.error();
  require(problem.status >= 400 && problem.status < 500 && !problem.message.empty() && !problem.kind.empty());
}

void over_the_wire(std::string_view bytes) {
  HttpParser parser(4096, 4096);
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (!error && parser.is_done()) take_apart(parser.request(), static_cast<std::uint8_t>(bytes.size()));
}

std::string_view line(std::string_view& bytes) {
  const auto end = std::min(bytes.find('\n'), bytes.size());
  const std::string_view first = bytes.substr(0, end);
  bytes.remove_prefix(std::min(end + 1, bytes.size()));
  return first;
}

void by_lines(std::string_view bytes) {
  static constexpr std::array<std::string_view, 4> methods{"GET", "PUT", "POST", "DELETE"};
  const auto which = static_cast<std::uint8_t>(bytes.front());
  bytes.remove_prefix(1);
  RawRequest raw{};
  raw.method = methods[which % methods.size()];
  raw.target = line(bytes);
  for (auto* header : {&raw.context, &raw.stamp, &raw.seen, &raw.session}) *header = line(bytes);
  raw.body = bytes;
  take_apart(raw, which / methods.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (size > 1 && bytes.front() == '=') {
    by_lines(bytes.substr(1));
  } else {
    over_the_wire(bytes);
  }
  return 0;
}
