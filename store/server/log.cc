#include "store/server/log.h"

#include <unistd.h>

#include <chrono>
#include <ctime>
#include <string>

namespace fracas::store {
namespace {

std::string wall_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  const std::time_t seconds = us / 1'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, us % 1'000'000);
}

}  // namespace

void log_line(std::string_view text) {
  std::string line = wall_time() + " ";
  for (const char c : text) line.push_back(c == '\n' || c == '\r' ? ' ' : c);
  line.push_back('\n');
  // One write a line, past any buffer: what was logged before a kill -9 is kept. A reader that went away is
  // no reason to stop serving, so the result does not matter.
  [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, line.data(), line.size());
}

}  // namespace fracas::store
