// What each kind of object can be: its states as numbers, and what a step makes of one. Transitions of
// objects that hold more than one value are remembered.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "checker/linearizability/object.h"

namespace fracas::checker::linearizability {

using State = std::uint32_t;
/// The step cannot happen in this state, or shows another one.
inline constexpr State kImpossible = 0xFFFF'FFFF;

/// What the search may rely on for a step of an object.
struct Manner {
  bool shows = false;   ///< changes nothing, in any state
  bool always = false;  ///< can happen in every state
  bool hides = false;   ///< and what it leaves does not depend on what was there
};

/// A value; reads, writes and compare-and-set.
class RegisterStates {
 public:
  static constexpr bool kCommute = false;
  explicit RegisterStates(Object& object) : initial_(object.initial) {}
  State initial() const { return initial_; }
  Manner manner(const Step& step) const {
    return {
        .shows = step.act == Act::read, .always = step.act == Act::write, .hides = step.act == Act::write};
  }
  State after(State state, const Step& step) {
    switch (step.act) {
      case Act::read:
        return step.value == state ? state : kImpossible;
      case Act::cas:
        return step.value == state ? step.to : kImpossible;
      default:
        return step.value;
    }
  }
  std::uint64_t room() const { return 0; }

 private:
  State initial_;
};

/// A sum; nothing is 0.
class CounterStates {
 public:
  static constexpr bool kCommute = true;
  explicit CounterStates(Object& object);
  State initial() const { return 0; }
  Manner manner(const Step& step) const {
    return {.shows = step.act == Act::read, .always = step.act == Act::increment};
  }
  State after(State state, const Step& step);
  std::uint64_t room() const { return sums_.size(); }
  /// A number as JSON writes whole ones; null is 0.
  static std::optional<std::int64_t> number(std::string_view json);

 private:
  State id(std::int64_t sum);
  Object* object_;
  std::deque<std::int64_t> sums_;
  boost::unordered_flat_map<std::int64_t, State> ids_;
  boost::unordered_flat_map<ValueId, std::optional<std::int64_t>> numbers_;
};

/// Objects that hold many values, as texts of ids: strings and lists that are appended to, sets, queues.
class ContentStates {
 public:
  static constexpr bool kCommute = false;
  explicit ContentStates(Object& object);
  State initial() const { return initial_; }
  Manner manner(const Step& step) const;
  State after(State state, const Step& step);
  std::uint64_t room() const { return room_; }

 private:
  using Content = std::u32string;

  State id(Content content);
  State shown(ValueId value);
  Content parse(ValueId value);
  State change(State state, const Step& step);

  Object* object_;
  std::deque<Content> contents_;
  boost::unordered_flat_map<Content, State> ids_;
  boost::unordered_flat_map<ValueId, State> shown_;
  boost::unordered_flat_map<std::pair<State, std::uint64_t>, State> after_;
  std::uint64_t room_ = 0;  ///< of all contents, in elements
  State initial_ = 0;
};

/// A set that nothing is taken out of: the order of what is added makes no difference.
class GrowingStates : public ContentStates {
 public:
  static constexpr bool kCommute = true;
  using ContentStates::ContentStates;
};

}  // namespace fracas::checker::linearizability
