// Reads EDN (extensible data notation, github.com/edn-format/edn: what Clojure prints) as the checker handles
// values: each form becomes compact JSON text, so that equal values are equal bytes. One form at a time, in
// the memory that the form needs.
//
//   nil true false 5 5N -1.5 1.5M "text"   as in JSON, without suffix; what is no number there (1/3, ##Inf)
//                                          becomes its text
//   :word  some/symbol  \c                 ":word"  "some/symbol"  "c"
//   [1 2] (1 2)                            [1,2]
//   #{2 1}                                 [1,2]: sorted, as a set has no order
//   {:a 1 "b" 2 3 4}                       {"3":4,":a":1,"b":2}: sorted too
//   #tag form                              the form
//   , ; comment  #_ form                   nothing
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checker/formats/byte_stream.h"

namespace fracas::checker {

/// A member of a map, both as JSON text.
struct EdnMember {
  std::string key{};
  std::string value{};
};

class EdnReader {
 public:
  explicit EdnReader(ByteStream& bytes) : bytes_(bytes) {}

  /// The byte that the next form, or a closing bracket, begins with; kEnd at the end and after a mistake.
  /// Skips blanks, comments and discarded forms.
  int peek();
  /// Skips the bracket that `peek` has shown.
  void skip() { bytes_.skip(); }
  /// Appends the next form. False: there is none, or it is not EDN.
  bool read(std::string& json);
  /// The next form, a map, with or without a tag, member by member; how many there are is `count`.
  bool read_map(std::vector<EdnMember>& members, std::size_t& count);

  /// What is wrong, and the line; empty: nothing so far.
  const std::string& error() const { return error_; }
  std::uint64_t error_line() const { return error_line_; }

 private:
  bool read_form(std::string& json);
  bool read_inside(std::string& json, int c);
  bool read_sequence(std::string& json, char close, bool sorted);
  bool read_object(std::string& json);
  bool read_string(std::string& json);
  bool read_escape(std::string& text);
  bool read_character(std::string& json);
  bool read_tagged(std::string& json);
  bool read_atom(std::string& json);
  bool take_token();
  bool fail(std::string message);
  bool fail_at_end();

  ByteStream& bytes_;
  bool hash_ = false;  ///< `peek` has shown the '#' of a form, and it is skipped
  int depth_ = 0;
  std::string token_{};  ///< of the atom that is being read
  std::string text_{};   ///< of the string that is being read
  std::string error_{};
  std::uint64_t error_line_ = 0;
};

}  // namespace fracas::checker
