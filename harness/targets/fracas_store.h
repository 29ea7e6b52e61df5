// The bundled store as a target: how its requests and answers look on the wire, and how a node is started.
// Pure functions on texts. (The interface: store/README.md.)
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/error.h"
#include "harness/target.h"
#include "store/config.h"
#include "store/node.h"

namespace fracas::harness::fracas_store {

/// `nodes`: names in the cluster's order.
std::unique_ptr<Target> make_target(const store::Config&, std::vector<std::string> nodes);

std::vector<std::string> command_line(const store::Config&, const NodePlace&);

/// A whole HTTP/1.1 request.
std::string encode(const TargetRequest&);
/// What an answer means. `status`: of HTTP.
TargetResponse decode(unsigned status, std::string_view body);

/// The same without the wire, for a world that talks to the store's node itself.
store::ClientRequest to_client_request(TargetRequest, store::RequestId);
TargetResponse to_response(store::ReplyToClient&&);

std::string status_request();
Result<NodeStatus> decode_status(unsigned status, std::string_view body);

/// `nodes`: names in the cluster's order.
ClusterRing first_ring(const store::Config&, const std::vector<std::string>& nodes);
std::string ring_request();
Result<ClusterRing> decode_ring(unsigned status, std::string_view body, const store::Config&,
                                const std::vector<std::string>& nodes);
std::string encode(const nemesis::RingChange&);
nemesis::RingAnswer decode_ring_change(unsigned status, std::string_view body);
/// The same without the wire.
store::ChangeRing to_change_ring(const nemesis::RingChange&, store::RequestId);
nemesis::RingAnswer to_ring_answer(const store::ReplyToClient&);

std::string dump_request();
/// (key, its line), sorted by key.
Result<std::vector<std::pair<std::string, std::string>>> decode_dump(unsigned status, std::string_view body);

}  // namespace fracas::harness::fracas_store
