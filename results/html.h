// Small pieces of HTML: everything that comes from a run goes through `escaped`.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace fracas::results {

/// Safe in text and in double-quoted attributes.
std::string escaped(std::string_view text);
/// Safe within <script type="application/json">: no "<" is left, so nothing can end the element.
std::string script_json(const nlohmann::ordered_json& value);

/// For people: strings as they are, null as a dash, numbers and the rest as JSON. Not escaped.
std::string plain(const nlohmann::ordered_json& value);
/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);
/// 12.3456 as "12.35", 1234.5 as "1234", null as a dash.
std::string decimal(const nlohmann::ordered_json& number);
/// ["n1", "n2"] as "n1, n2". Not escaped.
std::string joined(const nlohmann::ordered_json& texts);
/// "1 read", "2 reads".
std::string counted(std::uint64_t count, std::string_view singular);

/// Parts of a table; `html` is taken as it is. A heading that begins with "#" is of a column of numbers.
std::string cell(std::string_view html);
std::string number_cell(std::string_view html);
std::string head_cell(std::string_view html);
std::string row(std::string_view cells, std::string_view css_class = "");
std::string table(std::initializer_list<std::string_view> headings, std::string_view rows,
                  std::string_view css_class = "");

}  // namespace fracas::results
