#include "store/server/json_text.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace fracas::store {
namespace {

/// Listens to nlohmann's parser and writes what it hears. Returning false ends the parse.
class Compactor {
 public:
  Compactor(std::string_view name, int max_depth) : name_(name), max_depth_(max_depth) {}

  bool null() { return scalar("null"); }
  bool boolean(bool value) { return scalar(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) { return scalar(fmt::format_int(value).c_str()); }
  bool number_unsigned(std::uint64_t value) { return scalar(fmt::format_int(value).c_str()); }
  bool number_float(double, const std::string& text) { return scalar(text); }
  bool string(const std::string& value) {
    if (!begin_item()) return false;
    append_json_string(out_, value);
    return true;
  }
  bool binary(const nlohmann::json::binary_t&) { return fail("value", "binary values are not JSON"); }

  bool start_object(std::size_t) {
    if (depth_ == 0) {
      ++depth_;
      return true;
    }
    return open('{');
  }
  bool key(const std::string& key) {
    if (depth_ > 1) {
      separate();
      append_json_string(out_, key);
      out_.push_back(':');
      fresh_ = true;
      return true;
    }
    if (key != name_) return fail(key, fmt::format("unknown in the body: it is {{\"{}\": ...}}", name_));
    if (found_) return fail(key, "given twice");
    found_ = true;
    return true;
  }
  bool end_object() {
    if (--depth_ > 0) close('}');
    return true;
  }
  bool start_array(std::size_t) { return open('['); }
  bool end_array() {
    --depth_;
    close(']');
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    return fail("body", fmt::format("malformed JSON at byte {}", position));
  }

  boost::system::result<std::string, JsonProblem> take() {
    if (problem_) return *std::move(problem_);
    if (!found_)
      return JsonProblem{std::string(name_),
                         fmt::format("missing in the body: it is {{\"{}\": ...}}", name_)};
    return {boost::system::in_place_value, std::move(out_)};
  }

 private:
  bool fail(std::string field, std::string message) {
    if (!problem_) problem_ = JsonProblem{std::move(field), std::move(message)};
    return false;
  }
  void separate() {
    if (!fresh_) out_.push_back(',');
    fresh_ = false;
  }
  bool begin_item() {
    if (depth_ == 0) return fail("body", fmt::format("must be an object: {{\"{}\": ...}}", name_));
    separate();
    return true;
  }
  bool scalar(std::string_view text) {
    if (!begin_item()) return false;
    out_ += text;
    return true;
  }
  bool open(char bracket) {
    if (!begin_item()) return false;
    if (depth_ > max_depth_)
      return fail(std::string(name_), fmt::format("nested deeper than {}", max_depth_));
    ++depth_;
    out_.push_back(bracket);
    fresh_ = true;
    return true;
  }
  void close(char bracket) {
    out_.push_back(bracket);
    fresh_ = false;
  }

  std::string_view name_;
  int max_depth_;
  int depth_ = 0;  ///< 1: inside the body's object
  bool found_ = false;
  bool fresh_ = true;  ///< nothing before this item in its array or object, or a member's name just before
  std::string out_;
  std::optional<JsonProblem> problem_;
};

}  // namespace

boost::system::result<std::string, JsonProblem> compact_member(std::string_view text, std::string_view name,
                                                               int max_depth) {
  Compactor compactor(name, max_depth);
  nlohmann::json::sax_parse(text.begin(), text.end(), &compactor);
  return compactor.take();
}

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace fracas::store
