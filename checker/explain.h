// The phrases of explanations: operations, values, moments and the faults around them, the same in every
// property.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checker/evidence.h"
#include "checker/history.h"
#include "checker/property.h"

namespace fracas::checker {

/// "4.120 s"
std::string seconds(std::int64_t ns);

/// A value as it is shown in a sentence: long ones are cut.
std::string shown(std::string_view json);

/// `got "5-2"` or `found nothing`
std::string got(std::string_view json);

/// `session 3 wrote "3-17" to k7 via n2 (acknowledged at 4.120 s)`; with `Session` for the start of a
/// sentence.
std::string describe(const History&, const Operation&);
std::string describe_first(const History&, const Operation&);

/// ", during network.partition on n1, n2 (2.000 s to 5.100 s)" for the faults that overlap the interval and
/// had an effect; empty if there are none.
std::string faults_around(const Evidence&, std::int64_t begin_ns, std::int64_t end_ns);
/// From the invocation of the one to the completion of the other.
std::string faults_around(const History&, const Evidence&, const Operation& begin, const Operation& end);

/// A witness over these operations.
Witness witness(std::string explanation, std::initializer_list<const Operation*> operations);

}  // namespace fracas::checker
