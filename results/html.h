// Small pieces of HTML: everything that comes from a run goes through `escaped`.
#pragma once

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
/// {"connections_cut": 3} as "connections cut 3". Not escaped.
std::string plain_object(const nlohmann::ordered_json& object);
/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);
/// 12.3456 as "12.35", 1234.5 as "1234", null as a dash.
std::string decimal(const nlohmann::ordered_json& number);
/// ["n1", "n2"] as "n1, n2". Not escaped.
std::string joined(const nlohmann::ordered_json& texts);
/// "1 read", "2 reads".
std::string counted(std::uint64_t count, std::string_view singular);

}  // namespace fracas::results
