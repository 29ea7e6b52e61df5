#include "nemesis/clock/vdso_clock.h"

namespace fracas::nemesis {

struct VdsoClock::Impl {};
VdsoClock::VdsoClock(VdsoClock&&) noexcept = default;
VdsoClock& VdsoClock::operator=(VdsoClock&&) noexcept = default;
VdsoClock::~VdsoClock() = default;
void VdsoClock::prepare_child() {}
boost::system::result<VdsoClock, std::string> VdsoClock::install(pid_t) {
  return std::string("this build cannot replace the vDSO's time functions yet");
}
void VdsoClock::set(Skew) {}
std::string VdsoClock::unavailable() { return "this build cannot replace the vDSO's time functions yet"; }

}  // namespace fracas::nemesis
