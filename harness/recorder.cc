#include "harness/recorder.h"

#include <algorithm>
#include <utility>

namespace fracas::harness {

using checker::EventType;

void Recorder::record(checker::Event&& event, std::int64_t now_ns) {
  last_ns_ = std::max(last_ns_, now_ns);
  event.index = next_index_++;
  event.time_ns = last_ns_;
  checker::append_line(file_.buffer(), event);
  file_.appended();
  if (kept_ && (next_index_ > kMostKept || !kept_->add(event))) kept_.reset();
  switch (event.type) {
    case EventType::invoke:
      keys_.insert(std::move(event.key));
      break;
    case EventType::ok:
      ++counts_.ok;
      break;
    case EventType::fail:
      ++counts_.fail;
      break;
    case EventType::info:
      ++counts_.info;
      break;
  }
}

std::optional<checker::History> Recorder::take_history() {
  if (!kept_) return std::nullopt;
  checker::History history = std::move(*kept_).finish();
  kept_.reset();
  return history;
}

}  // namespace fracas::harness
