// The bundled store as a target: how its requests and answers look on the wire, and how a node is started.
// Pure functions on texts. (The interface: store/README.md.)
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/error.h"
#include "harness/target.h"
#include "store/config.h"

namespace fracas::harness::fracas_store {

/// Where one node listens and whom it talks to.
struct NodePlace {
  std::string name;
  std::uint16_t http_port = 0;
  std::uint16_t peer_port = 0;
  std::filesystem::path data;
  /// Every node in the cluster's order, itself included: where this node reaches it.
  std::vector<std::pair<std::string, std::uint16_t>> peers;
};

std::vector<std::string> command_line(const store::Config&, const NodePlace&);

/// A whole HTTP/1.1 request.
std::string encode(const TargetRequest&);
/// What an answer means. `status`: of HTTP.
TargetResponse decode(unsigned status, std::string_view body);

std::string status_request();
Result<NodeStatus> decode_status(unsigned status, std::string_view body);

std::string dump_request();
/// (key, its line), sorted by key.
Result<std::vector<std::pair<std::string, std::string>>> decode_dump(unsigned status, std::string_view body);

}  // namespace fracas::harness::fracas_store
