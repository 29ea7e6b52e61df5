// The faults that treat single messages by a rule on their links. They differ in one or two fields of the
// rule and in the counter that proves it: one row each.
#include <map>
#include <nlohmann/json.hpp>
#include <span>

#include "nemesis/faults/target_links.h"
#include "nemesis/kind.h"
#include "nemesis/parameters.h"

namespace fracas::nemesis {

namespace {

constexpr Nanoseconds kMillisecond = 1'000'000;
constexpr std::int64_t kPercent = 10'000;  // chances are in millionths

enum class Unit : std::uint8_t { duration, chance, bytes };

/// A field of the rule, drawn from a range.
struct Amount {
  ParameterInfo info;
  Unit unit = Unit::duration;
  Range usual;  ///< drawn from by doublings, where it is left open
  Range limits;
  void (*set)(LinkRule&, std::int64_t);
};

struct PacketFault {
  std::string_view name;
  std::string_view sentence;
  std::span<const Amount> amounts;
  LinkRule rule;  ///< what no amount says
  std::uint64_t LinkCounters::*evidence;
  std::string_view counter;  ///< its name in the measured effect
  Nanoseconds usual_duration = 3'000 * kMillisecond;
};

constexpr Range kDurations{.low = 1'000, .high = 3'600'000 * kMillisecond};
constexpr Range kChances{.low = 1, .high = 100 * kPercent};
constexpr std::string_view kDuration = "a duration or a range, \"50ms\" or [\"1ms\", \"1s\"]";
constexpr std::string_view kChance = "a number or a range, 0.1 or [\"0.01\", \"0.5\"]";

constexpr Amount kDelayAmounts[] = {
    {{"delay", kDuration, "[\"5ms\", \"500ms\"]", "added to every message"},
     Unit::duration,
     {.low = 5 * kMillisecond, .high = 500 * kMillisecond},
     kDurations,
     [](LinkRule& rule, std::int64_t amount) { rule.delay = amount; }},
    {{"jitter", kDuration, "[\"1ms\", \"200ms\"]", "and up to this much more, drawn for each message"},
     Unit::duration,
     {.low = kMillisecond, .high = 200 * kMillisecond},
     {.low = 0, .high = kDurations.high},
     [](LinkRule& rule, std::int64_t amount) { rule.jitter = amount; }},
};
constexpr Amount kLossAmounts[] = {
    {{"chance", kChance, "[\"0.01\", \"0.5\"]", "that a message never arrives"},
     Unit::chance,
     {.low = kPercent, .high = 50 * kPercent},
     kChances,
     [](LinkRule& rule, std::int64_t amount) { rule.loss = static_cast<std::uint32_t>(amount); }},
};
constexpr Amount kDuplicateAmounts[] = {
    {{"chance", kChance, "[\"0.01\", \"0.5\"]", "that a message arrives twice"},
     Unit::chance,
     {.low = kPercent, .high = 50 * kPercent},
     kChances,
     [](LinkRule& rule, std::int64_t amount) { rule.duplicate = static_cast<std::uint32_t>(amount); }},
};
constexpr Amount kCorruptAmounts[] = {
    {{"chance", kChance, "[\"0.01\", \"0.3\"]", "that a message arrives damaged, and its checksum shows it"},
     Unit::chance,
     {.low = kPercent, .high = 30 * kPercent},
     kChances,
     [](LinkRule& rule, std::int64_t amount) { rule.corrupt = static_cast<std::uint32_t>(amount); }},
};
constexpr Amount kReorderAmounts[] = {
    {{"chance", kChance, "[\"0.05\", \"0.5\"]", "that a message waits while others overtake it"},
     Unit::chance,
     {.low = 5 * kPercent, .high = 50 * kPercent},
     kChances,
     [](LinkRule& rule, std::int64_t amount) { rule.reorder = static_cast<std::uint32_t>(amount); }},
    {{"by", kDuration, "[\"1ms\", \"200ms\"]", "how long it waits"},
     Unit::duration,
     {.low = kMillisecond, .high = 200 * kMillisecond},
     kDurations,
     [](LinkRule& rule, std::int64_t amount) { rule.reorder_by = amount; }},
};
constexpr Amount kBandwidthAmounts[] = {
    {{"rate", "a whole number or a range, 5000 or [\"1000\", \"50000\"]", "[\"1000\", \"50000\"]",
      "bytes a second; what a full queue cannot take is dropped"},
     Unit::bytes,
     {.low = 1'000, .high = 50'000},
     {.low = 1, .high = 1'000'000'000'000},
     [](LinkRule& rule, std::int64_t amount) { rule.bytes_per_second = amount; }},
};
constexpr Amount kFlapAmounts[] = {
    {{"period", kDuration, "[\"20ms\", \"1s\"]", "silent for so long, then open for so long, and so on"},
     Unit::duration,
     {.low = 20 * kMillisecond, .high = 1'000 * kMillisecond},
     {.low = kMillisecond, .high = kDurations.high},
     [](LinkRule& rule, std::int64_t amount) { rule.flap = amount; }},
};

constexpr PacketFault kDelay{.name = "network.delay",
                             .sentence = "every message on some links takes longer, each by its own amount",
                             .amounts = kDelayAmounts,
                             .rule = {},
                             .evidence = &LinkCounters::messages_delayed,
                             .counter = "messages_delayed"};
constexpr PacketFault kLoss{.name = "network.loss",
                            .sentence = "some messages on some links never arrive",
                            .amounts = kLossAmounts,
                            .rule = {},
                            .evidence = &LinkCounters::messages_dropped,
                            .counter = "messages_dropped"};
constexpr PacketFault kDuplicate{.name = "network.duplicate",
                                 .sentence = "some messages on some links arrive twice",
                                 .amounts = kDuplicateAmounts,
                                 .rule = {},
                                 .evidence = &LinkCounters::messages_duplicated,
                                 .counter = "messages_duplicated"};
constexpr PacketFault kReorder{.name = "network.reorder",
                               .sentence = "some messages on some links are overtaken by later ones",
                               .amounts = kReorderAmounts,
                               .rule = {},
                               .evidence = &LinkCounters::messages_reordered,
                               .counter = "messages_reordered"};
constexpr PacketFault kCorrupt{.name = "network.corrupt",
                               .sentence = "some messages on some links arrive damaged and are thrown away",
                               .amounts = kCorruptAmounts,
                               .rule = {},
                               .evidence = &LinkCounters::messages_corrupted,
                               .counter = "messages_corrupted"};
constexpr PacketFault kBandwidth{.name = "network.bandwidth",
                                 .sentence = "some links carry only so many bytes a second",
                                 .amounts = kBandwidthAmounts,
                                 .rule = {},
                                 .evidence = &LinkCounters::messages_delayed,
                                 .counter = "messages_delayed"};
constexpr PacketFault kHold{
    .name = "network.hold",
    .sentence = "some links keep their messages, and deliver all of them when the fault ends",
    .amounts = {},
    .rule = {.hold = true},
    .evidence = &LinkCounters::messages_held,
    .counter = "messages_held",
    .usual_duration = 2'000 * kMillisecond};  // 1 to 3 s: most senders have given up when it all arrives
constexpr PacketFault kFlap{.name = "network.flap",
                            .sentence = "some links are silent and open by turns",
                            .amounts = kFlapAmounts,
                            .rule = {},
                            .evidence = &LinkCounters::messages_dropped,
                            .counter = "messages_dropped"};

FaultResult<Range> read(const Amount& amount, const Parameters& parameters) {
  const std::string name(amount.info.name);
  switch (amount.unit) {
    case Unit::duration:
      return read_durations(parameters, name, amount.usual, amount.limits);
    case Unit::chance:
      return read_ratios(parameters, name, amount.usual, amount.limits);
    case Unit::bytes:
      break;
  }
  return read_counts(parameters, name, amount.usual, amount.limits);
}

Parameter written(Unit unit, std::int64_t amount) {
  if (unit == Unit::duration) return format_duration(amount);
  if (unit == Unit::chance) return static_cast<double>(amount) / 1e6;
  return amount;
}

template <const PacketFault& kWhat>
FaultResult<void> draw(const FaultSpec& spec, const Names& all, Random& random, Fault& fault) {
  fault.parameters.clear();
  for (const Amount& amount : kWhat.amounts) {
    const auto range = read(amount, spec.parameters);
    if (!range) return range.error();
    const std::int64_t drawn = draw_amount(random, *range, amount.usual.low);
    fault.parameters[std::string(amount.info.name)] = written(amount.unit, drawn);
  }
  if (const auto drawn = draw_direction(spec.parameters, random, fault); !drawn) return drawn.error();
  return draw_clients(spec.parameters, all, random, fault);
}

class ActiveRule : public ActiveFault {
 public:
  ActiveRule(const PacketFault& what, const LinkRule& rule, const Cut& links, Surroundings& around)
      : what_(what) {
    for (const auto& [from, to] : links) {
      Treated& treated = links_[{from, to}];
      treated.before = around.network.counters(from, to).*what.evidence;
      treated.rule = around.network.impose(from, to, rule);
    }
  }

  Effect end(Surroundings& around) override {
    std::uint64_t sum = 0;
    nlohmann::json links = nlohmann::json::object();
    for (const auto& [link, treated] : links_) {
      const std::uint64_t count =
          around.network.counters(link.first, link.second).*what_.evidence - treated.before;
      if (count > 0) links[link.first + ">" + link.second] = {{what_.counter, count}};
      sum += count;
      around.network.lift(treated.rule);
    }
    nlohmann::json measured{{what_.counter, sum}, {"links", std::move(links)}};
    if (sum == 0) measured["why"] = "no message that it could have treated was sent over these links";
    return Effect{.took_effect = sum > 0, .measured = measured.dump()};
  }

 private:
  struct Treated {
    std::uint64_t before = 0;
    std::uint64_t rule = 0;
  };

  const PacketFault& what_;
  std::map<Cut::value_type, Treated> links_;
};

template <const PacketFault& kWhat>
std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  LinkRule rule = kWhat.rule;
  for (const Amount& amount : kWhat.amounts) {
    const auto range = read(amount, fault.parameters);
    amount.set(rule, range ? range->low : amount.usual.low);
  }
  return std::make_unique<ActiveRule>(kWhat, rule, links_of(fault, around.nodes.names()), around);
}

template <const PacketFault& kWhat>
Kind kind() {
  std::vector<ParameterInfo> parameters;
  for (const Amount& amount : kWhat.amounts) parameters.push_back(amount.info);
  parameters.push_back(direction_info());
  parameters.push_back(clients_info());
  return Kind{.name = kWhat.name,
              .sentence = kWhat.sentence,
              .parameters = std::move(parameters),
              .default_duration = kWhat.usual_duration,
              .needs = Ability::packets,
              .draw = draw<kWhat>,
              .begin = begin<kWhat>};
}

}  // namespace

Kind network_delay() { return kind<kDelay>(); }
Kind network_loss() { return kind<kLoss>(); }
Kind network_duplicate() { return kind<kDuplicate>(); }
Kind network_reorder() { return kind<kReorder>(); }
Kind network_corrupt() { return kind<kCorrupt>(); }
Kind network_bandwidth() { return kind<kBandwidth>(); }
Kind network_hold() { return kind<kHold>(); }
Kind network_flap() { return kind<kFlap>(); }

}  // namespace fracas::nemesis
