// Configurations by name: what well-known systems choose, as far as this store can do it, and two of its own.
// A preset only sets knobs; what is said after it overrides.
#pragma once

#include <boost/system/result.hpp>
#include <span>
#include <string_view>
#include <utility>

#include "store/config.h"

namespace fracas::store {

struct Preset {
  std::string_view name;      ///< as in preset = "..."
  std::string_view sentence;  ///< what it is like, and what differs from the real system
  std::span<const std::pair<std::string_view, std::string_view>> knobs;
};

std::span<const Preset> presets();
const Preset* find_preset(std::string_view name);
/// Sets its knobs and leaves the others as they are.
boost::system::result<void, ConfigError> apply_preset(Config&, std::string_view name);

}  // namespace fracas::store
