// Durations as text: a sign, digits, perhaps a fraction, a unit. All in integers, so that nothing is rounded.
#include <array>
#include <cstdlib>
#include <string>

#include "nemesis/fault.h"

namespace fracas::nemesis {

namespace {

struct Unit {
  std::string_view name;
  Nanoseconds nanoseconds;
};
constexpr std::array<Unit, 6> kUnits{{{"h", 3'600'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"s", 1'000'000'000},
                                      {"ms", 1'000'000},
                                      {"us", 1'000},
                                      {"ns", 1}}};
constexpr Nanoseconds kLongest = 3650LL * 24 * 3'600'000'000'000;

std::string complaint(std::string_view text, std::string_view what) {
  return "\"" + std::string(text) + "\" is not a duration: " + std::string(what) +
         " (write for example \"250ms\", \"1.5s\" or \"-2m\"; units are ns, us, ms, s, m, h)";
}

std::string_view take_digits(std::string_view& rest) {
  std::size_t count = 0;
  while (count < rest.size() && rest[count] >= '0' && rest[count] <= '9') ++count;
  const std::string_view digits = rest.substr(0, count);
  rest.remove_prefix(count);
  return digits;
}

}  // namespace

boost::system::result<Nanoseconds, std::string> parse_duration(std::string_view text) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  const std::string_view whole = take_digits(rest);
  if (whole.empty()) return complaint(text, "it does not begin with a number");
  std::string_view fraction;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
    if (fraction.empty()) return complaint(text, "digits are missing behind the point");
  }
  const Unit* unit = nullptr;
  for (const Unit& candidate : kUnits) {
    if (candidate.name == rest) unit = &candidate;
  }
  if (unit == nullptr) return complaint(text, rest.empty() ? "the unit is missing" : "the unit is unknown");

  Nanoseconds total = 0;
  for (const char digit : whole) {
    total = total * 10 + (digit - '0');
    if (total > kLongest / unit->nanoseconds) return complaint(text, "it is longer than 3650 days");
  }
  total *= unit->nanoseconds;
  Nanoseconds place = unit->nanoseconds;
  for (const char digit : fraction) {
    if (place % 10 != 0 && digit != '0') return complaint(text, "finer than a nanosecond");
    total += place * (digit - '0') / 10;
    place /= 10;
  }
  if (total > kLongest) return complaint(text, "it is longer than 3650 days");
  return negative ? -total : total;
}

std::string format_duration(Nanoseconds duration) {
  const std::string sign = duration < 0 ? "-" : "";
  const auto magnitude = static_cast<std::uint64_t>(std::llabs(duration));
  if (magnitude == 0) return "0s";
  const auto size = [](const Unit& unit) { return static_cast<std::uint64_t>(unit.nanoseconds); };
  for (std::size_t i = 0; i < 2; ++i) {  // hours and minutes only when whole: "90s" reads better than "1.5m"
    if (magnitude % size(kUnits[i]) == 0) {
      return sign + std::to_string(magnitude / size(kUnits[i])) + std::string(kUnits[i].name);
    }
  }
  std::size_t index = 2;  // seconds, or the largest unit below that fits
  while (magnitude < size(kUnits[index])) ++index;
  const Unit& unit = kUnits[index];
  std::string text = sign + std::to_string(magnitude / size(unit));
  std::string fraction;
  for (std::uint64_t rest = magnitude % size(unit), place = size(unit) / 10; rest != 0; place /= 10) {
    fraction += static_cast<char>('0' + rest / place);
    rest %= place;
  }
  if (!fraction.empty()) text += "." + fraction;
  return text + std::string(unit.name);
}

}  // namespace fracas::nemesis
