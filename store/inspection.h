// What people look at when they want to know where a key lives and how replicas differ: preference list,
// ring, Merkle trees, known divergences, as JSON texts.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <vector>

#include "store/node.h"
#include "store/shared.h"

namespace fracas::store {

std::string preference_list_json(const Shared&, const std::string& key);
std::string ring_json(const Shared&);
boost::system::result<std::vector<std::string>, ClientError> merkle_lines(const Shared&, const MerkleQuery&);
std::vector<std::string> divergence_lines(const Shared&, Instant now);

}  // namespace fracas::store
