// What lets a verdict be believed without believing the checker: an order for what is linearizable, the few
// operations that prove a violation. Lines of certificates.jsonl (results/README.md), which `fracas verify`
// replays.
#pragma once

#include <string>

#include "checker/property.h"

namespace fracas::harness {

/// Operations of all orders together; objects beyond it get a line that says so.
inline constexpr std::size_t kMaxCertified = 1'000'000;

/// Lines of JSON, newlines included; nothing for a verdict that has no certificate.
std::string certificates(const checker::Verdict&, const checker::Case&);

}  // namespace fracas::harness
