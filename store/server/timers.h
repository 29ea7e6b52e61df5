// The node's many timers on one Asio timer. A store sets a time-out for every request and cancels none, so
// they sit in a heap, and those due within the same millisecond fire together.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace fracas::store {

class Timers {
 public:
  using Clock = std::chrono::steady_clock;

  Timers(boost::asio::io_context& io, std::function<void(std::uint64_t timer)> fired)
      : timer_(io), fired_(std::move(fired)) {}

  void set(std::uint64_t timer, std::chrono::nanoseconds delay);

 private:
  struct Entry {
    Clock::time_point due;
    std::uint64_t order = 0;  ///< of setting: equal times fire in this order
    std::uint64_t timer = 0;
    bool operator>(const Entry& other) const {
      return due != other.due ? due > other.due : order > other.order;
    }
  };

  void arm(Clock::time_point due);
  void fire_due();

  boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>,
                                    boost::asio::io_context::executor_type>
      timer_;
  std::function<void(std::uint64_t)> fired_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
  std::uint64_t next_order_ = 0;
  Clock::time_point armed_for_ = Clock::time_point::max();
};

}  // namespace fracas::store
