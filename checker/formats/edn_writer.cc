#include "checker/formats/edn_writer.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

#include "checker/formats/jepsen_events.h"
#include "checker/json_text.h"

namespace fracas::checker {
namespace {

/// A string of JSON is one of EDN, but for the solidus, which JSON may escape.
std::size_t append_string(std::string& out, std::string_view json, std::size_t at) {
  const std::size_t begin = at++;
  while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
  for (std::size_t i = begin; i <= at && i < json.size(); ++i) {
    if (json[i] == '\\' && i + 1 < json.size() && json[i + 1] == '/') continue;
    out += json[i];
    if (json[i] == '\\' && i + 1 <= at) out += json[++i];
  }
  return at + 1;
}

bool in_word(char c) {
  return c != ',' && c != ']' && c != '}' && c != ':' && c != '[' && c != '{' && c != '"';
}

/// null, true, or a number: N behind an integer that takes more than 64 bits.
std::size_t append_scalar(std::string& out, std::string_view json, std::size_t at) {
  const std::size_t begin = at;
  while (at < json.size() && in_word(json[at])) ++at;
  const std::string_view word = json.substr(begin, at - begin);
  out += word == "null" ? "nil" : word;
  std::int64_t number = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), number);
  if (parsed.ec == std::errc::result_out_of_range && word.find_first_of(".eE") == std::string_view::npos)
    out += 'N';
  return at;
}

/// [["r",k,v]] to [[:r k v]]
void append_transaction(std::string& out, std::string_view json) {
  out += '[';
  const char* between = "";
  for (const std::string_view step : array_parts(json)) {
    const auto parts = array_parts(step);
    out += between;
    between = " ";
    if (parts.size() != 3 || !parts[0].starts_with('"')) {
      append_edn(out, step);
      continue;
    }
    out += "[:";
    out += parts[0].substr(1, parts[0].size() - 2);
    for (const std::string_view part : {parts[1], parts[2]}) {
      out += ' ';
      append_edn(out, part);
    }
    out += ']';
  }
  out += ']';
}

void append_member(std::string& out, std::string_view name, std::string_view json) {
  if (json.empty()) return;
  out += name;
  append_edn(out, json);
}

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  std::string json;
  append_json_string(json, text);
  append_member(out, name, json);
}

}  // namespace

void append_edn(std::string& out, std::string_view json) {
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      at = append_string(out, json, at);
    } else if (in_word(c)) {
      at = append_scalar(out, json, at);
    } else {
      out += c == ',' || c == ':' ? ' ' : c;
      ++at;
    }
  }
}

void append_edn_line(std::string& out, const Event& event) {
  fmt::format_to(std::back_inserter(out), "{{:index {}, :time {}, :type :{}, :process {}, :f :{}, :value ",
                 event.index, event.time_ns, to_string(event.type), event.process, to_string(event.f));
  if (event.f == Function::txn && event.value.starts_with('[')) {
    append_transaction(out, event.value);
  } else {
    append_edn(out, event.value.empty() ? "null" : std::string_view(event.value));
  }
  if (event.session != event.process) fmt::format_to(std::back_inserter(out), ", :session {}", event.session);
  if (event.key != kOnlyKey) append_text_member(out, ", :key ", event.key);
  append_member(out, ", :saw ", event.saw);
  append_member(out, ", :siblings ", event.siblings);
  append_text_member(out, ", :node ", event.node);
  if (event.final) out += ", :final? true";
  append_text_member(out, ", :error ", event.error);
  append_member(out, ", :context ", event.context);
  append_member(out, ", :clock ", event.clock);
  out += "}\n";
}

}  // namespace fracas::checker
