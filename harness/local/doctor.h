// What this machine allows: every kind of fault of the local world is really tried in a small way, on
// children and sockets of our own, since what containers, kernels and limits forbid cannot be told from their
// settings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fracas::harness {

struct Capability {
  enum class Outcome : std::uint8_t {
    works,    ///< it was tried and did what it should
    fails,    ///< it was tried and did not
    foreign,  ///< no machine can: the local world has no such thing, the simulation does
  };
  std::string fault;  ///< name of the kind, as in nemesis::kinds()
  Outcome outcome = Outcome::fails;
  std::string why;  ///< it does not work, and what would help; empty if it works
};
/// One per kind of fault, in the order of nemesis::kinds(). Takes well below a second, at most some ten.
std::vector<Capability> capabilities();

/// What limits a run without forbidding it.
struct EnvironmentFact {
  std::string name;
  std::string value;    ///< with its unit
  std::string concern;  ///< empty if there is enough, else what may go wrong and what to do
};
std::vector<EnvironmentFact> environment();

}  // namespace fracas::harness
