#include "store/server/driver.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <utility>
#include <vector>

#include "store/machine.h"
#include "store/server/log.h"
#include "store/server/random_bytes.h"
#include "store/server/timers.h"

namespace fracas::store {
namespace {

/// Between two tries whether the disk takes writes again.
constexpr std::chrono::milliseconds between_tries{500};

DiskFailure kind_of(const StorageError& error) {
  return error.refused ? DiskFailure::write : DiskFailure::sync;
}

}  // namespace

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
  Impl(boost::asio::io_context& io, Storage& storage, std::int64_t fsync_period_ns, DriverOutputs outputs)
      : io_(io),
        storage_(storage),
        outputs_(std::move(outputs)),
        fsync_period_(fsync_period_ns),
        sync_timer_(io),
        retry_timer_(io),
        timers_(io, [this](std::uint64_t timer) { feed(TimerFired{timer}); }) {}
  ~Impl() { storage_thread_.join(); }

  boost::system::result<void, std::string> open(NodeOptions options, const Records& records) {
    auto machine = Machine::open(*this, std::move(options), records);
    if (!machine) return machine.error();
    machine_ = *std::move(machine);
    return {};
  }

  void start() { machine_->start(read_clocks()); }

  void feed(const Event& event) {
    ++events_;
    machine_->feed(read_clocks(), event);
  }

  const Node& node() const { return machine_->node(); }

  Metrics metrics() const {
    return {{"fracas_events_total", static_cast<double>(events_)},
            {"fracas_storage_writes_total", static_cast<double>(writes_)},
            {"fracas_storage_syncs_total", static_cast<double>(syncs_)},
            {"fracas_storage_refusals_total", static_cast<double>(refusals_)}};
  }

 private:
  void send(SendToPeer message) override { outputs_.send(std::move(message)); }
  void reply(ReplyToClient answer) override { outputs_.reply(std::move(answer)); }
  void set_timer(const SetTimer& timer) override {
    timers_.set(timer.timer, std::chrono::nanoseconds{timer.delay_ns});
  }

  void write(const Batch& batch) override {
    ++writes_;
    if (const auto done = storage_.apply(batch, false); !done) failed(done.error());
  }

  void sync_later() override {
    sync_timer_.expires_after(fsync_period_);
    sync_timer_.async_wait([this, life = machine_->life()](const boost::system::error_code& cancelled) {
      if (!cancelled) machine_->sync_now(life);
    });
  }

  void begin_sync(Batch batch) override {
    ++writes_;
    boost::asio::post(storage_thread_, [this, life = machine_->life(), batch = std::move(batch)] {
      auto done = batch.empty() ? storage_.sync() : storage_.apply(batch, true);
      boost::asio::post(io_, [this, life, done = std::move(done)] {
        if (!done && !failed(done.error())) return;
        ++syncs_;
        machine_->synced(life);
      });
    });
  }

  /// True: the driver is to go on as if nothing had happened.
  bool failed(const StorageError& error) {
    if (machine_->halted()) return false;
    switch (machine_->disk_failed(kind_of(error), error.message)) {
      case Machine::Verdict::go_on:
        return true;
      case Machine::Verdict::reopen:
        ++refusals_;
        log("disk: {}; read-only until it takes writes again", error.message);
        load_and_reopen(/*read_only=*/true);
        return false;
      case Machine::Verdict::end:
        outputs_.broken(error);
    }
    return false;
  }

  /// On the storage's thread, behind a sync that may still run.
  void load_and_reopen(bool read_only) {
    boost::asio::post(storage_thread_, [this, read_only] {
      auto records = storage_.load();
      boost::asio::post(io_, [this, read_only, records = std::move(records)] {
        if (!records) return outputs_.broken(records.error());
        reopen(*records, read_only);
      });
    });
  }

  void reopen(const Records& records, bool read_only) {
    const auto actor = random_bytes();
    if (!actor) return outputs_.broken({.message = actor.error()});
    const auto done = machine_->reopen(read_clocks(), *actor, records, read_only);
    if (!done) return outputs_.broken({.message = done.error()});
    if (read_only) {
      try_later();
    } else {
      log("disk: takes writes again");
    }
  }

  void try_later() {
    retry_timer_.expires_after(between_tries);
    retry_timer_.async_wait([this](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      boost::asio::post(storage_thread_, [this] {
        auto done = storage_.reopen();
        boost::asio::post(io_, [this, done = std::move(done)] {
          if (done) return load_and_reopen(/*read_only=*/false);
          if (kind_of(done.error()) == DiskFailure::sync) return outputs_.broken(done.error());
          try_later();
        });
      });
    });
  }

  boost::asio::io_context& io_;
  Storage& storage_;
  DriverOutputs outputs_;
  std::unique_ptr<Machine> machine_;
  std::chrono::nanoseconds fsync_period_;
  boost::asio::steady_timer sync_timer_;
  boost::asio::steady_timer retry_timer_;
  Timers timers_;
  std::uint64_t events_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t syncs_ = 0;
  std::uint64_t refusals_ = 0;
  boost::asio::thread_pool storage_thread_{1};
};

boost::system::result<std::unique_ptr<Driver>, std::string> Driver::open(boost::asio::io_context& io,
                                                                         NodeOptions options,
                                                                         const Records& records,
                                                                         Storage& storage,
                                                                         DriverOutputs outputs) {
  auto impl = std::make_unique<Impl>(io, storage, options.config.fsync_period_ns, std::move(outputs));
  if (const auto done = impl->open(std::move(options), records); !done) return done.error();
  return std::unique_ptr<Driver>(new Driver(std::move(impl)));
}

Driver::Driver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Driver::~Driver() = default;

void Driver::start() { impl_->start(); }
void Driver::feed(const Event& event) { impl_->feed(event); }
const Node& Driver::node() const { return impl_->node(); }
Metrics Driver::metrics() const { return impl_->metrics(); }

}  // namespace fracas::store
