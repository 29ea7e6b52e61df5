// Which operations stand behind what an operation shows: those that wrote what it saw, and the answer that a
// session sent as its context. What a part of a history needs to be judged by itself.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checker/case.h"

namespace fracas::checker {

/// One thing that was written, added, appended or enqueued: an object and a value's JSON text.
struct Item {
  std::string_view key{};
  std::string_view value{};
  bool operator==(const Item&) const = default;
};

class Traces {
 public:
  explicit Traces(const Case&);

  /// What an operation writes, whatever its outcome.
  std::vector<Item> made(const Operation&) const;
  /// What its answer shows: values of a register, elements, what an update had read.
  std::vector<Item> shown(const Operation&) const;
  /// In order of invocation, failed ones included; empty: nobody wrote it.
  std::span<const Operation* const> writers(const Item&) const;

  /// True where an answer can be told without the elements of those who are left out: sets and lists, and
  /// registers with siblings.
  bool separable(const Operation&) const;
  /// What has to be there for the operation to make sense: the writers of what it shows, or who took what it
  /// put into a queue.
  std::vector<const Operation*> needs(const Operation&) const;
  /// The answer whose context it sent; null: it sent none.
  const Operation* context(const Operation&) const;

  /// In order of invocation: those of its key; of an operation without key all others without.
  std::span<const Operation* const> beside(const Operation&) const;
  KeyKind kind(TextId key) const { return object(key).kind; }

 private:
  struct Object {
    std::span<const Operation* const> operations{};
    KeyKind kind = KeyKind::neither;
    /// By what they wrote; worked out when somebody asks.
    mutable boost::unordered_flat_map<std::string, std::vector<const Operation*>> writers{};
    /// Of a queue, by what they took.
    mutable boost::unordered_flat_map<TextId, std::vector<const Operation*>> takers{};
    mutable bool indexed = false;
  };
  const Object& object(TextId key) const;
  const std::vector<const Operation*>* writers_in(const Object&, const Item&) const;
  void index(const Object&) const;
  void add_shown(const Operation&, std::string_view json, std::vector<Item>&) const;

  const Case& case_;
  std::vector<const Operation*> without_key_;
  boost::unordered_flat_map<TextId, Object> objects_;
};

/// Worked out once.
const Traces& traces(const Case&);

}  // namespace fracas::checker
