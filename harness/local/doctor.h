// What this machine allows: every kind of fault is really tried in a small way, on children and sockets of
// our own, since what containers, kernels and limits forbid cannot be told from their settings.
#pragma once

#include <string>
#include <vector>

namespace fracas::harness {

struct Capability {
  std::string fault;   ///< name of the kind, as in nemesis::kinds()
  bool works = false;  ///< it was tried and did what it should
  std::string why;     ///< what went wrong; empty if it works
  std::string remedy;  ///< what would allow it; empty if it works
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
