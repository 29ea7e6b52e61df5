// network.partition: silence on some directed links between nodes, or between clients and nodes. The drawn
// split ends up in the parameter `cut`, so that a plan says, and replays, exactly which links were cut.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "nemesis/faults/partition_cut.h"
#include "nemesis/kind.h"
#include "nemesis/parameters.h"

namespace fracas::nemesis {

namespace {

const Names kDrawnShapes{"halves", "random", "isolate", "ring", "one-way", "clients"};
const Names kClientNames{std::string(kClients)};

FaultError wrong(const std::string& field, const std::string& message) {
  return FaultError{.field = field, .message = message};
}

/// What a spec asks for, with names checked.
struct Wish {
  std::string shape;
  std::string direction = "any";
  bool clients_follow = false;  ///< clients are on the larger side
  Names map;
};

struct Drawn {
  Names nodes;  ///< that the cut is about: the smaller side, where there are sides
  Cut cut;
};

/// The shape: "any" and lists are drawn from; left out, it is "map" if there is a map.
FaultResult<std::string> draw_shape(const Parameters& parameters, const Names& all, Random& random) {
  Names allowed = kDrawnShapes;
  allowed.insert(allowed.end(), {"map", "any"});
  auto wanted = read_choices(parameters, "shape", allowed);
  if (!wanted) return wanted.error();
  if (wanted->empty()) wanted->emplace_back(parameters.contains("map") ? "map" : "any");
  if (std::find(wanted->begin(), wanted->end(), "any") != wanted->end()) *wanted = kDrawnShapes;
  // What a small cluster cannot have is left out of a choice, and an error only if it was asked for by name.
  if (wanted->size() > 1) {
    std::erase_if(*wanted, [&](const std::string& shape) {
      return (shape == "ring" && all.size() < 3) || (shape != "clients" && all.size() < 2);
    });
  }
  if (wanted->empty()) return wrong("shape", "none of these shapes exists in a cluster this small");
  const auto pick = draw_between(random, 0, static_cast<std::int64_t>(wanted->size()) - 1);
  return {boost::system::in_place_value, (*wanted)[static_cast<std::size_t>(pick)]};
}

bool has_sides(const std::string& shape) {
  return shape == "halves" || shape == "random" || shape == "isolate";
}

bool asked_for_only(const Parameters& parameters, const std::string& shape) {
  const auto found = parameters.find("shape");
  return found != parameters.end() && found->second == Parameter(shape);
}

FaultResult<Wish> read_wish(const Parameters& parameters, const Names& all, Random& random) {
  Wish wish;
  const auto shape = draw_shape(parameters, all, random);
  if (!shape) return shape.error();
  wish.shape = *shape;
  const auto clients = read_choices(parameters, "clients", {"everywhere", "majority"});
  if (!clients) return clients.error();
  wish.clients_follow = !clients->empty() && clients->front() == "majority";
  const auto direction = read_choices(parameters, "direction", {"any", "in", "out"});
  if (!direction) return direction.error();
  if (!direction->empty()) wish.direction = direction->front();
  const auto map = read_texts(parameters, "map");
  if (!map) return map.error();
  wish.map = *map;
  if (wish.shape == "map" && wish.map.empty()) {
    return wrong("map",
                 "the shape \"map\" needs a list of links, for example map = [\"n1>n2\", \"n3|n4,n5\"]");
  }
  if (!wish.map.empty() && wish.shape != "map") return wrong("map", "a map is only for shape = \"map\"");
  const bool by_name = wish.shape == "map" || asked_for_only(parameters, wish.shape);
  if (wish.clients_follow && by_name && !has_sides(wish.shape)) {
    return wrong("clients",
                 "shape \"" + wish.shape +
                     "\" has no larger side for clients to be on; halves, random and isolate have");
  }
  if (all.size() < 2 && wish.shape != "clients" && wish.shape != "map") {
    return wrong("shape", "a partition between nodes needs at least 2 nodes");
  }
  if (wish.shape == "ring" && all.size() < 3)
    return wrong("shape", "a majorities ring needs at least 3 nodes");
  return wish;
}

Drawn draw_sides(Names side, const Names& all) {
  Drawn drawn{.nodes = std::move(side), .cut = {}};
  drawn.cut = cut_between(drawn.nodes, without(all, drawn.nodes));
  return drawn;
}

Drawn draw_one_way(const Wish& wish, const Names& target, const Names& all, Random& random) {
  Drawn drawn{.nodes = draw_side(target, all, 1, random), .cut = {}};
  bool out = wish.direction == "out";
  if (wish.direction == "any") out = draw_between(random, 0, 1) == 1;
  const Names rest = without(all, drawn.nodes);
  drawn.cut = out ? cut_one_way(drawn.nodes, rest) : cut_one_way(rest, drawn.nodes);
  return drawn;
}

Drawn draw_isolation(const Names& target, const Names& all) {
  Drawn drawn{.nodes = target, .cut = {}};
  for (const std::string& node : target) drawn.cut.merge(cut_between({node}, all));
  return drawn;
}

FaultResult<Drawn> draw_map(const Names& lines, const Names& all) {
  const auto cut = parse_map(lines, all, "map");
  if (!cut) return cut.error();
  Drawn drawn{.nodes = {}, .cut = *cut};
  for (const std::string& node : all) {
    const bool named = std::any_of(cut->begin(), cut->end(), [&](const auto& link) {
      return link.first == node || link.second == node;
    });
    if (named) drawn.nodes.push_back(node);
  }
  return drawn;
}

FaultResult<Drawn> draw_cut(const Wish& wish, const Names& target, const Names& all, Random& random) {
  if (wish.shape == "halves") return draw_sides(draw_side(target, all, all.size() / 2, random), all);
  if (wish.shape == "random") {
    const auto size = draw_between(random, 1, static_cast<std::int64_t>(all.size()) - 1);
    return draw_sides(draw_side(target, all, static_cast<std::size_t>(size), random), all);
  }
  if (wish.shape == "isolate") return draw_isolation(target, all);
  if (wish.shape == "ring") return Drawn{.nodes = all, .cut = draw_ring(all, random)};
  if (wish.shape == "one-way") return draw_one_way(wish, target, all, random);
  if (wish.shape == "clients") {
    return Drawn{.nodes = target, .cut = cut_between(kClientNames, target)};
  }
  return draw_map(wish.map, all);
}

FaultResult<void> draw(const FaultSpec& spec, const Names& all, Random& random, Fault& fault) {
  if (spec.parameters.contains("cut")) {  // a plan that is replayed: nothing is open any more
    const auto lines = read_texts(spec.parameters, "cut");
    if (!lines) return lines.error();
    const auto cut = parse_map(*lines, all, "cut");
    if (!cut) return cut.error();
    fault.parameters = spec.parameters;
    fault.parameters["cut"] = to_texts(*cut);
    return {};
  }
  const auto wish = read_wish(spec.parameters, all, random);
  if (!wish) return wish.error();
  auto drawn = draw_cut(*wish, fault.nodes, all, random);
  if (!drawn) return drawn.error();
  if (wish->clients_follow && has_sides(wish->shape)) {
    const Names rest = without(all, drawn->nodes);
    const bool rest_is_larger = rest.size() >= drawn->nodes.size();
    drawn->cut.merge(cut_between(kClientNames, rest_is_larger ? drawn->nodes : rest));
  }
  fault.nodes = drawn->nodes;
  fault.parameters = {{"shape", wish->shape}, {"cut", to_texts(drawn->cut)}};
  return {};
}

LinkCounters since(const LinkCounters& now, const LinkCounters& before) {
  return LinkCounters{.connections_cut = now.connections_cut - before.connections_cut,
                      .connections_refused = now.connections_refused - before.connections_refused,
                      .bytes_held = now.bytes_held - before.bytes_held,
                      .bytes_passed = now.bytes_passed - before.bytes_passed};
}

bool bit(const LinkCounters& counters) {
  return counters.connections_cut + counters.connections_refused + counters.bytes_held > 0;
}

nlohmann::json to_json(const LinkCounters& counters) {
  return {{"connections_cut", counters.connections_cut},
          {"connections_refused", counters.connections_refused},
          {"bytes_held", counters.bytes_held}};
}

class ActivePartition : public ActiveFault {
 public:
  ActivePartition(const Cut& cut, Surroundings& around) {
    for (const auto& link : cut) before_[link] = around.network.counters(link.first, link.second);
    for (const auto& [from, to] : cut) around.network.block(from, to);
  }

