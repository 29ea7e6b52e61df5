#include "harness/shrink/script_of_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace fracas::harness {
namespace {

bool carries_a_value(checker::Function f) {
  return f != checker::Function::read && f != checker::Function::remove_key;
}

std::string shrunk_name(const std::string& name) {
  constexpr std::size_t kLongest = 60;
  constexpr std::string_view kSuffix = "-shrunk";
  if (name.ends_with(kSuffix)) return name;
  return name.substr(0, kLongest - kSuffix.size()) + std::string(kSuffix);
}

/// Whether its violation is to be seen in what the run left rather than in what it did.
bool about_the_end(std::string_view property) {
  return property == "durability" || property == "convergence" || property == "lost-updates" ||
         property == "quiescence" || property == "ack-count" || property == "no-resurrection";
}

}  // namespace

std::vector<nemesis::FaultSpec> exact_faults(const nemesis::Plan& plan, Nanoseconds later) {
  std::vector<nemesis::FaultSpec> specs;
  for (const nemesis::Fault& fault : plan) {
    nemesis::FaultSpec spec;
    spec.kind = fault.kind;
    spec.target = fmt::format("{}", fmt::join(fault.nodes, ","));
    spec.after = fault.start + later;
    spec.lasts = std::max<Nanoseconds>(1, fault.duration);
    spec.parameters = fault.parameters;
    specs.push_back(std::move(spec));
  }
  return specs;
}

Experiment script_of(const Experiment& experiment, const nemesis::Plan& plan, const checker::History& history,
                     const RunTimes& times) {
  const Experiment usual;
  Experiment script = experiment;
  script.name = shrunk_name(experiment.name);
  script.steady = 0;
  script.duration = experiment.duration + times.torment - times.load;
  script.faults = exact_faults(plan, times.torment - times.load);
  // What only a generator needs; every operation says itself whom it asks.
  script.load = usual.load;
  script.load.clients = experiment.load.clients;
  script.load.seed = experiment.seed;
  script.clients.rate = usual.clients.rate;
  script.clients.sticky = usual.clients.sticky;
  script.script.clear();
  for (const checker::Operation& operation : history.operations()) {
    if (operation.final) continue;
    ScriptedOperation scripted;
    scripted.at = std::max<Nanoseconds>(0, history.invoked_ns(operation) - times.load);
    scripted.client = history.session(operation);
    scripted.intent.f = operation.f;
    scripted.intent.key = history.text(operation.key);
    if (carries_a_value(operation.f)) scripted.intent.value = history.text(operation.value);
    scripted.node = history.text(history.node(operation));
    script.script.push_back(std::move(scripted));
  }
  return script;
}

std::vector<Suspicion> suspicions_of(const checker::Verdict& verdict, const checker::History& history) {
  std::map<std::uint32_t, std::size_t> positions;  // of an operation's invocation in the script
  for (const checker::Operation& operation : history.operations())
    if (!operation.final) positions.emplace(operation.invoked, positions.size());
  std::vector<Suspicion> suspicions;
  for (const checker::Witness& witness : verdict.witnesses) {
    Suspicion suspicion;
    suspicion.at_the_end = about_the_end(verdict.property);
    for (const std::uint32_t invoked : witness.operations) {
      const checker::Operation* operation = history.invoked_at(invoked);
      if (operation == nullptr) continue;
      suspicion.keys.emplace_back(history.text(operation->key));
      const auto found = positions.find(invoked);
      if (found == positions.end())
        suspicion.at_the_end = true;
      else
        suspicion.operations.push_back(found->second);
    }
    if (!suspicion.keys.empty()) suspicions.push_back(std::move(suspicion));
  }
  return suspicions;
}

}  // namespace fracas::harness
