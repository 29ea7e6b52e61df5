// About how many bytes a message between nodes takes on the wire: enough for links with a limited bandwidth
// and for counting what a silent link kept back, without encoding each one.
#pragma once

#include <cstddef>

#include "store/message.h"

namespace fracas::harness {

/// Frame, operation and incarnation.
inline constexpr std::size_t kSmallestMessage = 40;

std::size_t message_size(const store::Message&);

}  // namespace fracas::harness
