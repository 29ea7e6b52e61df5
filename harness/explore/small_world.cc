#include "harness/explore/small_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/clock_stamp.h"
#include "store/describe.h"
#include "store/replica.h"
#include "store/ring.h"

namespace fracas::harness::explore {
namespace {

const std::string the_key = "k";

/// Before a hint is tried again and before anti-entropy's next round, so that the first timer to fire is that
/// of a request.
constexpr std::int64_t request_timeout_ns = 5'000'000;

constexpr std::int64_t wall_tick_us = 1000;  ///< between writes that begin one after the other

store::Config ground_config() {
  store::Config config;
  config.nodes = config.n = 3;
  config.conflict = store::Conflict::lww;
  config.repair = store::Repair::none;
  config.hints = store::Hints::off;
  config.anti_entropy_ns = 0;
  config.timeout_ns = request_timeout_ns;
  return config;
}

Result<store::Config> config_of(const Scope& scope) {
  store::Config config = ground_config();
  const auto wrong = [&](const store::ConfigError& error) {
    return Error{Exit::usage, fmt::format("scope {}: {}: {}", scope.name, error.field, error.message)};
  };
  for (const auto& [name, value] : scope.store) {
    const auto outcome = store::set(config, name, value);
    if (!outcome) return wrong(outcome.error());
  }
  const bool others = std::any_of(scope.store.begin(), scope.store.end(),
                                  [](const auto& knob) { return knob.first == "nodes"; });
  if (!others) config.nodes = config.n;
  if (const auto outcome = store::check(config); !outcome) return wrong(outcome.error());
  return config;
}

template <std::integral Number>
void add(std::string& text, Number number) {
  text.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void add(std::string& text, const Progress& progress) {
  add(text, static_cast<std::uint8_t>(progress.status));
  add(text, static_cast<std::uint8_t>(progress.before));
  add(text, progress.answer);
}

Status status_of(const store::ReplyToClient& answer, bool read) {
  if (!answer.error) return Status::ok;
  const bool nothing_known = answer.error->kind == store::ErrorKind::unknown_outcome ||
                             answer.error->kind == store::ErrorKind::timeout;
  return nothing_known && !read ? Status::unknown : Status::failed;
}

bool has_ended(Status status) {
  return status == Status::ok || status == Status::failed || status == Status::unknown;
}

}  // namespace

std::uint64_t Situation::hash() const {
  std::uint64_t hash = losses + 7ULL * crashes + 49ULL * timers + 343ULL * repetitions;
  const auto mix = [&hash](std::uint64_t word) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 29;
  };
  for (const MachineId id : machines) mix(id);
  for (const Progress& progress : operations) {
    mix(std::uint64_t{progress.answer} << 32 | static_cast<std::uint32_t>(progress.status) << 16 |
        progress.before);
  }
  for (const Flight& flight : network) mix(flight.key());
  return hash;
}

Result<SmallWorld> SmallWorld::open(const Scope& scope, bool merge_equal_nodes) {
  auto config = config_of(scope);
  if (!config) return config.error();
  assert(scope.operations.size() <= max_operations && config->nodes <= static_cast<int>(max_nodes));
  return SmallWorld(
      scope,
      {.config = *config, .self = 0, .sync_at_once = scope.crashes == 0, .power_cuts = scope.power_cuts},
      merge_equal_nodes);
}

SmallWorld::SmallWorld(const Scope& scope, MachineOptions ground, bool merge_equal_nodes)
    : scope_(scope),
      ground_(ground),
      homes_(store::Ring(first_members(ground.config)).homes(the_key, ground.config.n)),
      table_(std::move(ground), merge_equal_nodes) {
  for (NodeIndex node = 0; node < config().nodes; ++node) start_.machines.push_back(table_.add(node));
  for (std::size_t i = 0; i < scope.operations.size(); ++i) start_.operations.push_back({});
}

std::vector<Action> SmallWorld::actions(const Situation& at) const {
  using Kind = Action::Kind;
  std::vector<Action> actions;
  for (std::size_t i = 0; i < at.operations.size(); ++i) {
    if (!may_begin(at, i)) continue;
    const int wanted = scope_.operations[i].node;
    for (std::uint8_t node = 0; node < at.machines.size(); ++node) {
      if ((wanted == any_node || wanted == node + 1) && table_.facts(at.machines[node]).up)
        actions.push_back({Kind::begin, node, static_cast<std::uint8_t>(i), 0});
    }
  }
  for (std::size_t i = 0; i < at.network.size(); ++i) {
    if (!may_arrive(at, i)) continue;
    const Flight& flight = at.network[i];
    const auto index = static_cast<std::uint16_t>(i);
    const auto to = static_cast<std::uint8_t>(flight.to);
    if (flight.refused) {
      actions.push_back({Kind::refuse, static_cast<std::uint8_t>(flight.from), 0, index});
      continue;
    }
    actions.push_back({Kind::deliver, to, 0, index});
    if (at.repetitions < scope_.repetitions) actions.push_back({Kind::repeat, to, 0, index});
    if (at.losses < scope_.losses) actions.push_back({Kind::lose, to, 0, index});
  }
  for (std::uint8_t node = 0; node < at.machines.size(); ++node) {
    const auto& facts = table_.facts(at.machines[node]);
    if (!facts.up) {
      actions.push_back({Kind::restart, node, 0, 0});
      continue;
    }
    if (facts.syncing) actions.push_back({Kind::sync, node, 0, 0});
    if (facts.has_timer && at.timers < scope_.timers) actions.push_back({Kind::fire, node, 0, 0});
    if (at.crashes == scope_.crashes) continue;
    actions.push_back({Kind::crash, node, 0, 0});
    if (facts.syncing) actions.push_back({Kind::crash_keeping, node, 0, 0});
  }
  return actions;
}

bool SmallWorld::quiet(const Situation& at) const {
  if (!at.network.empty()) return false;
  for (const MachineId id : at.machines) {
    if (!table_.facts(id).up || table_.facts(id).syncing) return false;
  }
  for (std::size_t i = 0; i < at.operations.size(); ++i) {
    if (may_begin(at, i)) return false;
  }
  return true;
}

bool SmallWorld::may_begin(const Situation& at, std::size_t operation) const {
  if (at.operations[operation].status != Status::waiting) return false;
  for (std::size_t before = operation; before-- > 0;) {
    if (scope_.operations[before].client == scope_.operations[operation].client)
      return has_ended(at.operations[before].status);
  }
  return true;
}

const store::ReplyToClient* SmallWorld::last_answer(const Situation& at, std::size_t operation) const {
  for (std::size_t before = operation; before-- > 0;) {
    const bool own = scope_.operations[before].client == scope_.operations[operation].client;
    if (own && at.operations[before].status == Status::ok)
      return &table_.answer(at.operations[before].answer);
  }
  return nullptr;
}

std::int64_t SmallWorld::highest_seen(const Situation& at, std::size_t operation) const {
  std::int64_t seen_us = 0;
  for (std::size_t before = 0; before < operation; ++before) {
    const bool own = scope_.operations[before].client == scope_.operations[operation].client;
    if (own && at.operations[before].status == Status::ok)
      seen_us = std::max(seen_us, stamp_us_of_clock(table_.answer(at.operations[before].answer).clock));
  }
  return seen_us;
}

std::string SmallWorld::written(const Operation& operation, const store::ReplyToClient* last) const {
  if (operation.deed != Deed::add) return operation.value;
  std::set<nlohmann::json> elements{nlohmann::json::parse(operation.value)};
  for (const std::string& value : last == nullptr ? std::vector<std::string>() : last->values) {
    const auto array = nlohmann::json::parse(value);
    elements.insert(array.begin(), array.end());
  }
  return nlohmann::json(elements).dump();
}

Situation SmallWorld::after(const Situation& from, const Action& action, Consequences* consequences) {
  using Kind = Action::Kind;
  Consequences unheard;
  Consequences& come = consequences == nullptr ? unheard : *consequences;
  Situation at = from;
  const bool of_message = action.kind == Kind::deliver || action.kind == Kind::repeat ||
                          action.kind == Kind::lose || action.kind == Kind::refuse;
  const Flight flight = of_message ? at.network[action.flight] : Flight{};
  if (of_message) at.network.erase(action.flight);
  const NodeIndex node = action.node;
  switch (action.kind) {
    case Kind::begin:
      move(at, node, begin(at, action), come);
      break;
    case Kind::deliver:
      move(at, node, {Cause::Kind::deliver, static_cast<std::uint8_t>(flight.from), flight.message}, come);
      break;
    case Kind::repeat:
      ++at.repetitions;
      insert(at, flight);
      move(at, node, {Cause::Kind::deliver, static_cast<std::uint8_t>(flight.from), flight.message}, come);
      break;
    case Kind::lose:
      ++at.losses;
      break;
    case Kind::refuse:
      move(at, node, {Cause::Kind::refuse, static_cast<std::uint8_t>(flight.to), flight.message}, come);
      break;
    case Kind::fire:
      ++at.timers;
      move(at, node, {Cause::Kind::fire, 0, 0}, come);
      break;
    case Kind::sync:
      move(at, node, {Cause::Kind::sync, 0, 0}, come);
      break;
    case Kind::crash:
      crash(at, node, come);
      move(at, node, {Cause::Kind::crash, 0, 0}, come);
      break;
    case Kind::crash_keeping:
      crash(at, node, come);
      move(at, node, {Cause::Kind::crash_keeping, 0, 0}, come);
      break;
    case Kind::restart:
      move(at, node, {Cause::Kind::restart, 0, 0}, come);
      break;
  }
  return at;
}

Cause SmallWorld::begin(Situation& at, const Action& action) {
  const Operation& operation = scope_.operations[action.operation];
  const store::ReplyToClient* last = last_answer(at, action.operation);
  Progress& progress = at.operations[action.operation];
  progress.status = Status::open;
  progress.node = action.node;
  std::int64_t writes = 0;
  for (std::size_t i = 0; i < at.operations.size(); ++i) {
    if (has_ended(at.operations[i].status))
      progress.before = static_cast<std::uint8_t>(progress.before | 1U << i);
    if (at.operations[i].status != Status::waiting && scope_.operations[i].deed != Deed::get) ++writes;
  }
  Begin begin;
  begin.request.id = action.operation;
  begin.request.key = the_key;
  begin.request.verb = operation.deed == Deed::get      ? store::Verb::get
                       : operation.deed == Deed::remove ? store::Verb::remove
                                                        : store::Verb::put;
  if (begin.request.verb == store::Verb::put) begin.request.value = written(operation, last);
  if (begin.request.verb != store::Verb::get && last != nullptr) begin.request.context = last->context;
  const bool carries =
      config().stamp == store::StampSource::hlc || config().stamp == store::StampSource::query;
  if (begin.request.verb != store::Verb::get && carries)
    begin.request.seen_us = highest_seen(at, action.operation);
  const auto skew = scope_.wall_skew_us.find(action.node + 1);
  begin.wall_us = writes * wall_tick_us + (skew == scope_.wall_skew_us.end() ? 0 : skew->second);
  return {Cause::Kind::begin, 0, table_.number(begin)};
}

void SmallWorld::move(Situation& at, NodeIndex node, const Cause& cause, Consequences& come) {
  const MachineTable::Move& move = table_.move(at.machines[node], cause);
  at.machines[node] = move.to;
  for (const auto& [to, message] : move.sent) {
    Flight flight;
    flight.refused = !table_.facts(at.machines[to]).up;
    flight.from = node & 7U;
    flight.to = to & 7U;
    flight.message = message & 0x1FFFFFFU;
    insert(at, flight);
    come.sent.push_back(flight);
  }
  for (const auto& [operation, answer] : move.answers) {
    complete(at, operation, answer);
    come.ended.push_back(operation);
  }
}

void SmallWorld::complete(Situation& at, std::size_t operation, AnswerId answer) {
  Progress& progress = at.operations[operation];
  assert(progress.status == Status::open);
  const bool read = scope_.operations[operation].deed == Deed::get;
  progress.status = status_of(table_.answer(answer), read);
  progress.node = 0;
  if (progress.status == Status::ok) progress.answer = answer;
}

/// What was on its way to it is gone, and its clients will not hear from it.
void SmallWorld::crash(Situation& at, NodeIndex node, Consequences& come) {
  ++at.crashes;
  at.network.erase_if(
      [&](const Flight& flight) { return flight.refused ? flight.from == node : flight.to == node; });
  for (std::size_t i = 0; i < at.operations.size(); ++i) {
    Progress& progress = at.operations[i];
    if (progress.status != Status::open || progress.node != node) continue;
    progress.status = scope_.operations[i].deed == Deed::get ? Status::failed : Status::unknown;
    progress.node = 0;
    come.ended.push_back(i);
  }
}

void SmallWorld::insert(Situation& at, const Flight& flight) const {
  const auto earlier = [this](const Flight& a, const Flight& b) {
    return scope_.ordered_links ? a.link() < b.link() : a.key() < b.key();
  };
  const Flight* end = std::as_const(at.network).end();
  at.network.insert(std::upper_bound(std::as_const(at.network).begin(), end, flight, earlier), flight);
}

bool SmallWorld::may_arrive(const Situation& at, std::size_t index) const {
  if (index == 0) return true;
  const Flight &flight = at.network[index], &previous = at.network[index - 1];
  if (!scope_.ordered_links) return !(flight == previous);
  return flight.link() != previous.link();
}

Story SmallWorld::story(const Situation& at, bool with_ending) const {
  Story story;
  story.lww = config().conflict == store::Conflict::lww;
  for (std::size_t i = 0; i < at.operations.size(); ++i) {
    const Operation& operation = scope_.operations[i];
    const Progress& progress = at.operations[i];
    const store::ReplyToClient* last = last_answer(at, i);
    Told told;
    told.client = operation.client;
    told.read = operation.deed == Deed::get;
    told.removal = operation.deed == Deed::remove;
    if (!told.read && !told.removal) told.value = written(operation, last);
    if (operation.deed == Deed::add) told.element = operation.value;
    told.status = progress.status;
    told.before = progress.before;
    if (last != nullptr) told.saw = last->values;
    if (progress.status == Status::ok) {
      told.values = table_.answer(progress.answer).values;
      told.clock = table_.answer(progress.answer).clock;
    }
    story.operations.push_back(std::move(told));
  }
  if (with_ending) story.ending = ending(at);
  return story;
}

std::string SmallWorld::story_text(const Situation& at, bool with_ending) const {
  std::string text;
  for (const Progress& progress : at.operations) add(text, progress);
  for (const MachineId id : at.machines) {
    if (with_ending) add(text, table_.facts(id).disk);
  }
  return text;
}

Ending SmallWorld::ending(const Situation& at) const {
  store::KeyState merged;
  std::vector<std::string> names;
  std::set<std::string> records;
  for (NodeIndex node = 0; node < at.machines.size(); ++node) {
    names.push_back(node_name(node));
    if (std::find(homes_.begin(), homes_.end(), node) == homes_.end()) continue;
    const auto& disk = table_.disk(table_.facts(at.machines[node]).disk);
    const auto record = disk.find(store::Replica::record_prefix + the_key);
    records.insert(record == disk.end() ? std::string() : record->second);
    if (record == disk.end()) continue;
    const auto state = store::decode_state(std::string_view(record->second));
    assert(state);
    store::merge(merged, *state);
  }
  return {store::live_values(merged), store::clock_json(merged, names), records.size() == 1};
}

}  // namespace fracas::harness::explore
