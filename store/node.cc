#include "store/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <utility>

#include "store/describe.h"
#include "store/fingerprint.h"
#include "store/health.h"
#include "store/inspection.h"
#include "store/metrics.h"
#include "store/node_parts.h"

namespace fracas::store {
namespace {

constexpr std::array<std::string_view, 10> error_kinds{
    "bad-request", "value-too-large", "too-many-siblings", "overloaded",    "unavailable",
    "timeout",     "unknown-outcome", "read-only",         "stale-session", "conflict"};

/// Bug actor_id_collision: nothing in it tells two nodes apart that start in the same second.
Actor actor_of_second(Instant now) {
  Actor actor;
  std::int64_t second = now.wall_us / 1'000'000;
  for (auto byte = actor.bytes.rbegin(); second > 0; ++byte, second >>= 8)
    *byte = static_cast<std::uint8_t>(second & 0xff);
  return actor;
}

bool wants_no_persist(const std::vector<Effect>& effects, std::size_t first) {
  return std::none_of(effects.begin() + static_cast<std::ptrdiff_t>(first), effects.end(),
                      [](const Effect& effect) { return std::holds_alternative<Persist>(effect); });
}

}  // namespace

std::string_view to_string(ErrorKind kind) { return error_kinds[static_cast<std::size_t>(kind)]; }

boost::system::result<std::unique_ptr<Node>, std::string> Node::open(NodeOptions options,
                                                                     const Records& records) {
  assert(options.self < options.names.size());
  assert(static_cast<int>(options.names.size()) == options.config.nodes);
  auto impl = std::make_unique<Impl>(std::move(options));
  if (impl->shared.options.disk_was_damaged && !impl->shared.config().bugs.has(Bug::corruption_as_missing))
    impl->rejoin.lose_all();
  for (const auto& [key, record] : records) {
    if (impl->load(key, record)) continue;
    return fmt::format("the record of {} is unreadable, or was written with another value of `conflict`",
                       json_quote(is_utf8(key) ? key : "a key that is no UTF-8"));
  }
  return std::unique_ptr<Node>(new Node(std::move(impl)));
}

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Node::~Node() = default;

void Node::start(Instant now, std::vector<Effect>& effects) {
  const std::size_t first = effects.size();
  Step step(now, effects, impl_->shared.sequence);
  if (impl_->shared.config().bugs.has(Bug::actor_id_collision)) impl_->shared.become(actor_of_second(now));
  impl_->shared.monitor.start(now.steady_ns);
  impl_->shared.keeps_quiet = impl_->shared.config().gc == Gc::confirmed;  // until rejoin says
  impl_->hints.start(step);
  impl_->anti_entropy.start(step);
  impl_->rejoin.start(step);
  impl_->tombstones.start(step);
  impl_->membership.start(step);
  impl_->shared.agenda.arm(step);
  impl_->sign(now, effects, first);
  assert(!impl_->shared.read_only() || wants_no_persist(effects, first));
}

void Node::step(Instant now, const Event& event, std::vector<Effect>& effects) {
  const std::size_t first = effects.size();
  Step step(now, effects, impl_->shared.sequence);
  std::visit([&](const auto& happened) { impl_->handle(step, happened); }, event);
  if (std::holds_alternative<TimerFired>(event)) {
    while (const auto task = impl_->shared.agenda.take_due(now.steady_ns)) impl_->perform(step, *task);
  }
  impl_->membership.settle(step);
  impl_->shared.agenda.arm(step);
  impl_->sign(now, effects, first);
  assert(!impl_->shared.read_only() || wants_no_persist(effects, first));
}

Metrics Node::metrics(Instant now) const {
  return metrics_of(impl_->shared, impl_->hints, impl_->anti_entropy, impl_->rejoin,
                    impl_->coordinator.open(), now);
}

std::string Node::health(Instant now) const {
  return health_json(impl_->shared, health_of(impl_->shared, impl_->hints, impl_->anti_entropy, now));
}

std::string Node::ring() const { return ring_json(impl_->shared); }

boost::system::result<std::vector<std::string>, ClientError> Node::merkle(const MerkleQuery& query) const {
  return merkle_lines(impl_->shared, query);
}

std::vector<std::string> Node::divergences(Instant now) const { return divergence_lines(impl_->shared, now); }

std::uint64_t Node::hints_pending() const { return impl_->hints.pending(); }

std::vector<std::pair<NodeIndex, std::uint64_t>> Node::exchanges_completed() const {
  std::vector<std::pair<NodeIndex, std::uint64_t>> completed;
  for (NodeIndex peer = 0; peer < impl_->shared.options.names.size(); ++peer) {
    if (impl_->anti_entropy.has_partitions_in_common(peer))
      completed.emplace_back(peer, impl_->anti_entropy.completed(peer));
  }
  return completed;
}

std::uint64_t Node::changes() const { return impl_->shared.replica.changes(); }

std::uint64_t Node::repairs() const { return impl_->shared.counters.repairs(); }
bool Node::voting() const { return impl_->shared.not_voting() == 0; }
bool Node::read_only() const { return impl_->shared.read_only(); }
std::uint32_t Node::ring_epoch() const { return impl_->shared.ring.epoch(); }

const MarkSet& Node::marks() const { return impl_->shared.marks; }

std::string Node::status(Instant) const {
  const Shared& shared = impl_->shared;
  std::string peers;
  for (const auto& [peer, completed] : exchanges_completed()) {
    peers += fmt::format(R"({}{}:{{"completed":{}}})", peers.empty() ? "" : ",",
                         json_quote(shared.name(peer)), completed);
  }
  return fmt::format(
      R"({{"node":{},"incarnation":{},"voting":{},"read_only":{},"storage_sequence":{},)"
      R"("partitions_not_voting":{},"partitions_joining":{},"ring_epoch":{},"ring_abstains":{},"hints_pending":{},"keys":{},"changes":{},)"
      R"("repairs":{},"anti_entropy":{{"peers":{{{}}}}}}})",
      json_quote(shared.name(shared.self())), json_quote(to_string(shared.incarnation, shared.options.names)),
      voting(), read_only(), shared.sequence.now, std::popcount(shared.not_voting()),
      std::popcount(shared.joining), shared.ring.epoch(), impl_->membership.abstains(),
      impl_->hints.pending(), shared.replica.size(), changes(), repairs(), peers);
}

std::string Node::replica_state(const std::string& key) const {
  return replica_json(key, impl_->shared.replica.find(key), impl_->shared.options.names);
}

std::vector<std::string> Node::keys() const { return impl_->shared.replica.keys(); }

std::vector<std::string> Node::hints(Instant now) const { return impl_->hints.listed(now); }

std::string Node::preference_list(const std::string& key) const {
  return preference_list_json(impl_->shared, key);
}

std::string Node::fingerprint() const {
  Fingerprint out;
  const auto& [shared, hints, coordinator, anti_entropy, rejoin, tombstones, membership, received] = *impl_;
  out.add(shared, hints, coordinator, anti_entropy, rejoin, tombstones, membership, received);
  return out.bytes();
}

}  // namespace fracas::store
