// Where a command speaks: results on `out`, everything for people on `err`. Tests pass string streams.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "harness/error.h"

namespace fracas::harness {

struct Console {
  std::ostream& out;
  std::ostream& err;
  bool live = false;    ///< `err` is a terminal that can rewrite a line
  bool colour = false;  ///< a terminal, and NO_COLOR is not set
};

/// "fracas: message" without control characters, and the exit code that the error leads to.
Exit complain(const Console&, const Error&);

/// The text in bold where colours are on.
std::string bold(const Console&, std::string_view text);

/// An argument as a shell needs it to be quoted.
std::string shell_quoted(std::string_view argument);

}  // namespace fracas::harness
