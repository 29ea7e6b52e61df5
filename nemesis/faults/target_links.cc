#include "nemesis/faults/target_links.h"

#include "nemesis/parameters.h"
#include "nemesis/surroundings.h"

namespace fracas::nemesis {

namespace {

const Names kDirections{"both", "in", "out"};

bool with_clients(const Fault& fault) {
  const auto clients = read_flag(fault.parameters, "clients");
  return clients && clients->value_or(false);
}

}  // namespace

ParameterInfo direction_info() {
  return {"direction", "both | in | out | any, or a list to draw from", "any",
          "what the target nodes are sent (in), what they send (out), or both"};
}

ParameterInfo clients_info() {
  return {"clients", "true | false", "drawn", "whether the links between clients and the target nodes too"};
}

FaultResult<void> draw_direction(const Parameters& parameters, Random& random, Fault& fault) {
  auto direction = draw_choice(parameters, "direction", kDirections, random);
  if (!direction) return direction.error();
  fault.parameters["direction"] = std::move(*direction);
  return {};
}

FaultResult<void> draw_clients(const Parameters& parameters, const Names& all, Random& random, Fault& fault) {
  const auto clients = draw_flag(parameters, "clients", random);
  if (!clients) return clients.error();
  if (all.size() > 1) {
    fault.parameters["clients"] = *clients;
    return {};
  }
  if (parameters.contains("clients") && !*clients)
    return FaultError{.field = "clients", .message = "a node on its own has links with clients only"};
  fault.parameters["clients"] = true;
  return {};
}

Cut links_of(const Fault& fault, const Names& all) {
  Names others = all;
  if (with_clients(fault)) others.emplace_back(kClients);
  const auto asked = read_choices(fault.parameters, "direction", kDirections);
  const std::string direction = asked && !asked->empty() ? asked->front() : "both";
  if (direction == "in") return cut_one_way(others, fault.nodes);
  if (direction == "out") return cut_one_way(fault.nodes, others);
  return cut_between(fault.nodes, others);
}

}  // namespace fracas::nemesis
