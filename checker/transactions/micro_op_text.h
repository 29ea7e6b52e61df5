// The JSON text of a transaction, micro-operation by micro-operation. The text is known to be valid and
// compact; what is checked is its shape.
#pragma once

#include <string_view>

#include "checker/transactions/transactions.h"

namespace fracas::checker::transactions {

/// The JSON value that a compact, valid text begins with.
std::string_view first_value(std::string_view text);

class TransactionText {
 public:
  explicit TransactionText(std::string_view text);

  /// Goes on to the next micro-operation: its access and key can be asked, and the cursor is at its value.
  /// False at the end, or where the shape is another.
  bool next();
  bool malformed() const { return malformed_; }

  Access access() const { return access_; }
  std::string_view key() const { return key_; }
  /// Everything from the value on; "null" where a read has none.
  std::string_view rest() const { return absent_ ? std::string_view("null") : rest_; }
  /// Takes the value, and the end of the micro-operation.
  std::string_view value();
  /// The same where somebody else knows how long the value is.
  void skip_value(std::size_t length);

 private:
  bool fail();
  bool take(char);
  bool take_access();

  std::string_view rest_;
  std::string_view key_{};
  Access access_ = Access::read;
  bool first_ = true;
  bool absent_ = false;
  bool malformed_ = false;
};

}  // namespace fracas::checker::transactions
