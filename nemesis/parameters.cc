#include "nemesis/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "nemesis/names.h"

namespace fracas::nemesis {

namespace {

constexpr double kMillion = 1e6;

FaultError wrong(const std::string& name, const std::string& what) {
  return FaultError{.field = name, .message = "\"" + name + "\" " + what};
}

FaultResult<std::int64_t> duration_of(const Parameter& value, const std::string& name) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return wrong(name, "must be a duration as text, for example \"250ms\" or \"-2s\"");
  const auto parsed = parse_duration(*text);
  if (!parsed) return wrong(name, "is wrong: " + parsed.error());
  return *parsed;
}

FaultResult<std::int64_t> ratio_of(const Parameter& value, const std::string& name) {
  double number = 0;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    number = static_cast<double>(*whole);
  } else if (const auto* real = std::get_if<double>(&value)) {
    number = *real;
  } else {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return wrong(name, "must be a number, for example 1.5");
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, number);
    if (error != std::errc() || stop != end) return wrong(name, "must be a number, not \"" + *text + "\"");
  }
  if (!std::isfinite(number) || std::abs(number) > kMillion) return wrong(name, "is not a sensible number");
  return std::llround(number * kMillion);
}

FaultResult<std::int64_t> count_of(const Parameter& value, const std::string& name) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return wrong(name, "must be a whole number, for example 20");
  std::int64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || stop != end)
    return wrong(name, "must be a whole number, not \"" + *text + "\"");
  return number;
}

using ReadOne = FaultResult<std::int64_t> (*)(const Parameter&, const std::string&);
using Show = std::string (*)(std::int64_t);

std::string show_ratio(std::int64_t millionths) {
  std::string text = std::to_string(static_cast<double>(millionths) / kMillion);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

FaultResult<Range> read_range(const Parameters& parameters, const std::string& name, Range fallback,
                              Range limits, ReadOne read, Show show) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return fallback;
  std::vector<Parameter> ends{found->second};
  if (const auto* list = std::get_if<std::vector<std::string>>(&found->second)) {
    if (list->size() != 2) return wrong(name, "must be one value or a range of two, [lowest, highest]");
    ends.assign(list->begin(), list->end());
  }
  std::vector<std::int64_t> values;
  for (const Parameter& end : ends) {
    const auto value = read(end, name);
    if (!value) return value.error();
    if (*value < limits.low || *value > limits.high) {
      return wrong(name, "must be between " + show(limits.low) + " and " + show(limits.high));
    }
    values.push_back(*value);
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return Range{*low, *high};
}

}  // namespace

FaultResult<void> check_names(const Parameters& parameters, const std::vector<ParameterInfo>& known) {
  std::vector<std::string> names;
  for (const ParameterInfo& info : known) names.emplace_back(info.name);
  for (const auto& [name, value] : parameters) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    if (names.empty()) return wrong(name, "is not a parameter of this kind, which has none");
    return wrong(name, "is not a parameter of this kind" + suggestion(name, names));
  }
  return {};
}

FaultResult<std::vector<std::string>> read_texts(const Parameters& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return std::vector<std::string>{};
  if (const auto* text = std::get_if<std::string>(&found->second)) return std::vector<std::string>{*text};
  const auto* list = std::get_if<std::vector<std::string>>(&found->second);
  if (list == nullptr || list->empty()) return wrong(name, "must be a text or a list of texts");
  return *list;
}

FaultResult<std::vector<std::string>> read_choices(const Parameters& parameters, const std::string& name,
                                                   const std::vector<std::string>& allowed) {
  auto texts = read_texts(parameters, name);
  if (!texts) return texts.error();
  for (const std::string& text : *texts) {
    if (std::find(allowed.begin(), allowed.end(), text) == allowed.end()) {
      return wrong(name, "cannot be \"" + text + "\"" + suggestion(text, allowed));
    }
  }
  return texts;
}

FaultResult<Range> read_durations(const Parameters& parameters, const std::string& name, Range fallback,
                                  Range limits) {
  return read_range(parameters, name, fallback, limits, duration_of, format_duration);
}

FaultResult<Range> read_ratios(const Parameters& parameters, const std::string& name, Range fallback,
                               Range limits) {
  return read_range(parameters, name, fallback, limits, ratio_of, show_ratio);
}

FaultResult<Range> read_counts(const Parameters& parameters, const std::string& name, Range fallback,
                               Range limits) {
  const auto show = [](std::int64_t number) { return std::to_string(number); };
  return read_range(parameters, name, fallback, limits, count_of, show);
}

FaultResult<std::optional<bool>> read_flag(const Parameters& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return std::optional<bool>();
  if (const auto* flag = std::get_if<bool>(&found->second)) return std::optional(*flag);
  return wrong(name, "must be true or false");
}

FaultResult<bool> draw_flag(const Parameters& parameters, const std::string& name, Random& random) {
  const auto asked = read_flag(parameters, name);
  if (!asked) return asked.error();
  return *asked ? **asked : draw_between(random, 0, 1) == 1;
}

FaultResult<std::string> draw_choice(const Parameters& parameters, const std::string& name,
                                     const std::vector<std::string>& choices, Random& random) {
  std::vector<std::string> allowed = choices;
  allowed.emplace_back("any");
  auto asked = read_choices(parameters, name, allowed);
  if (!asked) return asked.error();
  const bool open = asked->empty() || std::find(asked->begin(), asked->end(), "any") != asked->end();
  const std::vector<std::string>& from = open ? choices : *asked;
  const auto pick = draw_between(random, 0, static_cast<std::int64_t>(from.size()) - 1);
  return {boost::system::in_place_value, from[static_cast<std::size_t>(pick)]};
}

std::int64_t draw_amount(Random& random, Range range, std::int64_t smallest) {
  if (range.low == range.high) return range.low;
  bool negative = range.high <= 0;
  if (range.low < 0 && range.high > 0) negative = draw_between(random, 0, 1) == 1;
  const Range half = negative ? Range{std::max<std::int64_t>(0, -range.high), -range.low}
                              : Range{std::max<std::int64_t>(0, range.low), range.high};
  const std::int64_t magnitude =
      draw_magnitude(random, std::max(half.low, std::min(smallest, half.high)), half.high);
  return negative ? -magnitude : magnitude;
}

}  // namespace fracas::nemesis
