#include "harness/commands/live_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace fracas::harness {
namespace {

constexpr std::size_t kUsualWidth = 100;
constexpr double kPlainEvery_s = 5;

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return kUsualWidth;
  return size.ws_col - 1U;
}

}  // namespace

std::string progress_text(const Progress& p, std::size_t width) {
  // Only these two last as long as was asked for; the others end as soon as they can.
  const bool planned = p.phase == "steady" || p.phase == "torment";
  std::string text = planned ? fmt::format("{} {:.0f}/{:.0f} s", p.phase, p.elapsed_s, p.limit_s)
                             : fmt::format("{} {:.0f} s (at most {:.0f})", p.phase, p.elapsed_s, p.limit_s);
  text += fmt::format(" | {:.0f} ops/s, ok {}, fail {}, info {}", p.per_second, p.ok, p.fail, p.info);
  // Nodes are away because of faults, mostly: where there is no room for both, the faults say more.
  if (!p.active_faults.empty()) text += fmt::format(" | {}", fmt::join(p.active_faults, ", "));
  if (!p.nodes_away.empty()) text += fmt::format(" | not ready: {}", fmt::join(p.nodes_away, " "));
  if (text.size() > width) text = text.substr(0, width - 3) + "...";
  return text;
}

LiveLine::LiveLine(Console& console, bool quiet) : console_(console), quiet_(quiet) {}

LiveLine::~LiveLine() {
  if (drawn_) console_.err << "\r\033[K" << std::flush;
}

void LiveLine::show(const Progress& progress) {
  if (quiet_) return;
  if (!console_.live) return show_plain(progress);
  console_.err << "\r\033[K" << progress_text(progress, terminal_width()) << std::flush;
  drawn_ = true;
}

void LiveLine::show_plain(const Progress& progress) {
  const bool new_phase = progress.phase != phase_;
  if (!new_phase && progress.elapsed_s - shown_at_s_ < kPlainEvery_s) return;
  phase_ = progress.phase;
  shown_at_s_ = progress.elapsed_s;
  console_.err << progress_text(progress, kUsualWidth * 2) << std::endl;
}

}  // namespace fracas::harness
