#include "harness/sim/sim_network.h"

#include <algorithm>
#include <cassert>

namespace fracas::harness {
namespace {

using nemesis::Nanoseconds;
using Of = Chance::Of;

constexpr Nanoseconds kLeastLatency = 100'000;
constexpr Nanoseconds kLatencySpread = 400'000;
/// What a narrow link keeps waiting at most; more is dropped, as by a full queue.
constexpr Nanoseconds kLongestBacklog = 2'000'000'000;

}  // namespace

SimNetwork::SimNetwork(Timeline& timeline, const Chance& chance, std::vector<std::string> nodes)
    : timeline_(timeline), chance_(chance), names_(std::move(nodes)) {
  names_.emplace_back(nemesis::kClients);
  links_.resize(names_.size() * names_.size());
  for (std::size_t i = 0; i < links_.size(); ++i) links_[i].id = i;
}

SimNetwork::Passage SimNetwork::pass(Link& link, bool may_repeat, std::size_t bytes) {
  ++messages_;
  const Nanoseconds now = timeline_.now();
  link.nth = link.last_sent == now ? link.nth + 1 : 0;
  link.last_sent = now;
  const Nanoseconds latency =
      kLeastLatency + chance_.below(kLatencySpread, Of::latency, link.id, now, link.nth);
  if (!link.plain()) return pass_by_rules(link, may_repeat, bytes, latency);
  link.last_arrival = std::max(link.last_arrival, now + latency);
  last_arrival_ = std::max(last_arrival_, link.last_arrival);
  return {.held = false, .copies = 1, .arrives = {link.last_arrival, 0}};
}

SimNetwork::Passage SimNetwork::pass_by_rules(Link& link, bool may_repeat, std::size_t bytes,
                                              Nanoseconds latency) {
  const Nanoseconds now = timeline_.now();
  nemesis::LinkCounters& counters = link.counters;
  if (silent(link)) {
    ++counters.messages_dropped;
    counters.bytes_held += bytes;
    return {};
  }
  if (holding(link)) {
    ++counters.messages_held;
    return {.held = true, .copies = 0, .arrives = {}};
  }
  Nanoseconds arrival = now + latency;
  Nanoseconds overtaken_by = 0;
  bool twice = false;
  for (const auto& [handle, entry] : link.rules) {
    const nemesis::LinkRule& rule = entry.rule;
    const std::uint64_t nth = link.nth ^ entry.salt;  // each rule draws for itself
    if (chance_.millionths(rule.loss, Of::loss, link.id, now, nth)) {
      ++counters.messages_dropped;
      return {};
    }
    if (chance_.millionths(rule.corrupt, Of::corrupt, link.id, now, nth)) {
      ++counters.messages_corrupted;
      return {};
    }
    const Nanoseconds jitter = chance_.below(rule.jitter + 1, Of::jitter, link.id, now, nth);
    arrival += rule.delay + jitter;
    if (rule.delay + jitter > 0) ++counters.messages_delayed;
    if (rule.bytes_per_second > 0) {
      const auto takes = static_cast<Nanoseconds>(bytes) * 1'000'000'000 / rule.bytes_per_second;
      if (link.busy_until > now + kLongestBacklog) {
        ++counters.messages_dropped;
        return {};
      }
      link.busy_until = std::max(link.busy_until, now) + takes;
      if (link.busy_until > arrival) ++counters.messages_delayed;
      arrival = std::max(arrival, link.busy_until);
    }
    if (chance_.millionths(rule.reorder, Of::reorder, link.id, now, nth)) overtaken_by += rule.reorder_by;
    twice = twice || (may_repeat && chance_.millionths(rule.duplicate, Of::duplicate, link.id, now, nth));
  }
  counters.bytes_passed += bytes;
  if (overtaken_by > 0) {
    ++counters.messages_reordered;
    arrival += overtaken_by;
  } else {
    arrival = link.last_arrival = std::max(link.last_arrival, arrival);
  }
  if (twice) ++counters.messages_duplicated;
  last_arrival_ = std::max(last_arrival_, twice ? arrival + latency : arrival);
  return {.held = false, .copies = twice ? 2 : 1, .arrives = {arrival, arrival + latency}};
}

bool SimNetwork::silent(const Link& link) const {
  if (link.blocks > 0) return true;
  return std::any_of(link.rules.begin(), link.rules.end(), [&](const auto& entry) {
    const Nanoseconds period = entry.second.rule.flap;
    return period > 0 && (timeline_.now() - entry.second.since) / period % 2 == 0;
  });
}

bool SimNetwork::holding(const Link& link) const {
  return std::any_of(link.rules.begin(), link.rules.end(),
                     [](const auto& entry) { return entry.second.rule.hold; });
}

void SimNetwork::block(const std::string& from, const std::string& to) { ++link(from, to).blocks; }

void SimNetwork::unblock(const std::string& from, const std::string& to) {
  assert(link(from, to).blocks > 0);
  --link(from, to).blocks;
}

nemesis::LinkCounters SimNetwork::counters(const std::string& from, const std::string& to) const {
  return links_[party(from) * names_.size() + party(to)].counters;
}

std::uint64_t SimNetwork::impose(const std::string& from, const std::string& to,
                                 const nemesis::LinkRule& rule) {
  const std::uint64_t handle = next_handle_++;
  Link& ruled = link(from, to);
  const Nanoseconds now = timeline_.now();
  const auto of_this_moment = static_cast<std::uint64_t>(
      std::count_if(ruled.rules.begin(), ruled.rules.end(),
                    [now](const auto& other) { return other.second.since == now; }));
  ruled.rules.emplace(handle, Rule{rule, now, chance_.bits(Of::rule, ruled.id, now, of_this_moment)});
  rules_.emplace(handle, &ruled);
  return handle;
}

void SimNetwork::lift(std::uint64_t handle) {
  const auto found = rules_.find(handle);
  assert(found != rules_.end());
  Link& link = *found->second;
  rules_.erase(found);
  link.rules.erase(handle);
  if (!holding(link)) release_held(link);
}

/// In the order in which they were sent; into silence, if the link is silent now.
void SimNetwork::release_held(Link& link) {
  if (silent(link)) {
    link.counters.messages_dropped += link.held.size();
    link.held.clear();
  }
  for (auto& deliver : link.held) {
    link.last_arrival = std::max(link.last_arrival, timeline_.now() + kLeastLatency);
    last_arrival_ = std::max(last_arrival_, link.last_arrival);
    schedule(link, link.last_arrival, std::move(deliver));
  }
  link.held.clear();
}

void SimNetwork::reset(const std::string& from, const std::string& to) {
  const auto both = {std::pair(&from, &to), std::pair(&to, &from)};
  for (const auto& [begin, end] : both) {
    Link& broken = link(*begin, *end);
    ++broken.connection;
    ++broken.counters.connections_cut;
    broken.counters.messages_dropped += broken.held.size();
    broken.held.clear();
  }
  // Only now: what somebody sends on hearing of it goes over a new connection.
  if (!on_reset_) return;
  for (const auto& [begin, end] : both) on_reset_(party(*begin), party(*end));
}

SimNetwork::Party SimNetwork::party(const std::string& name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  assert(found != names_.end());
  return static_cast<Party>(found - names_.begin());
}

SimNetwork::Link& SimNetwork::link(const std::string& from, const std::string& to) {
  return links_[party(from) * names_.size() + party(to)];
}

}  // namespace fracas::harness
