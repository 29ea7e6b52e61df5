// What boost::system::result calls when a value is asked of an error: a broken invariant, not an expected
// error.
#include "harness/error.h"

#include <stdexcept>

namespace fracas::harness {

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error(error.message);
}

}  // namespace fracas::harness
