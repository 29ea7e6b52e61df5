#include "results/space_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "results/html.h"

namespace fracas::results {

using nlohmann::ordered_json;

namespace {

constexpr int kLane = 40, kBar = 24, kMargin = 90, kTop = 8;
constexpr double kCharacter = 7.3;  ///< of the monospaced font at 12 px
constexpr int kGap = 18;            ///< between events that follow one another
constexpr std::size_t kLabel = 26;

struct Bar {
  const ordered_json* operation = nullptr;
  std::string label{};
  std::size_t lane = 0;
  double begin_s = 0;
  std::optional<double> end_s{};  ///< none: outcome unknown
  int x = 0, end = 0;

  bool is(const char* outcome) const { return (*operation)["outcome"] == outcome; }
  int width() const { return static_cast<int>(kCharacter * static_cast<double>(label.size())) + 12; }
  int y() const { return kTop + static_cast<int>(lane) * kLane; }
};

std::string label(const ordered_json& operation, std::size_t i) {
  const ordered_json& value = operation["value"];
  std::string text = value.is_null() && operation["f"] != "read"
                         ? plain(operation["f"])
                         : fmt::format("{} {}", plain(operation["f"]), value.dump(-1, ' ', true));
  if (text.size() > kLabel) text = text.substr(0, kLabel - 3) + "...";
  return fmt::format("{} {}", static_cast<char>('A' + i), text);
}

class Drawing {
 public:
  explicit Drawing(const ordered_json& operations) {
    for (std::size_t i = 0; i < std::min(operations.size(), kMaxDrawn); ++i) add(operations[i], i);
    place();
  }

  std::string svg() const {
    std::string out = fmt::format(
        "<div class=\"scroll\"><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
        "viewBox=\"0 0 "
        "{0} {1}\" role=\"img\" aria-label=\"The operations in time, a lane for each session\" "
        "font-family=\"monospace\" font-size=\"12\" fill=\"currentColor\">\n",
        width_ + 12, kTop + static_cast<int>(lanes_.size()) * kLane + 14);
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) out += lane_line(lane);
    for (const Bar& bar : bars_) out += bar_shape(bar);
    for (const Bar& reader : bars_)
      for (const Bar& writer : bars_)
        if (reads_from(reader, writer)) out += arrow(writer, reader);
    return out + times() + "</svg></div>\n";
  }

 private:
  void add(const ordered_json& operation, std::size_t i) {
    const std::string name = "session " + plain(operation["session"]);
    const auto known = std::find(lanes_.begin(), lanes_.end(), name);
    Bar bar{.operation = &operation, .label = label(operation, i)};
    bar.lane = static_cast<std::size_t>(known - lanes_.begin());
    if (known == lanes_.end()) lanes_.push_back(name);
    bar.begin_s = operation["invoked_s"];
    if (bar.is("ok") || bar.is("fail")) bar.end_s = operation["completed_s"].get<double>();
    bars_.push_back(std::move(bar));
  }

  /// Each event in a place of its own, in their order, as close as the labels allow.
  void place() {
    struct Event {
      double time_s;
      std::size_t bar;
      bool begin;
    };
    std::vector<Event> events;
    for (std::size_t i = 0; i < bars_.size(); ++i) {
      events.push_back({bars_[i].begin_s, i, true});
      if (bars_[i].end_s) events.push_back({*bars_[i].end_s, i, false});
    }
    std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
      return a.time_s != b.time_s ? a.time_s < b.time_s : a.begin && !b.begin;
    });
    int x = kMargin;
    for (const Event& event : events) {
      Bar& bar = bars_[event.bar];
      if (!event.begin) x = std::max(x, bar.x + bar.width());
      (event.begin ? bar.x : bar.end) = x;
      x += kGap;
    }
    width_ = x;
    for (const Bar& bar : bars_) width_ = std::max(width_, bar.x + bar.width() + kGap);
    for (Bar& bar : bars_)
      if (!bar.end_s) bar.end = width_;
  }

  std::string lane_line(std::size_t lane) const {
    const int y = kTop + static_cast<int>(lane) * kLane + kBar / 2;
    return fmt::format(
        "<text x=\"0\" y=\"{}\">{}</text><line x1=\"{}\" x2=\"{}\" y1=\"{}\" y2=\"{}\" "
        "stroke=\"currentColor\" stroke-opacity=\"0.25\"/>\n",
        y + 4, escaped(lanes_[lane]), kMargin - 8, width_, y, y);
  }

  static std::string bar_shape(const Bar& bar) {
    const char* dashes = bar.is("fail") ? " stroke-dasharray=\"2 3\""
                         : bar.end_s    ? ""
                                        : " stroke-dasharray=\"6 4\"";
    const std::string note = bar.is("fail") ? ", reported as failed" : bar.end_s ? "" : ", outcome unknown";
    return fmt::format(
        "<g><title>{}{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\" "
        "fill-opacity=\"{}\" "
        "stroke=\"currentColor\"{}/><text x=\"{}\" y=\"{}\">{}</text></g>\n",
        escaped(bar.label), note, bar.x, bar.y(), bar.end - bar.x, kBar,
        (*bar.operation)["f"] == "read" ? "0.05" : "0.18", dashes, bar.x + 6, bar.y() + 16,
        escaped(bar.label));
  }

  static bool contains(const ordered_json& shown, const ordered_json& value) {
    if (shown == value) return true;
    return shown.is_array() &&
           std::any_of(shown.begin(), shown.end(), [&](const auto& part) { return contains(part, value); });
  }

  static bool reads_from(const Bar& reader, const Bar& writer) {
    const ordered_json& r = *reader.operation;
    const ordered_json& w = *writer.operation;
    return reader.is("ok") && r["f"] == "read" && w["f"] != "read" && !w["value"].is_null() &&
           r["key"] == w["key"] && contains(r["value"], w["value"]);
  }

  static std::string arrow(const Bar& writer, const Bar& reader) {
    const bool down = reader.lane >= writer.lane;
    const int x1 = std::min(writer.end, std::max(writer.x + 8, reader.x)) - 4, x2 = reader.x + 4;
    const int y1 = writer.y() + (down ? kBar : 0),
              y2 = reader.y() + (down && reader.lane != writer.lane ? 0 : kBar);
    const int tip = y2 > y1 ? -6 : 6;
    return fmt::format(
        "<path d=\"M{} {} L{} {}\" stroke=\"currentColor\" stroke-opacity=\"0.7\" fill=\"none\"/>"
        "<path d=\"M{} {} l-4 {} l8 0 z\"/>\n",
        x1, y1, x2, y2, x2, y2, tip);
  }

  std::string times() const {
    std::string out;
    int free = 0;
    const int y = kTop + static_cast<int>(lanes_.size()) * kLane + 6;
    std::vector<const Bar*> order;
    for (const Bar& bar : bars_) order.push_back(&bar);
    std::stable_sort(order.begin(), order.end(), [](const Bar* a, const Bar* b) { return a->x < b->x; });
    for (const Bar* bar : order) {
      if (bar->x < free) continue;
      out += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"11\" fill-opacity=\"0.7\">{:.3f} s</text>\n",
                         bar->x, y, bar->begin_s);
      free = bar->x + 75;
    }
    return out;
  }

  std::vector<std::string> lanes_;
  std::vector<Bar> bars_;
  int width_ = 0;
};

}  // namespace

std::string space_time_svg(const ordered_json& operations) {
  return operations.empty() ? std::string() : Drawing(operations).svg();
}

}  // namespace fracas::results
