#include "store/server/random_bytes.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <cerrno>
#include <cstring>

namespace fracas::store {

boost::system::result<std::array<std::uint8_t, 16>, std::string> random_bytes() {
  std::array<std::uint8_t, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return fmt::format("getrandom: {}", std::strerror(errno));
  return bytes;
}

}  // namespace fracas::store
