// Writes events as Jepsen's history.edn does, an operation a line: for Elle's and Knossos' command lines, and
// for people. What Jepsen has no name for (key, session, node, versions) stands under ours; all is read back
// as it was, but for the members of objects, which come back sorted.
#pragma once

#include <string>
#include <string_view>

#include "checker/event.h"

namespace fracas::checker {

/// Appends the event as one line, newline included. Absent fields are left out.
void append_edn_line(std::string& out, const Event&);

/// Appends the EDN of a compact, valid JSON text.
void append_edn(std::string& out, std::string_view json);

}  // namespace fracas::checker
