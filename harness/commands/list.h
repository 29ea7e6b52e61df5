// `fracas list`: what there is, a line each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/commands/console.h"

namespace fracas::harness {

/// A thing that has a name: what list prints and explain finds.
struct CatalogueEntry {
  std::string name;
  std::string sentence;
};

/// workloads, faults, properties, models, targets, bugs, experiments.
const std::vector<std::string>& catalogue_names();
std::vector<CatalogueEntry> catalogue(std::string_view name);

Exit list_command(const std::string& catalogue_name, Console&);

}  // namespace fracas::harness
