#include "store/presets.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <string>

namespace fracas::store {
namespace {

using Setting = std::pair<std::string_view, std::string_view>;

constexpr Setting dynamo[] = {{"n", "3"},
                              {"r", "2"},
                              {"w", "2"},
                              {"placement", "sloppy"},
                              {"hints", "fallback"},
                              {"coordinator", "node"},
                              {"conflict", "siblings"},
                              {"stamp", "wall"},
                              {"repair", "async"},
                              {"anti_entropy", "1s"}};
constexpr Setting riak[] = {{"n", "3"},
                            {"r", "quorum"},
                            {"w", "quorum"},
                            {"placement", "sloppy"},
                            {"hints", "fallback"},
                            {"coordinator", "node"},
                            {"conflict", "siblings"},
                            {"stamp", "wall"},
                            {"repair", "async"},
                            {"anti_entropy", "1s"}};
constexpr Setting cassandra[] = {{"n", "3"},
                                 {"r", "quorum"},
                                 {"w", "quorum"},
                                 {"placement", "strict"},
                                 {"hints", "coordinator"},
                                 {"coordinator", "node"},
                                 {"conflict", "lww"},
                                 {"stamp", "client"},
                                 {"repair", "blocking"},
                                 {"anti_entropy", "off"}};
constexpr Setting voldemort[] = {{"n", "3"},
                                 {"r", "2"},
                                 {"w", "2"},
                                 {"placement", "strict"},
                                 {"hints", "off"},
                                 {"coordinator", "client"},
                                 {"rejoin", "immediate"},
                                 {"conflict", "siblings"},
                                 {"stamp", "wall"},
                                 {"repair", "async"},
                                 {"anti_entropy", "off"}};
constexpr Setting linearizable[] = {{"n", "3"},
                                    {"r", "quorum"},
                                    {"w", "quorum"},
                                    {"placement", "strict"},
                                    {"hints", "coordinator"},
                                    {"coordinator", "node"},
                                    {"conflict", "lww"},
                                    {"stamp", "query"},
                                    {"repair", "abd"},
                                    {"anti_entropy", "1s"}};
constexpr Setting cache[] = {{"n", "3"},          {"r", "one"},
                             {"w", "one"},        {"placement", "strict"},
                             {"hints", "off"},    {"coordinator", "node"},
                             {"conflict", "lww"}, {"stamp", "wall"},
                             {"repair", "async"}, {"anti_entropy", "1s"},
                             {"fsync", "never"}};

constexpr std::array table{
    Preset{"dynamo",
           "Amazon's Dynamo as in its paper: three copies, two of each, stand-ins for homes that are away, "
           "versions kept until a client merges them. Here any node coordinates.",
           dynamo},
    Preset{"riak",
           "Riak with allow_mult: majorities, fallback nodes that count, siblings, active anti-entropy. Here "
           "tombstones stay (Riak reaps them after three seconds).",
           riak},
    Preset{
        "cassandra",
        "Cassandra at QUORUM: last write wins by the clients' clocks, hints, read repair that is awaited, no "
        "anti-entropy until somebody asks for it. Here every write is synced before it is acknowledged, and "
        "tombstones stay.",
        cassandra},
    Preset{
        "voldemort",
        "Voldemort: three copies, two of each, of which only homes count; clients that coordinate and "
        "repair, "
        "versions kept, no anti-entropy. Here nobody keeps what a home missed (there any node keeps a slop).",
        voldemort},
    Preset{
        "linearizable",
        "No such system: last write wins with stamps asked of a quorum and reads that write back. Every key "
        "is a linearizable register, whatever clocks say, at the price of two rounds for a write.",
        linearizable},
    Preset{"cache",
           "Last write wins where a lost write does no harm: one reply is enough, nothing is synced. Fast, "
           "always there, and often out of date.",
           cache},
};

}  // namespace

std::span<const Preset> presets() { return table; }

const Preset* find_preset(std::string_view name) {
  const auto* found =
      std::find_if(table.begin(), table.end(), [&](const Preset& preset) { return preset.name == name; });
  return found == table.end() ? nullptr : found;
}

boost::system::result<void, ConfigError> apply_preset(Config& config, std::string_view name) {
  const Preset* preset = find_preset(name);
  if (preset == nullptr) {
    std::string message = "there is no preset \"" + std::string(name) + "\"; presets:";
    for (const Preset& known : table) message += " " + std::string(known.name);
    return ConfigError{"preset", message};
  }
  for (const auto& [knob, value] : preset->knobs) {
    const auto done = set(config, knob, value);
    assert(done);
    if (!done) return done;
  }
  return {};
}

}  // namespace fracas::store
