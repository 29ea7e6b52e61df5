#include "checker/texts.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

namespace fracas::checker {
namespace {

constexpr std::size_t kBlockBytes = 1 << 20;
constexpr std::size_t kFirstSlots = 1 << 10;

/// Multiply and fold, eight bytes at a time. Only spreads the texts over the slots: nothing is ordered by it.
std::uint64_t spread(std::string_view text) {
  std::uint64_t h = 0x9E3779B97F4A7C15ULL ^ text.size();
  while (!text.empty()) {
    std::uint64_t word = 0;
    const std::size_t length = std::min<std::size_t>(sizeof word, text.size());
    std::memcpy(&word, text.data(), length);
    text.remove_prefix(length);
    h = (h ^ word) * 0xD6E8FEB86659FD93ULL;
    h ^= h >> 32;
  }
  return h * 0x9E3779B97F4A7C15ULL >> 16;
}

}  // namespace

Texts::Texts() : texts_{std::string_view{}}, slots_(kFirstSlots, 0) {
  [[maybe_unused]] const TextId null = intern("null");
  assert(null == kNullText);
}

std::size_t Texts::slot_of(std::string_view text) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = spread(text) & mask;
  while (slots_[slot] != 0 && texts_[slots_[slot]] != text) slot = (slot + 1) & mask;
  return slot;
}

std::optional<TextId> Texts::find(std::string_view text) const {
  if (text.empty()) return 0;
  const TextId id = slots_[slot_of(text)];
  return id == 0 ? std::nullopt : std::optional<TextId>(id);
}

TextId Texts::intern(std::string_view text) {
  if (text.empty()) return 0;
  std::size_t slot = slot_of(text);
  if (slots_[slot] != 0) return slots_[slot];
  if (texts_.size() * 4 > slots_.size() * 3) {
    grow();
    slot = slot_of(text);
  }
  assert(texts_.size() < std::numeric_limits<TextId>::max());
  const auto id = static_cast<TextId>(texts_.size());
  texts_.push_back(store(text));
  slots_[slot] = id;
  return id;
}

std::string_view Texts::store(std::string_view text) {
  char* place = free_;
  if (text.size() > kBlockBytes / 4) {
    place = blocks_.emplace_back(new char[text.size()]).get();
  } else {
    if (text.size() > left_) {
      place = blocks_.emplace_back(new char[kBlockBytes]).get();
      left_ = kBlockBytes;
    }
    free_ = place + text.size();
    left_ -= text.size();
  }
  std::memcpy(place, text.data(), text.size());
  return {place, text.size()};
}

void Texts::grow() {
  slots_.assign(slots_.size() * 2, 0);
  for (std::size_t id = 1; id < texts_.size(); ++id) slots_[slot_of(texts_[id])] = static_cast<TextId>(id);
}

}  // namespace fracas::checker
