#include "harness/commands/list.h"

#include <fmt/format.h>

#include "checker/linearizability/judged.h"
#include "checker/model.h"
#include "checker/property.h"
#include "harness/commands/experiments_folder.h"
#include "harness/commands/run.h"
#include "harness/commands/table.h"
#include "harness/experiment.h"
#include "harness/suggest.h"
#include "nemesis/kind.h"
#include "store/presets.h"

namespace fracas::harness {
namespace {

template <typename Things>
std::vector<CatalogueEntry> entries(const Things& things) {
  std::vector<CatalogueEntry> result;
  for (const auto& thing : things) result.push_back({std::string(thing.name), std::string(thing.sentence)});
  return result;
}

/// A file that does not load is listed with what is wrong with it.
std::vector<CatalogueEntry> experiment_entries() {
  std::vector<CatalogueEntry> result{{std::string(kDefault), default_experiment(WorldKind::local).about},
                                     {std::string(kSwarm), std::string(kSwarmAbout)}};
  for (const std::filesystem::path& file : shipped_experiments()) {
    const Result<Experiment> experiment = load_experiment(file, {});
    result.push_back({file.stem().string(), experiment ? experiment->about : experiment.error().message});
  }
  return result;
}

std::vector<CatalogueEntry> target_entries() {
  return {{"store", "the bundled leaderless store, fracas-store"}};
}

struct Catalogue {
  std::string_view name;
  std::vector<CatalogueEntry> (*entries)();
};
constexpr Catalogue kCatalogues[] = {
    {"workloads", [] { return entries(workloads::workloads()); }},
    {"faults", [] { return entries(nemesis::kinds()); }},
    {"properties", [] { return entries(checker::properties()); }},
    {"algorithms", [] { return entries(checker::linearizability::algorithms()); }},
    {"models", [] { return entries(checker::models()); }},
    {"targets", target_entries},
    {"presets", [] { return entries(store::presets()); }},
    {"bugs", [] { return entries(store::bugs()); }},
    {"experiments", experiment_entries},
};

}  // namespace

const std::vector<std::string>& catalogue_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Catalogue& catalogue : kCatalogues) result.emplace_back(catalogue.name);
    return result;
  }();
  return names;
}

std::vector<CatalogueEntry> catalogue(std::string_view name) {
  for (const Catalogue& candidate : kCatalogues)
    if (candidate.name == name) return candidate.entries();
  return {};
}

Exit list_command(const std::string& name, Console& console) {
  const std::vector<std::string>& known = catalogue_names();
  if (std::find(known.begin(), known.end(), name) == known.end())
    return complain(console, {Exit::usage, fmt::format("list {}: there is nothing to list of that name{}",
                                                       name, did_you_mean(name, known))});
  std::vector<Row> rows;
  for (const CatalogueEntry& entry : catalogue(name)) rows.push_back({entry.name, entry.sentence});
  console.out << table({}, rows);
  return Exit::pass;
}

}  // namespace fracas::harness
