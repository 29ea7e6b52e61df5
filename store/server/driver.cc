#include "store/server/driver.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <utility>
#include <vector>

#include "store/effect_queue.h"
#include "store/server/timers.h"

namespace fracas::store {

Instant read_clocks() {
  using std::chrono::duration_cast;
  return {
      .steady_ns =
          duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
              .count(),
      .wall_us = duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
                     .count()};
}

class Driver::Impl final : public Outlets {
 public:
  Impl(boost::asio::io_context& io, std::unique_ptr<Node> node, Storage& storage, const Config& config,
       DriverOutputs outputs)
      : io_(io),
        node_(std::move(node)),
        storage_(storage),
        outputs_(std::move(outputs)),
        queue_(*this, config.fsync, config.bugs),
        fsync_period_(config.fsync_period_ns),
        sync_timer_(io),
        timers_(io, [this](std::uint64_t timer) { feed(TimerFired{timer}); }) {}
  ~Impl() { storage_thread_.join(); }

  void start() {
    node_->start(read_clocks(), effects_);
    queue_.carry_out(effects_);
  }

  void feed(const Event& event) {
    ++events_;
    node_->step(read_clocks(), event, effects_);
    queue_.carry_out(effects_);
  }

  const Node& node() const { return *node_; }

  Metrics metrics() const {
    return {{"fracas_events_total", static_cast<double>(events_)},
            {"fracas_storage_writes_total", static_cast<double>(writes_)},
            {"fracas_storage_syncs_total", static_cast<double>(syncs_)}};
  }

 private:
  void send(SendToPeer message) override { outputs_.send(std::move(message)); }
  void reply(ReplyToClient answer) override { outputs_.reply(std::move(answer)); }
  void set_timer(const SetTimer& timer) override {
    timers_.set(timer.timer, std::chrono::nanoseconds{timer.delay_ns});
  }

  void write(const Batch& batch) override {
    ++writes_;
    const auto done = storage_.apply(batch, false);
    if (!done && queue_.must_stop_after(DiskFailure::write)) outputs_.broken(done.error());
  }

  void sync_later() override {
    sync_timer_.expires_after(fsync_period_);
    sync_timer_.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled) queue_.sync_now();
    });
  }

  void begin_sync(Batch batch) override {
    ++writes_;
    boost::asio::post(storage_thread_, [this, batch = std::move(batch)] {
      auto done = batch.empty() ? storage_.sync() : storage_.apply(batch, true);
      boost::asio::post(io_, [this, done = std::move(done)] {
        if (!done && queue_.must_stop_after(DiskFailure::sync)) return outputs_.broken(done.error());
        ++syncs_;
        queue_.synced();
      });
    });
  }

  boost::asio::io_context& io_;
  std::unique_ptr<Node> node_;
  Storage& storage_;
  DriverOutputs outputs_;
  EffectQueue queue_;
  std::chrono::nanoseconds fsync_period_;
  boost::asio::steady_timer sync_timer_;
  Timers timers_;
  std::vector<Effect> effects_;  ///< empty between events; kept for its memory
  std::uint64_t events_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t syncs_ = 0;
  boost::asio::thread_pool storage_thread_{1};
};

Driver::Driver(boost::asio::io_context& io, std::unique_ptr<Node> node, Storage& storage,
               const Config& config, DriverOutputs outputs)
    : impl_(std::make_unique<Impl>(io, std::move(node), storage, config, std::move(outputs))) {}
Driver::~Driver() = default;

void Driver::start() { impl_->start(); }
void Driver::feed(const Event& event) { impl_->feed(event); }
const Node& Driver::node() const { return impl_->node(); }
Metrics Driver::metrics() const { return impl_->metrics(); }

}  // namespace fracas::store
