#include "harness/shrink/search.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace fracas::harness {
namespace {

/// Larger candidates are hardly ever met twice, and would fill the memory.
constexpr std::size_t kRemembered = 200;

/// Empty for what is not remembered.
std::string identity(const Experiment& experiment) {
  return experiment.script.size() > kRemembered ? std::string() : to_json(experiment).dump();
}

}  // namespace

Search::Search(Experiment failing, StillFails fails, SearchLimits limits)
    : best_(std::move(failing)), fails_(std::move(fails)), limits_(std::move(limits)) {}

bool Search::over() const { return trials_ >= limits_.trials || limits_.out_of_time(); }

bool Search::attempt(const Experiment& candidate) {
  // Without a script it would be another experiment: one that draws its operations.
  if (over() || candidate.script.empty()) return false;
  std::string id = identity(candidate);
  if (!id.empty() && held_.contains(id)) return false;
  ++trials_;
  std::optional<Experiment> failed = fails_(candidate);
  if (!failed) {
    if (!id.empty()) held_.insert(std::move(id));
    return false;
  }
  best_ = std::move(*failed);
  return true;
}

}  // namespace fracas::harness
