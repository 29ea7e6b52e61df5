// What is to happen, each thing once, in slots that are used again: a simulation makes and takes millions of
// them, and no two live on the heap one by one.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace fracas::harness {

class Happenings {
 public:
  using Slot = std::uint32_t;
  /// At a time.
  static constexpr Slot kMost = 1U << 24U;

  Happenings() = default;
  Happenings(const Happenings&) = delete;
  Happenings& operator=(const Happenings&) = delete;
  /// What never happened is dropped.
  ~Happenings() {
    for (Slot slot = 0; slot < used_; ++slot)
      if (Room& room = at(slot); room.take != nullptr) room.take(room.bytes.data(), /*happen=*/false);
  }

  /// `what` is called without arguments, in its slot.
  template <typename What>
  Slot put(What&& what) {
    using Kept = std::decay_t<What>;
    if constexpr (sizeof(Kept) > kRoom) {
      return put([boxed = std::make_unique<Kept>(std::forward<What>(what))] { (*boxed)(); });
    } else {
      const Slot slot = free_slot();
      Room& room = at(slot);
      ::new (static_cast<void*>(room.bytes.data())) Kept(std::forward<What>(what));
      room.take = [](std::byte* bytes, bool happen) {
        Kept& kept = *std::launder(reinterpret_cast<Kept*>(bytes));
        if (happen) kept();
        kept.~Kept();
      };
      return slot;
    }
  }

  /// It may put others meanwhile.
  void happen(Slot slot) {
    Room& room = at(slot);
    std::exchange(room.take, nullptr)(room.bytes.data(), /*happen=*/true);
    free_.push_back(slot);
  }

 private:
  /// Of the largest that comes often: a message on its way.
  static constexpr std::size_t kRoom = 272;
  static constexpr Slot kBlock = 256;

  struct Room {
    alignas(std::max_align_t) std::array<std::byte, kRoom> bytes;
    void (*take)(std::byte*, bool happen) = nullptr;  ///< null: nothing is in here
  };

  Room& at(Slot slot) { return (*blocks_[slot / kBlock])[slot % kBlock]; }
  Slot free_slot() {
    if (!free_.empty()) {
      const Slot slot = free_.back();
      free_.pop_back();
      return slot;
    }
    assert(used_ < kMost);
    if (used_ % kBlock == 0) blocks_.push_back(std::make_unique<std::array<Room, kBlock>>());
    return used_++;
  }

  std::vector<std::unique_ptr<std::array<Room, kBlock>>> blocks_;  ///< what is in a slot never moves
  std::vector<Slot> free_;
  Slot used_ = 0;  ///< slots that were ever taken
};

}  // namespace fracas::harness
