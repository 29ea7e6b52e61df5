#include "store/server/server.h"

#include <fmt/format.h>
#include <cstring>
#include <optional>
#include <utility>

#include "store/actor.h"
#include "store/ring.h"
#include "store/server/driver.h"
#include "store/server/http_server.h"
#include "store/server/metrics_text.h"
#include "store/server/peer_link.h"
#include "store/server/peer_listener.h"
#include "store/server/random_bytes.h"

namespace fracas::store {
namespace {

template <typename T>
using Opened = boost::system::result<T, std::string>;

Opened<NodeOptions> node_options(const ServerOptions& options) {
  const auto actor = random_bytes();
  if (!actor) return actor.error();
  const auto seed = random_bytes();
  if (!seed) return seed.error();
  NodeOptions node{.config = options.config, .self = options.self, .names = options.names, .actor = *actor};
  std::memcpy(&node.seed, seed->data(), sizeof node.seed);
  return node;
}

/// A client that coordinates brings whole states, as text a third longer.
HttpLimits http_limits(const Config& config) {
  HttpLimits limits{.value_bytes = config.max_value_bytes};
  if (config.coordinator == Coordination::client) limits.body_bytes = max_state_bytes * 2;
  return limits;
}

PeerIdentity identity_of(const NodeOptions& node) {
  return {.self = node.self,
          .names = node.names,
          .cluster = cluster_id(node.names, node.config.spares, node.config.n, get(node.config, "conflict")),
          .incarnation = to_string(Actor::of(node.self, node.actor), node.names)};
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, std::unique_ptr<Storage> storage)
      : options_(std::move(options)), storage_(std::move(storage)) {}

  Opened<void> open(const Records&, bool damaged);
  void run();

  boost::asio::io_context io_{1};
  Tcp::endpoint http_endpoint_;
  Tcp::endpoint peers_endpoint_;

 private:
  void connect_parts(Acceptor http, Acceptor peers);
  void inspect(const HttpRequest&, HttpAnswer&) const;
  void show_merkle(const MerkleQuery&, HttpAnswer&) const;
  Metrics metrics(Instant now) const;

