#include "harness/local/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace fracas::harness {
namespace {

// Linux hands out 32768 and up by itself.
constexpr std::uint16_t kFirst = 20'000;
constexpr std::uint16_t kCount = 12'000;

/// A socket that keeps the port from everyone who does not ask to reuse addresses (as this function does not
/// while it tries), but not from a node's listener, which does. -1: taken.
int hold(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int yes = 1;
  const bool held = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0;
  if (held) return descriptor;
  ::close(descriptor);
  return -1;
}

}  // namespace

/// Harnesses that start together begin at different places.
Ports::Ports() : next_(static_cast<std::uint16_t>(::getpid() * 97 % kCount)) {}

Ports::~Ports() {
  for (const int descriptor : held_) ::close(descriptor);
}

Result<std::uint16_t> Ports::take() {
  for (std::uint16_t tried = 0; tried < kCount; ++tried) {
    const auto port = static_cast<std::uint16_t>(kFirst + next_);
    next_ = static_cast<std::uint16_t>((next_ + 1) % kCount);
    const int descriptor = hold(port);
    if (descriptor < 0) continue;
    held_.push_back(descriptor);
    return port;
  }
  return Error{Exit::environment,
               fmt::format("no free loopback port between {} and {}", kFirst, kFirst + kCount - 1)};
}

}  // namespace fracas::harness
