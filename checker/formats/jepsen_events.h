// From operations as Jepsen records them to events: the names of functions, [key value] pairs, transactions,
// values that are really errors. What is not a client's is skipped.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "checker/formats/format.h"

namespace fracas::checker {

/// One of Jepsen's operations: an invocation or a completion. JSON texts, words with their colon; empty:
/// absent.
struct JepsenOperation {
  std::string type{};
  std::string process{};
  std::string f{};
  std::string value{};
  std::string key{};
  std::string time{};
  std::string index{};
  std::string error{};
  std::string final{};
  // What only histories have that were written by this project.
  std::string session{};
  std::string node{};
  std::string saw{};
  std::string siblings{};
  std::string context{};
  std::string clock{};
};

/// Where a history has one object without a name, this is its key.
inline constexpr std::string_view kOnlyKey = "object";

class JepsenEvents {
 public:
  JepsenEvents(const Dialect& dialect, const EventSink& sink) : dialect_(dialect), sink_(sink) {}
  /// What is wrong with it; empty: nothing.
  std::string take(const JepsenOperation&);
  void skip() { ++skipped_; }
  /// To be asked at the end, and after a mistake.
  Reading reading() const;

 private:
  std::string set_process(const JepsenOperation&);
  std::string set_order(const JepsenOperation&);
  std::string set_function(const JepsenOperation&);
  std::string set_key_and_value(const JepsenOperation&);
  std::string set_value(std::string_view json);
  std::string set_transaction(std::string_view json);
  std::string set_rest(const JepsenOperation&);
  std::string split_pair(std::string_view json, std::string& value);
  bool is_pair(std::string_view json) const;
  void learn_of_counters();

  Dialect dialect_;
  const EventSink& sink_;
  Event event_{};
  bool keyed_by_write_ = false;  ///< keys_in_values was guessed from what may be a value of its own
  bool unpaired_ = false;        ///< and that was wrong
  bool adds_numbers_ = false;
  bool reads_numbers_ = false;
  bool adds_others_ = false;
  std::unordered_map<std::int32_t, std::string> open_keys_{};  ///< of processes; looked up, never walked over
  std::uint64_t skipped_ = 0;
  std::int64_t last_index_ = -1;
};

}  // namespace fracas::checker
