#include "store/server/timers.h"

#include <algorithm>

namespace fracas::store {
namespace {

constexpr std::chrono::milliseconds coarseness{1};

}  // namespace

void Timers::set(std::uint64_t timer, std::chrono::nanoseconds delay) {
  const auto due = Clock::now() + std::max(delay, std::chrono::nanoseconds{0});
  heap_.push({due, next_order_++, timer});
  if (due < armed_for_) arm(due);
}

void Timers::arm(Clock::time_point due) {
  armed_for_ = due;
  timer_.expires_at(due);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) fire_due();
  });
}

void Timers::fire_due() {
  armed_for_ = Clock::time_point::max();
  // A copy of now: what the fired timers set is for the next round, however short its delay.
  const auto now = Clock::now();
  std::vector<std::uint64_t> due;
  for (; !heap_.empty() && heap_.top().due <= now; heap_.pop()) due.push_back(heap_.top().timer);
  for (const std::uint64_t timer : due) fired_(timer);
  if (heap_.empty()) return;
  if (const auto next = std::max(heap_.top().due, now + coarseness); next < armed_for_) arm(next);
}

}  // namespace fracas::store
