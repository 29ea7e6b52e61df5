// The experiment that runs when nobody names one, and how each kind of fault is dosed in it.
#pragma once

#include <string_view>

#include "harness/experiment.h"

namespace fracas::harness {

/// A [[fault]] entry for this kind, as `fracas run` and `--fault` use it.
nemesis::FaultSpec default_fault(std::string_view kind);

}  // namespace fracas::harness