  Effect end(Surroundings& around) override {
    LinkCounters sum;
    nlohmann::json links = nlohmann::json::object();
    for (const auto& [link, before] : before_) {
      const LinkCounters done = since(around.network.counters(link.first, link.second), before);
      sum.connections_cut += done.connections_cut;
      sum.connections_refused += done.connections_refused;
      sum.bytes_held += done.bytes_held;
      links[link.first + ">" + link.second] = to_json(done);
    }
    for (const auto& [link, before] : before_) around.network.unblock(link.first, link.second);
    Effect effect;
    effect.took_effect = bit(sum);
    nlohmann::json measured = to_json(sum);
    measured["links"] = std::move(links);
    if (!effect.took_effect) measured["why"] = "nothing was sent over these links while they were cut";
    effect.measured = measured.dump();
    return effect;
  }

 private:
  std::map<Cut::value_type, LinkCounters> before_;
};

/// The names were checked when the fault was drawn (or read back: check_fault); who they are is the network's
/// business.
std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  Names all = around.nodes.names();
  const auto lines = read_texts(fault.parameters, "cut");
  const auto cut = lines ? parse_map(*lines, all, "cut") : FaultResult<Cut>(lines.error());
  return std::make_unique<ActivePartition>(cut ? *cut : Cut{}, around);
}

}  // namespace

Kind network_partition() {
  return Kind{
      .name = "network.partition",
      .sentence = "silence on some directed links: nothing passes and nothing is answered until the heal",
      .parameters =
          {{"shape",
            "halves | random | isolate | ring | one-way | clients | map | any, or a list to draw from", "any",
            "halves and random put the target nodes on the first side; isolate cuts each target node from "
            "all; ring "
            "lets every node hear a majority, no two the same; clients cuts clients from the target nodes"},
           {"direction", "any | in | out", "any",
            "of one-way: what the target nodes are sent, or what they send"},
           {"clients", "everywhere | majority", "everywhere",
            "of halves, random and isolate: whether clients still reach every node, or only the larger side"},
           {"map", "a list of \"n1>n2\", \"n1,n2|n3,n4\"; clients is a name too", "none",
            "of map: one way, or groups that do not reach each other"},
           {"cut", "a list of \"n1>n2\"", "drawn",
            "the links that a drawn partition cuts, as a plan records them"}},
      .default_duration = 4'000'000'000,  // 2 to 6 s: long enough for time-outs and retries on both sides
      .needs = Ability::links,
      .draw = draw,
      .begin = begin};
}

}  // namespace fracas::nemesis
