#include "store/actor.h"

namespace fracas::store {

Actor Actor::of(NodeIndex node, const std::array<std::uint8_t, 16>& random) {
  Actor actor{random};
  actor.bytes[0] = static_cast<std::uint8_t>(node >> 8);
  actor.bytes[1] = static_cast<std::uint8_t>(node & 0xff);
  return actor;
}

void append(std::string& text, const Actor& actor, std::span<const std::string> names) {
  constexpr char digits[] = "0123456789abcdef";
  const NodeIndex node = actor.node();
  if (node >= first_client) {
    text += "client" + std::to_string(node - first_client);
  } else {
    text += node < names.size() ? names[node] : "node" + std::to_string(node);
  }
  std::array<char, 13> random{'#'};
  for (std::size_t i = 2; i < 8; ++i) {
    random[2 * i - 3] = digits[actor.bytes[i] >> 4];
    random[2 * i - 2] = digits[actor.bytes[i] & 0xf];
  }
  text.append(random.data(), random.size());
}

std::string to_string(const Actor& actor, std::span<const std::string> names) {
  std::string text;
  append(text, actor, names);
  return text;
}

}  // namespace fracas::store
