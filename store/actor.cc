#include "store/actor.h"

#include <cstddef>

namespace fracas::store {

Actor Actor::of(NodeIndex node, const std::array<std::uint8_t, 16>& random) {
  Actor actor{random};
  actor.bytes[0] = static_cast<std::uint8_t>(node >> 8);
  actor.bytes[1] = static_cast<std::uint8_t>(node & 0xff);
  return actor;
}

std::string to_string(const Actor& actor, std::span<const std::string> names) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text =
      actor.node() < names.size() ? names[actor.node()] : "node" + std::to_string(actor.node());
  text += '#';
  for (std::size_t i = 2; i < 8; ++i) {
    text += digits[actor.bytes[i] >> 4];
    text += digits[actor.bytes[i] & 0xf];
  }
  return text;
}

}  // namespace fracas::store
