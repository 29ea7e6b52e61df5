// `fracas doctor`: what can be injected on this machine, and what to do about the rest.
#pragma once

#include "harness/commands/console.h"

namespace fracas::harness {

Exit doctor_command(Console&);

}  // namespace fracas::harness
