// Acknowledged writes of a session and what they had to come after: its own earlier writes
// (monotonic-writes), or what it had read (writes-follow-reads). With stamps: a later write has no older
// stamp. With siblings: nobody is shown the earlier version beside the later one, which had superseded it; of
// a set, nobody the later element without the earlier one. A write without a context follows nothing. (Terry
// et al., Session guarantees for weakly consistent replicated data, 1994.)
#pragma once

#include <cstdint>
#include <string_view>

#include "checker/property.h"

namespace fracas::checker {

enum class After : std::uint8_t { own_writes, own_reads };

/// `nothing`: why nothing was checked, should that be so.
Verdict check_write_order(const Case&, std::string_view property, After, std::string_view nothing);

}  // namespace fracas::checker
