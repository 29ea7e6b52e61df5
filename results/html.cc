// Escaping, and numbers as people read them.
#include "results/html.h"

#include <fmt/format.h>

#include <cmath>

namespace fracas::results {

using nlohmann::ordered_json;

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string script_json(const ordered_json& value) {
  std::string out;
  for (const char c : value.dump(-1, ' ', true, ordered_json::error_handler_t::replace)) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

std::string plain(const ordered_json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "–";
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string decimal(const ordered_json& number) {
  if (!number.is_number()) return "–";
  const double value = number.get<double>();
  const double size = std::abs(value);
  const int places = size >= 1000 ? 0 : size >= 100 ? 1 : 2;
  std::string text = fmt::format("{:.{}f}", value, places);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string joined(const ordered_json& texts) {
  std::string out;
  for (const auto& text : texts) {
    if (!out.empty()) out += ", ";
    out += plain(text);
  }
  return out;
}

std::string counted(std::uint64_t count, std::string_view singular) {
  return fmt::format("{} {}{}", grouped(count), singular, count == 1 ? "" : "s");
}

std::string cell(std::string_view html) { return fmt::format("<td>{}</td>", html); }
std::string number_cell(std::string_view html) { return fmt::format(R"(<td class="number">{}</td>)", html); }
std::string head_cell(std::string_view html) { return fmt::format(R"(<th scope="row">{}</th>)", html); }

std::string row(std::string_view cells, std::string_view css_class) {
  return fmt::format("<tr class=\"{}\">{}</tr>\n", css_class, cells);
}

std::string table(std::initializer_list<std::string_view> headings, std::string_view rows,
                  std::string_view css_class) {
  std::string head;
  for (const std::string_view heading : headings)
    head += heading.starts_with('#') ? fmt::format(R"(<th class="number">{}</th>)", heading.substr(1))
                                     : fmt::format("<th>{}</th>", heading);
  return fmt::format(R"(<div class="scroll"><table class="{}">
<thead><tr>{}</tr></thead>
<tbody>
{}</tbody></table></div>
)",
                     css_class, head, rows);
}

}  // namespace fracas::results
