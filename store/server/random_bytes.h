// Sixteen bytes that nobody has had: what makes an actor.
#pragma once

#include <array>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>

namespace fracas::store {

/// Fresh from the kernel. An actor must never come twice, so there is nothing to fall back on.
boost::system::result<std::array<std::uint8_t, 16>, std::string> random_bytes();

}  // namespace fracas::store
