// Reads fields of a JSON object strictly: what is missing or of the wrong type becomes one message that names
// the place.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fracas::results {

/// Remembers the first problem of a whole document; later ones are consequences more often than not. What is
/// read after a problem is a default value, so readers go on and ask `ok` once at their end.
class Problem {
 public:
  bool ok() const { return message_.empty(); }
  const std::string& message() const { return message_; }
  void report(const std::string& where, const std::string& what);

 private:
  std::string message_;
};

/// An object within a document. `where` names it in messages: "run.json: phases[2]". Unknown fields are
/// allowed: a later version may have written them.
class Fields {
 public:
  Fields(const nlohmann::ordered_json& object, std::string where, Problem& problem);

  std::string text(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  std::uint64_t natural(std::string_view name) const;
  double number(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  nlohmann::ordered_json object(std::string_view name) const;

  /// Absent or null: nothing, and no problem.
  std::optional<std::string> optional_text(std::string_view name) const;
  bool has(std::string_view name) const;

  /// The elements of an array of objects; `each` gets Fields whose place names the element.
  template <typename Each>
  void each(std::string_view name, Each each) const {
    const nlohmann::ordered_json* list = get(name, "an array", &nlohmann::ordered_json::is_array);
    for (std::size_t i = 0; list && i < list->size(); ++i)
      each(Fields((*list)[i], place_of(name) + "[" + std::to_string(i) + "]", problem_));
  }
  /// A problem of this object that is not about one field's type.
  void report(const std::string& what) const { problem_.report(where_, what); }

 private:
  std::string place_of(std::string_view name) const;
  using Is = bool (nlohmann::ordered_json::*)() const noexcept;
  const nlohmann::ordered_json* get(std::string_view name, std::string_view wanted, Is is) const;

  const nlohmann::ordered_json& object_;
  std::string where_;
  Problem& problem_;
};

}  // namespace fracas::results
