// A history by key: which operations touch it, what kind of thing it holds, and who wrote which value.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checker/evidence.h"
#include "checker/history.h"

namespace fracas::checker {

/// How concurrent versions of a key relate, which decides what a read may return.
enum class Conflict : std::uint8_t {
  unknown,  ///< a bare history: judged by values and real time
  lww,
  siblings
};

/// What the evidence says; else what the history shows (stamps, contexts, siblings).
Conflict conflict_of(const History&, const Evidence&);

/// True if the history shows a causal context, or the causal clock of an answer.
bool records_contexts(const History&);

/// Keys are judged by what writes them.
enum class KeyKind : std::uint8_t {
  reg,   ///< reads, writes and deletes
  set,   ///< reads and adds, or appends: elements that stay
  cart,  ///< reads, adds and removes of entries: what is added takes the place of what was seen of its item
  counter,  ///< reads and increments
  neither   ///< several of these, or functions whose values a read does not show
};

/// True where a read does not show, value by value, which writes it has seen.
constexpr bool is_composed(KeyKind kind) { return kind == KeyKind::cart || kind == KeyKind::counter; }

/// What an entry of a cart is about, or a remove of it: the text of the member "item", quotes included; of
/// anything else the text itself.
std::string_view item_of(std::string_view json);

/// The operations of one key, in order of invocation.
struct KeyOperations {
  TextId key = 0;
  KeyKind kind = KeyKind::reg;
  std::vector<const Operation*> operations{};
};

/// Keys in the order in which the history first names them; operations without key are left out.
std::vector<KeyOperations> operations_by_key(const History&);

/// Writes, adds and appends of one key by what they wrote, failed ones included. Values need not be unique.
class Writers {
 public:
  Writers(const History&, const KeyOperations&);
  /// In order of invocation; empty: nobody wrote it.
  std::span<const Operation* const> of(TextId value) const;
  std::span<const Operation* const> of(std::string_view value) const;
  /// Nobody even tried to write.
  bool none() const { return writers_.empty(); }
  /// A value that two operations wrote; empty if there is none.
  std::string_view repeated() const { return repeated_; }

 private:
  const History& history_;
  std::vector<const Operation*> writers_;                   ///< by value, then by invocation
  boost::unordered_flat_map<TextId, std::uint32_t> first_;  ///< of each value; only asked, never walked over
  std::string_view repeated_;
};

/// The values that the answers of one key showed: a read's values or elements; after a write or delete its
/// siblings; the inner read of an update. Siblings are taken apart only where the conflict mode has them. 4
/// bytes a value, but of equal texts once, and 8 an operation.
class Answers {
 public:
  Answers(const History&, const KeyOperations&, const Writers&, Conflict);
  /// Of one operation of the key, by its place there; empty if it was not answered, or showed nothing.
  std::span<const TextId> of(std::size_t place) const {
    return std::span(values_).subspan(ranges_[place].first, ranges_[place].count);
  }
  std::string_view text(TextId value) const {
    return value < history_.texts() ? history_.text(value) : unheard_[value - history_.texts()];
  }

 private:
  void add(std::string_view json, const KeyOperations&, const Writers&, Conflict,
           std::vector<std::string_view>& parts);

  const History& history_;
  std::vector<TextId> values_;
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  std::vector<Range> ranges_;              ///< of each operation
  std::vector<std::string_view> unheard_;  ///< parts that are no text of the history: nobody wrote them
  std::unordered_map<std::string_view, TextId> unheard_ids_;
};

/// The values that one text shows, such as a value in a dump.
void append_shown(const Writers&, KeyKind, Conflict, std::string_view json, std::vector<std::string_view>&);

/// A read-modify-write.
bool updates(const Operation&);
/// A write, delete or update.
bool writes(const Operation&);

}  // namespace fracas::checker
