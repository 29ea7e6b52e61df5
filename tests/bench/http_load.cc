// The client of the comparison with etcd: a closed loop of clients over keep-alive HTTP, the same code for
// both stores; only the requests differ. Each client writes or reads keys of its own in turn. Prints one JSON
// object. Started by beside_etcd.py.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/local/http_connection.h"

namespace {

using fracas::harness::HttpConnection;
using fracas::harness::HttpReply;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kTimeoutNs = 10'000'000'000;

struct Options {
  std::string store = "fracas";
  std::string verb = "put";
  std::vector<std::uint16_t> ports;
  std::size_t clients = 16;
  std::size_t keys = 100;  ///< of each client
  std::size_t bytes = 100;
  double seconds = 5;
  double warm_up = 1;  ///< seconds, not counted
};

std::string base64(std::string_view text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t three = 0;
    const std::size_t count = std::min<std::size_t>(3, text.size() - i);
    for (std::size_t j = 0; j < 3; ++j)
      three = (three << 8) | (j < count ? static_cast<std::uint8_t>(text[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j) out += j <= count ? digits[(three >> (18 - 6 * j)) & 63] : '=';
  }
  return out;
}

std::string http(std::string_view method, std::string_view path, std::string_view header,
                 std::string_view body) {
  return fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n{}Content-Length: {}\r\n\r\n{}", method, path,
                     header, body.size(), body);
}

/// A key of one client, and what the last answer said that the next put has to carry along.
struct Key {
  std::string name;
  std::string context;
};

std::string fracas_request(const Options& options, const Key& key, const std::string& value) {
  if (options.verb == "get") return http("GET", "/kv/" + key.name, "", "");
  const std::string header = key.context.empty() ? "" : fmt::format("X-Fracas-Context: {}\r\n", key.context);
  return http("PUT", "/kv/" + key.name, header, fmt::format(R"({{"value":"{}"}})", value));
}

/// Reads are linearizable, which is the gateway's default.
std::string etcd_request(const Options& options, const Key& key, const std::string& value) {
  if (options.verb == "get")
    return http("POST", "/v3/kv/range", "", fmt::format(R"({{"key":"{}"}})", base64(key.name)));
  return http("POST", "/v3/kv/put", "",
              fmt::format(R"({{"key":"{}","value":"{}"}})", base64(key.name), base64(value)));
}

void remember_context(Key& key, std::string_view body) {
  constexpr std::string_view before = R"("context":")";
  const auto begin = body.find(before);
  if (begin == std::string_view::npos) return;
  const auto rest = body.substr(begin + before.size());
  key.context = rest.substr(0, rest.find('"'));
}

struct Tally {
  Clock::time_point count_from;
  Clock::time_point end;
  std::vector<std::int64_t> latencies_ns;
  std::uint64_t errors = 0;
  std::string first_error;
};

class Client {
 public:
  Client(boost::asio::io_context& loop, const Options& options, std::size_t number, Tally& tally)
      : options_(options), connection_(loop, options.ports[number % options.ports.size()]), tally_(tally) {
    for (std::size_t i = 0; i < options.keys; ++i) keys_.push_back({fmt::format("c{}-{}", number, i), {}});
  }

  void next() {
    const auto begin = Clock::now();
    if (begin >= tally_.end) return;
    Key& key = keys_[turn_++ % keys_.size()];
    const std::string value = fmt::format("{:0>{}}", turn_, options_.bytes);
    const bool fracas = options_.store == "fracas";
    connection_.request(fracas ? fracas_request(options_, key, value) : etcd_request(options_, key, value),
                        kTimeoutNs,
                        [this, &key, begin](const HttpReply& reply) { answered(key, begin, reply); });
  }

 private:
  void answered(Key& key, Clock::time_point begin, const HttpReply& reply) {
    const auto now = Clock::now();
    const bool good = reply.outcome == HttpReply::Outcome::answered && reply.status == 200;
    if (good && options_.store == "fracas") remember_context(key, reply.body);
    if (!good && ++tally_.errors == 1)
      tally_.first_error =
          reply.error.empty() ? fmt::format("status {}: {}", reply.status, reply.body) : reply.error;
    if (good && now >= tally_.count_from && now < tally_.end)
      tally_.latencies_ns.push_back((now - begin).count());
    next();
  }

  const Options& options_;
  HttpConnection connection_;
  Tally& tally_;
  std::vector<Key> keys_;
  std::size_t turn_ = 0;
};

/// In milliseconds; `sorted` is not empty.
double quantile(const std::vector<std::int64_t>& sorted, double q) {
  const auto position = static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[position]) / 1e6;
}

int run(const Options& options) {
  boost::asio::io_context loop;
  Tally tally;
  const auto seconds = [](double count) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count));
  };
  tally.count_from = Clock::now() + seconds(options.warm_up);
  tally.end = tally.count_from + seconds(options.seconds);
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < options.clients; ++i)
    clients.push_back(std::make_unique<Client>(loop, options, i, tally));
  for (const auto& client : clients) client->next();
  // A connection that waits for its peer to hang up never ends the loop by itself.
  loop.run_until(tally.end + std::chrono::nanoseconds(kTimeoutNs / 100));

  auto& latencies = tally.latencies_ns;
  if (latencies.empty()) {
    fmt::print(stderr, "http_load: no request succeeded; the first error: {}\n", tally.first_error);
    return 1;
  }
  std::sort(latencies.begin(), latencies.end());
  fmt::print(R"({{"per_second":{:.0f},"p50_ms":{:.3f},"p99_ms":{:.3f},"errors":{}}})"
             "\n",
             static_cast<double>(latencies.size()) / options.seconds, quantile(latencies, 0.5),
             quantile(latencies, 0.99), tally.errors);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Closed-loop HTTP clients for fracas-store and etcd");
  app.add_option("--store", options.store)->check(CLI::IsMember({"fracas", "etcd"}));
  app.add_option("--verb", options.verb)->check(CLI::IsMember({"put", "get"}));
  app.add_option("--ports", options.ports)->required()->delimiter(',');
  app.add_option("--clients", options.clients)->check(CLI::Range(1, 1024));
  app.add_option("--keys", options.keys)->check(CLI::Range(1, 1'000'000));
  app.add_option("--bytes", options.bytes)->check(CLI::Range(1, 1 << 20));
  app.add_option("--seconds", options.seconds);
  app.add_option("--warm-up", options.warm_up);
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
