#include "harness/recorder.h"

#include <algorithm>

namespace fracas::harness {

using checker::EventType;

void Recorder::record(checker::Event&& event, std::int64_t now_ns) {
  last_ns_ = std::max(last_ns_, now_ns);
  event.index = next_index_++;
  event.time_ns = last_ns_;
  checker::append_line(file_.buffer(), event);
  file_.appended();
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

}  // namespace fracas::harness
