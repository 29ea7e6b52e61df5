// Expected errors of the harness and the exit codes that they lead to.
#pragma once

#include <boost/system/result.hpp>
#include <string>

namespace fracas::harness {

/// Exit codes of every command (README.md). Where several apply: 255, 1, 130, 3, 2, 0, in this order.
enum class Exit : int {
  pass = 0,
  violated = 1,
  unknown = 2,
  vacuous = 3,
  usage = 254,
  environment = 255,
  interrupted = 130,
};

/// What went wrong, where, and what to do. `code` is usage or environment.
struct Error {
  Exit code = Exit::environment;
  std::string message;
};
template <typename T>
using Result = boost::system::result<T, Error>;
[[noreturn]] void throw_exception_from_error(const Error&, const boost::source_location&);

}  // namespace fracas::harness
