#include "checker/proofs/space_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace fracas::checker {
namespace {

/// Characters, not bytes: what a terminal shows in as many columns.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string cut(std::string_view text, std::size_t columns) {
  if (width(text) <= columns) return std::string(text);
  if (columns < 4) return {};
  std::size_t end = 0;
  for (std::size_t shown = 0; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U && shown++ == columns - 3) break;
  }
  return std::string(text.substr(0, end)) + "...";
}

/// A row of characters that is written at columns.
class Row {
 public:
  explicit Row(std::size_t columns) : cells_(columns, " ") {}
  void put(std::size_t column, std::string_view text) {
    std::size_t at = 0;
    while (at < text.size() && column < cells_.size()) {
      std::size_t end = at + 1;
      while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
      cells_[column++] = std::string(text.substr(at, end - at));
      at = end;
    }
  }
  void fill(std::size_t begin, std::size_t end, std::string_view text) {
    for (std::size_t c = begin; c < end && c < cells_.size(); ++c) cells_[c] = text;
  }
  bool free(std::size_t begin, std::size_t end) const {
    for (std::size_t c = begin; c < std::min(end, cells_.size()); ++c)
      if (cells_[c] != " ") return false;
    return true;
  }
  std::string text() const {
    std::string out;
    for (const std::string& cell : cells_) out += cell;
    return out.substr(0, out.find_last_not_of(' ') + 1);
  }

 private:
  std::vector<std::string> cells_;
};

struct Event {
  std::int64_t time_ns = 0;
  std::size_t bar = 0;
  bool begin = false;
};

/// Where the bars lie: each event in a column of its own, in their order, as close as the labels allow.
class Columns {
 public:
  Columns(const std::vector<Bar>& bars, std::size_t columns) : begins_(bars.size()), ends_(bars.size()) {
    std::vector<Event> events;
    for (std::size_t i = 0; i < bars.size(); ++i) {
      events.push_back({bars[i].begin_ns, i, true});
      if (bars[i].end_ns) events.push_back({*bars[i].end_ns, i, false});
    }
    // Of one moment: what ends after what begins, as if they overlapped.
    std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
      return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.begin && !b.begin;
    });
    std::size_t longest = 0;
    for (const Bar& bar : bars) longest = std::max(longest, width(text_of(bar)));
    for (label_ = longest; label_ > 1; --label_)
      if (place(bars, events) <= columns) break;
    if (label_ <= 1) place(bars, events);
  }

  static std::string text_of(const Bar& bar) {
    return bar.label.empty() ? bar.name : fmt::format("{} {}", bar.name, bar.label);
  }

  std::size_t begin(std::size_t bar) const { return begins_[bar]; }
  std::size_t end(std::size_t bar) const { return ends_[bar]; }
  std::size_t width_used() const { return used_; }
  std::string label(const Bar& bar) const {
    const std::string cut_off = cut(text_of(bar), std::max<std::size_t>(label_, 1));
    return cut_off.empty() ? bar.name : cut_off;
  }
  /// Of a time between events.
  std::size_t at(std::int64_t time_ns) const {
    const auto next = std::lower_bound(moments_.begin(), moments_.end(), std::pair(time_ns, std::size_t{0}));
    if (next == moments_.end()) return used_;
    if (next == moments_.begin()) return next->first == time_ns ? next->second : 0;
    const auto before = std::prev(next);
    const auto part = static_cast<double>(time_ns - before->first) /
                      static_cast<double>(std::max<std::int64_t>(next->first - before->first, 1));
    return before->second +
           static_cast<std::size_t>(part * static_cast<double>(next->second - before->second));
  }

 private:
  std::size_t place(const std::vector<Bar>& bars, const std::vector<Event>& events) {
    moments_.clear();
    std::size_t column = 0;
    for (const Event& event : events) {
      if (event.begin) {
        begins_[event.bar] = column;
      } else {
        column = std::max(column, begins_[event.bar] + width(label(bars[event.bar])) + 2);
        ends_[event.bar] = column;
      }
      moments_.emplace_back(event.time_ns, column);
      column += 2;
    }
    for (std::size_t i = 0; i < bars.size(); ++i)
      if (!bars[i].end_ns) column = std::max(column, begins_[i] + width(label(bars[i])) + 3);
    used_ = column + 1;
    for (std::size_t i = 0; i < bars.size(); ++i)
      if (!bars[i].end_ns) ends_[i] = used_ - 1;
    return used_;
  }

  std::vector<std::size_t> begins_, ends_;
  std::vector<std::pair<std::int64_t, std::size_t>> moments_;
  std::size_t label_ = 0;  ///< columns that a label may take
  std::size_t used_ = 0;
};

std::string seconds(std::int64_t ns) { return fmt::format("{:.3f} s", static_cast<double>(ns) / 1e9); }

void draw(Row& row, const Bar& bar, const Columns& columns, std::size_t i) {
  row.fill(columns.begin(i), columns.end(i), "-");
  row.put(columns.begin(i), "[" + columns.label(bar));
  row.put(columns.end(i), !bar.end_ns ? ">" : bar.failed ? "x" : "]");
}

std::string times(const std::vector<Bar>& bars, const Columns& columns, std::size_t most) {
  Row row(most);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const std::string text = seconds(bars[i].begin_ns);
    const std::size_t at = columns.begin(i);
    if (at + width(text) <= most && row.free(at > 0 ? at - 1 : 0, at + width(text) + 1)) row.put(at, text);
  }
  return row.text();
}

}  // namespace

std::string space_time_text(const std::vector<Bar>& bars, const std::vector<Band>& bands,
                            std::size_t columns) {
  std::vector<std::string> lanes;
  std::size_t margin = 0;
  const auto name = [&](const std::string& lane) {
    if (std::find(lanes.begin(), lanes.end(), lane) == lanes.end()) lanes.push_back(lane);
    margin = std::max(margin, width(lane) + 2);
  };
  for (const Bar& bar : bars) name(bar.lane);
  const Columns placed(bars, columns - std::min(columns, margin));
  std::map<std::string, Row> rows;
  const std::size_t used = std::max<std::size_t>(placed.width_used(), 8);
  for (std::size_t i = 0; i < bars.size(); ++i)
    draw(rows.try_emplace(bars[i].lane, used).first->second, bars[i], placed, i);
  std::string text;
  const auto line = [&](std::string_view head, const std::string& row) {
    text += fmt::format("{}{}{}\n", head, std::string(margin - std::min(margin, width(head)), ' '), row);
  };
  for (const std::string& lane : lanes) line(lane, rows.at(lane).text());
  for (const Band& band : bands) {
    Row row(used);
    const std::size_t begin = placed.at(band.begin_ns);
    row.fill(begin, std::max(placed.at(band.end_ns), begin + 1), "~");
    const std::string label = cut(band.label, used > begin + 2 ? used - begin - 2 : 0);
    row.put(begin + (used > begin + width(label) ? 1 : 0), label);
    line("fault", row.text());
  }
  line("begun at", times(bars, placed, used + 8));
  const auto legend = [&](bool needed, std::string_view meaning) {
    if (needed) line("", std::string(meaning));
  };
  legend(std::any_of(bars.begin(), bars.end(), [](const Bar& bar) { return bar.failed; }),
         "(x: reported as failed)");
  legend(std::any_of(bars.begin(), bars.end(), [](const Bar& bar) { return !bar.end_ns; }),
         "(>: never answered for certain, may take effect at any time)");
  return text;
}

}  // namespace fracas::checker
