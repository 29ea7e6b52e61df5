// Free loopback ports, kept for a whole run: a node that is restarted finds its own again. They come from
// below the range that the kernel hands out by itself, and are held by a bound socket that does not listen,
// so that a harness running beside this one takes others.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/error.h"

namespace fracas::harness {

class Ports {
 public:
  Ports();
  ~Ports();
  Ports(const Ports&) = delete;
  Ports& operator=(const Ports&) = delete;

  Result<std::uint16_t> take();

 private:
  std::uint16_t next_;
  std::vector<int> held_;
};

}  // namespace fracas::harness
