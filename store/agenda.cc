#include "store/agenda.h"

#include <algorithm>

namespace fracas::store {

std::optional<Task> Agenda::take_due(std::int64_t now_ns) {
  if (tasks_.empty() || tasks_.begin()->first > now_ns) return std::nullopt;
  return tasks_.extract(tasks_.begin()).value().second;
}

void Agenda::fired(std::uint64_t timer) {
  if (timer == timer_) armed_for_ns_.reset();
}

void Agenda::arm(Step& step) {
  if (tasks_.empty()) return;
  const std::int64_t due = tasks_.begin()->first;
  if (armed_for_ns_ && *armed_for_ns_ <= due) return;
  armed_for_ns_ = due;
  step.timer(++timer_, std::max<std::int64_t>(0, due - step.now().steady_ns));
}

}  // namespace fracas::store
