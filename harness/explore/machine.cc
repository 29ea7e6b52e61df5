#include "harness/explore/machine.h"

#include <cassert>

#include "store/fingerprint.h"

namespace fracas::harness::explore {
namespace {

constexpr std::int64_t first_steady_ns = 1'000'000'000;
constexpr std::int64_t first_wall_us = 1'700'000'000'000'000;

/// Deadlines of requests that came one after another differ.
constexpr std::int64_t tick_ns = 1000;

void put(std::map<std::string, std::string>& disk, const store::Batch& batch) {
  for (const auto& [key, record] : batch) {
    if (record) {
      disk[key] = *record;
    } else {
      disk.erase(key);
    }
  }
}

}  // namespace

std::string node_name(NodeIndex node) { return "n" + std::to_string(node + 1); }

Machine::Machine(MachineOptions options)
    : options_(std::move(options)), steady_ns_(first_steady_ns), wall_us_(first_wall_us) {
  start();
}

void Machine::happen(const Happening& what) {
  sent.clear();
  replies.clear();
  std::visit([this](const auto& happening) { take(happening); }, what);
}

std::optional<std::string> Machine::fingerprint() const {
  if (queue_ && !queue_->idle()) return std::nullopt;
  store::Fingerprint out;
  out.add(options_.self, incarnation_, disk_, durable_, timers_, steady_ns_, wall_us_, up());
  if (!up()) return out.bytes();
  out.add(*queue_);
  return out.bytes() + node_->fingerprint();
}

void Machine::start() {
  assert(!up());
  ++incarnation_;
  store::NodeOptions options{
      .config = options_.config, .self = options_.self, .names = {}, .actor = {}, .seed = 1};
  for (NodeIndex node = 0; node < options_.config.nodes; ++node) options.names.push_back(node_name(node));
  // Any bytes will do that no other incarnation of any node has.
  options.actor.fill(static_cast<std::uint8_t>(incarnation_));
  options.actor[2] = static_cast<std::uint8_t>(options_.self);
  auto opened = store::Node::open(std::move(options), {disk_.begin(), disk_.end()});
  assert(opened);
  node_ = *std::move(opened);
  queue_.emplace(static_cast<store::Outlets&>(*this), options_.config.fsync, options_.config.bugs);
  std::vector<store::Effect> effects;
  node_->start(now(), effects);
  carry_out(effects);
}

void Machine::take(const Begin& begin) {
  steady_ns_ += tick_ns;
  wall_us_ = first_wall_us + begin.wall_us;
  step(begin.request);
}

void Machine::take(const Fire&) {
  const auto [due, timer] = timers_.extract(timers_.begin()).value();
  steady_ns_ = std::max(steady_ns_, due);
  step(store::TimerFired{timer});
}

void Machine::take(const Crash& crash) {
  if (syncing_ && crash.running_write_survives) {
    put(disk_, *syncing_);
    put(durable_, *syncing_);
  }
  if (options_.power_cuts) disk_ = durable_;
  syncing_.reset();
  queue_.reset();
  node_.reset();
  timers_.clear();
}

void Machine::step(const store::Event& event) {
  assert(up());
  std::vector<store::Effect> effects;
  node_->step(now(), event, effects);
  carry_out(effects);
}

void Machine::carry_out(std::vector<store::Effect>& effects) {
  queue_->carry_out(effects);
  while (options_.sync_at_once && syncing_) finish_sync();
}

void Machine::finish_sync() {
  put(disk_, *syncing_);
  put(durable_, *syncing_);
  syncing_.reset();
  queue_->synced();
}

void Machine::set_timer(const store::SetTimer& timer) {
  timers_.emplace(steady_ns_ + timer.delay_ns, timer.timer);
}

void Machine::write(const store::Batch& batch) { put(disk_, batch); }

void Machine::begin_sync(store::Batch batch) { syncing_ = std::move(batch); }

}  // namespace fracas::harness::explore
