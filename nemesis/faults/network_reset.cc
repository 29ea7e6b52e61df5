// network.reset: breaks the connections of some nodes at one moment, both ways: what was on its way is lost,
// and both ends hear of it at once, as after a firewall forgot them or a NAT gateway was restarted.
#include <map>
#include <nlohmann/json.hpp>

#include "nemesis/faults/target_links.h"
#include "nemesis/kind.h"

namespace fracas::nemesis {

namespace {

FaultResult<void> draw(const FaultSpec& spec, const Names& all, Random& random, Fault& fault) {
  fault.parameters.clear();
  return draw_clients(spec.parameters, all, random, fault);
}

class ActiveReset : public ActiveFault {
 public:
  ActiveReset(const Cut& links, Surroundings& around) {
    for (const auto& [from, to] : links) before_[{from, to}] = around.network.counters(from, to);
    for (const auto& [from, to] : links) {
      const bool broken_already = to < from && links.contains({to, from});
      if (!broken_already) around.network.reset(from, to);
    }
  }

  Effect end(Surroundings& around) override {
    std::uint64_t cut = 0;
    std::uint64_t dropped = 0;
    for (const auto& [link, before] : before_) {
      const LinkCounters now = around.network.counters(link.first, link.second);
      cut += now.connections_cut - before.connections_cut;
      dropped += now.messages_dropped - before.messages_dropped;
    }
    nlohmann::json measured{{"connections_cut", cut}, {"messages_dropped", dropped}};
    if (cut == 0) measured["why"] = "nothing was connected over these links";
    return Effect{.took_effect = cut > 0, .measured = measured.dump()};
  }

 private:
  std::map<Cut::value_type, LinkCounters> before_;
};

std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  return std::make_unique<ActiveReset>(links_of(fault, around.nodes.names()), around);
}

}  // namespace

Kind network_reset() {
  return Kind{
      .name = "network.reset",
      .sentence = "connections break at one moment: what was on its way is lost, both ends hear of it",
      .parameters = {clients_info()},
      .default_duration = 400'000'000,  // it is over at once; so long it is watched what it did
      .needs = Ability::packets,
      .draw = draw,
      .begin = begin};
}

}  // namespace fracas::nemesis
