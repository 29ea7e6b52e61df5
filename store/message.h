// What nodes say to each other. The frame (version byte, length, checksum) is wire.h's business.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace fracas::store {

using NodeIndex = std::uint16_t;  ///< position in the cluster's list of names
}  // namespace fracas::store
