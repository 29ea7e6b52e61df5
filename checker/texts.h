// Interned texts: every key, value, node... of a history is stored once and named by a number.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace fracas::checker {

/// Names an interned text (a key, a value, a node...). 0 is the empty text: absent.
using TextId = std::uint32_t;

/// The id of the JSON text "null", which every table holds.
inline constexpr TextId kNullText = 1;

/// Append-only; about 16 bytes a text beside its bytes. Views stay valid as long as the table lives, also
/// when it moves.
class Texts {
 public:
  Texts();
  TextId intern(std::string_view);
  std::optional<TextId> find(std::string_view) const;
  std::string_view operator[](TextId id) const { return texts_[id]; }
  std::size_t size() const { return texts_.size(); }

 private:
  std::size_t slot_of(std::string_view) const;
  std::string_view store(std::string_view);
  void grow();

  std::vector<std::string_view> texts_;
  std::vector<TextId> slots_;  ///< open addressing, a power of two of them; 0: free
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;  ///< where the next text goes in the block being filled
  std::size_t left_ = 0;
};

}  // namespace fracas::checker