  ServerOptions options_;
  std::unique_ptr<Storage> storage_;
  PeerIdentity identity_;
  std::int64_t started_ns_ = read_clocks().steady_ns;
  std::vector<std::unique_ptr<PeerLink>> links_;  ///< by index; none to itself
  std::unique_ptr<PeerListener> peer_listener_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<Driver> driver_;
};

Opened<void> Server::Impl::open(const Records& records, bool damaged) {
  auto node_options_ = node_options(options_);
  if (!node_options_) return node_options_.error();
  node_options_->disk_was_damaged = damaged;
  identity_ = identity_of(*node_options_);
  auto driver = Driver::open(
      io_, *std::move(node_options_), records, *storage_,
      DriverOutputs{.send = [this](SendToPeer out) { links_[out.to]->send(std::move(out.message)); },
                    .reply = [this](ReplyToClient reply) { http_->answer(reply); },
                    .broken = options_.broken});
  if (!driver) return fmt::format("storage {}: {}", options_.data, driver.error());
  driver_ = *std::move(driver);
  auto http = listen_on(io_, options_.listen_http);
  if (!http) return "--listen-http: " + http.error();
  auto peers = listen_on(io_, options_.listen_peers);
  if (!peers) return "--listen-peers: " + peers.error();
  connect_parts(*std::move(http), *std::move(peers));
  return {};
}

void Server::Impl::connect_parts(Acceptor http, Acceptor peers) {
  http_endpoint_ = http.local_endpoint();
  peers_endpoint_ = peers.local_endpoint();
  for (NodeIndex peer = 0; peer < options_.names.size(); ++peer)
    links_.push_back(
        peer == options_.self
            ? nullptr
            : std::make_unique<PeerLink>(io_, identity_, peer, options_.peers[peer],
                                         [this](SendFailed failed) { driver_->feed(std::move(failed)); }));
  peer_listener_ = std::make_unique<PeerListener>(
      io_, std::move(peers), identity_, [this](FromPeer message) { driver_->feed(std::move(message)); });
  http_ = std::make_unique<HttpServer>(
      io_, std::move(http), http_limits(options_.config),
      HttpHandlers{
          .client = [this](ClientRequest request) { driver_->feed(std::move(request)); },
          .inspect = [this](const HttpRequest& request, HttpAnswer& answer) { inspect(request, answer); },
          .change_ring = [this](ChangeRing change) { driver_->feed(std::move(change)); }});
}

void Server::Impl::run() {
  driver_->start();
  peer_listener_->start();
  http_->start();
  io_.run();
}

void Server::Impl::inspect(const HttpRequest& request, HttpAnswer& answer) const {
  const Instant now = read_clocks();
  switch (request.route) {
    case HttpRequest::Route::status:
      return write_status(answer, driver_->node(), now, (now.steady_ns - started_ns_) / 1'000'000);
    case HttpRequest::Route::metrics:
      return write_metrics(answer, metrics(now));
    case HttpRequest::Route::replica:
      return write_replica(answer, driver_->node());
    case HttpRequest::Route::replica_key:
      answer.body = driver_->node().replica_state(request.key) + "\n";
      return;
    case HttpRequest::Route::hints:
      return write_lines(answer, driver_->node().hints(now));
    case HttpRequest::Route::divergences:
      return write_lines(answer, driver_->node().divergences(now));
    case HttpRequest::Route::health:
      answer.body = driver_->node().health(now) + "\n";
      return;
    case HttpRequest::Route::ring:
      answer.body = driver_->node().ring() + "\n";
      return;
    case HttpRequest::Route::merkle:
      return show_merkle(request.merkle, answer);
    case HttpRequest::Route::preference_list:
      answer.body = driver_->node().preference_list(request.key) + "\n";
      return;
    case HttpRequest::Route::kv:
    case HttpRequest::Route::change_ring:
      assert(false && "what waits for an answer is no inspection");
  }
}

void Server::Impl::show_merkle(const MerkleQuery& query, HttpAnswer& answer) const {
  const auto lines = driver_->node().merkle(query);
  if (lines) return write_lines(answer, *lines);
  const ClientError& error = lines.error();
  write_problem(answer, {.status = 400,
                         .kind = to_string(error.kind),
                         .field = error.field,
                         .message = error.message,
                         .allow = {}});
}

Metrics Server::Impl::metrics(Instant now) const {
  Metrics all = driver_->node().metrics(now);
  all.merge(driver_->metrics());
  all.merge(http_->metrics());
  PeerLinkCounters sum;
  int up = 0;
  for (const auto& link : links_) {
    if (!link) continue;
    const PeerLinkCounters one = link->counters();
    sum.sent += one.sent;
    sum.failed += one.failed;
    sum.writes += one.writes;
    sum.queued_bytes += one.queued_bytes;
    up += one.up ? 1 : 0;
  }
  const PeerListenerCounters in = peer_listener_->counters();
  all["fracas_peer_links_up"] = up;
  all["fracas_peer_messages_sent_total"] = static_cast<double>(sum.sent);
  all["fracas_peer_messages_failed_total"] = static_cast<double>(sum.failed);
  all["fracas_peer_writes_total"] = static_cast<double>(sum.writes);
  all["fracas_peer_queued_bytes"] = static_cast<double>(sum.queued_bytes);
  all["fracas_peer_messages_received_total"] = static_cast<double>(in.received);
  all["fracas_peer_connections_refused_total"] = static_cast<double>(in.unsound);
  return all;
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Opened<std::unique_ptr<Server>> Server::open(ServerOptions options, OpenedStorage storage) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(storage.storage));
  if (auto opened = impl->open(storage.records, !storage.damage.empty()); !opened) return opened.error();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Tcp::endpoint Server::http_endpoint() const { return impl_->http_endpoint_; }
Tcp::endpoint Server::peers_endpoint() const { return impl_->peers_endpoint_; }
void Server::run() { impl_->run(); }
void Server::stop() { impl_->io_.stop(); }
boost::asio::io_context& Server::loop() { return impl_->io_; }

}  // namespace fracas::store
