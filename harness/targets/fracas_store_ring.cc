// The store's ring as the harness sees it: what GET /ring says, and how a change is asked for.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "harness/targets/fracas_store.h"
#include "store/ring.h"

namespace fracas::harness::fracas_store {

std::string ring_request() { return "GET /ring HTTP/1.1\r\nHost: store\r\nConnection: close\r\n\r\n"; }

namespace {

using Owners = store::Ring::Owners;

/// Of {"ring": [{"partition", "owner"}, ...]}, ordered by partition.
Owners owners_of(const nlohmann::json& document, const std::vector<std::string>& nodes) {
  Owners owners;
  for (const nlohmann::json& entry : document.at("ring")) {
    const auto found = std::find(nodes.begin(), nodes.end(), entry.at("owner").get<std::string>());
    if (found != nodes.end()) owners.push_back(static_cast<store::NodeIndex>(found - nodes.begin()));
  }
  return owners;
}

Error not_a_ring(unsigned status, std::string_view body) {
  return {Exit::environment,
          fmt::format("GET /ring was answered with HTTP {}: {}", status, body.substr(0, 200))};
}

std::vector<std::string> names_of(const std::vector<store::NodeIndex>& members,
                                  const std::vector<std::string>& nodes) {
  std::vector<std::string> names;
  for (const store::NodeIndex node : members) names.push_back(nodes[node]);
  return names;
}

ClusterRing cluster_ring(std::uint64_t epoch, const store::Ring& now, int n,
                         const std::vector<std::string>& nodes) {
  ClusterRing ring;
  ring.view.epoch = epoch;
  ring.view.members = names_of(now.members(), nodes);
  for (int partition = 0; partition < store::partitions; ++partition)
    ring.homes.push_back(names_of(now.homes(partition, n), nodes));
  return ring;
}

}  // namespace

ClusterRing first_ring(const store::Config& config, const std::vector<std::string>& nodes) {
  return cluster_ring(1, store::Ring(first_members(config)), config.n, nodes);
}

Result<ClusterRing> decode_ring(unsigned status, std::string_view body, const store::Config& config,
                                const std::vector<std::string>& nodes) {
  const auto document = nlohmann::json::parse(body, nullptr, false);
  if (status != 200 || !document.is_object()) return not_a_ring(status, body);
  try {
    const bool moving = document.at("moving").get<bool>();
    Owners now = owners_of(document, nodes);
    Owners next = moving ? owners_of(document.at("next"), nodes) : Owners();
    const std::size_t wanted = store::partitions;
    if (now.size() != wanted || (moving && next.size() != wanted)) return not_a_ring(status, body);
    // Not by the store's own list of homes, which a seeded bug may have made.
    const store::Ring ring(std::move(now));
    if (ring.nodes() < config.n) return not_a_ring(status, body);
    ClusterRing result = cluster_ring(document.at("epoch").get<std::uint64_t>(), ring, config.n, nodes);
    if (moving) result.view.next = names_of(store::Ring(std::move(next)).members(), nodes);
    return result;
  } catch (const nlohmann::json::exception& wrong) {
    return Error{Exit::environment, fmt::format("GET /ring: {}", wrong.what())};
  }
}

std::string encode(const nemesis::RingChange& change) {
  constexpr std::array<std::string_view, 3> kVerbs{"join", "leave", "replace"};
  std::string query = fmt::format("{}={}", kVerbs[static_cast<std::size_t>(change.kind)], change.node);
  if (!change.with.empty()) query += fmt::format("&with={}", change.with);
  return fmt::format(
      "POST /ring?{} HTTP/1.1\r\nHost: store\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", query);
}

nemesis::RingAnswer decode_ring_change(unsigned status, std::string_view body) {
  if (status == 200) return {.answered = true, .agreed = true};
  return {.answered = true, .agreed = false, .message = decode(status, body).error};
}

store::ChangeRing to_change_ring(const nemesis::RingChange& change, store::RequestId id) {
  constexpr std::array kKinds{store::RingChange::Kind::join, store::RingChange::Kind::leave,
                              store::RingChange::Kind::replace};
  return {.id = id,
          .kind = kKinds[static_cast<std::size_t>(change.kind)],
          .node = change.node,
          .with = change.with};
}

nemesis::RingAnswer to_ring_answer(const store::ReplyToClient& reply) {
  if (!reply.error) return {.answered = true, .agreed = true};
  return {.answered = true,
          .agreed = false,
          .message = fmt::format("{}: {}", store::to_string(reply.error->kind), reply.error->message)};
}

}  // namespace fracas::harness::fracas_store
