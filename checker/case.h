// A history with its evidence as the properties look at it: key by key, and with what several of them need
// worked out once, when the first one asks.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "checker/evidence.h"
#include "checker/history.h"
#include "checker/keys.h"
#include "checker/model.h"

namespace fracas::checker {

/// Results that are worked out once, one of each type. Not for several threads at the same time.
class Memo {
 public:
  template <typename T, typename Make>
  const T& once(Make&& make) const {
    for (const auto& [type, kept] : results_)
      if (type == &type_of<T>) return *static_cast<const T*>(kept.get());
    auto made = std::make_shared<const T>(std::forward<Make>(make)());
    const T& result = *made;
    results_.emplace_back(&type_of<T>, std::move(made));
    return result;
  }

 private:
  /// Its address stands for the type: asked for often, and types compare by their names.
  template <typename T>
  static constexpr char type_of = 0;

  mutable std::vector<std::pair<const char*, std::shared_ptr<const void>>> results_;
};

class Case;

/// One key of a case.
class KeyCase : public KeyOperations {
 public:
  KeyCase(const Case&, KeyOperations);

  const History& history() const;
  const Evidence& evidence() const;
  Conflict conflict() const;
  const JudgedAs& judged_as() const;
  bool contexts_recorded() const;
  std::string_view name() const { return history().text(key); }
  /// Null: none was taken.
  const KeyDump* dump() const;

  const Writers& writers() const;
  /// Of each operation.
  const Answers& answers() const;
  /// Where one of this key's operations is in `operations`.
  std::uint32_t place_of(const Operation&) const;

  template <typename T, typename Make>
  const T& once(Make&& make) const {
    return memo_.once<T>(std::forward<Make>(make));
  }

 private:
  const Case* case_;
  Memo memo_;
};

/// Refers to the history and the evidence, which have to outlive it.
class Case {
 public:
  Case(const History&, const Evidence&, JudgedAs = {});
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;

  const History& history() const { return history_; }
  const Evidence& evidence() const { return evidence_; }
  Conflict conflict() const { return conflict_; }
  const JudgedAs& judged_as() const { return judged_as_; }
  /// It is known what a write with siblings had superseded: the store is one that keeps siblings, where a
  /// write without context supersedes nothing, or contexts or clocks were recorded. A history from elsewhere
  /// may leave them out.
  bool contexts_recorded() const { return contexts_recorded_; }
  /// In the order in which the history first names them.
  std::span<const KeyCase> keys() const { return keys_; }
  const KeyDump* dump(std::string_view key) const;
  std::uint32_t place_of(const Operation&) const;

  template <typename T, typename Make>
  const T& once(Make&& make) const {
    return memo_.once<T>(std::forward<Make>(make));
  }

 private:
  const History& history_;
  const Evidence& evidence_;
  JudgedAs judged_as_;
  Conflict conflict_;
  bool contexts_recorded_;
  std::vector<KeyCase> keys_;
  std::vector<std::uint32_t> places_;  ///< of each operation among those of its key
  std::map<std::string_view, const KeyDump*> dumps_;
  Memo memo_;
};

}  // namespace fracas::checker
