// The ways in which configurations came about, as a tree of steps that shares what they have in common; what
// all of them share is decided, and kept apart in order. Only for certificates.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fracas::checker::linearizability {

class Routes {
 public:
  using Id = std::uint32_t;  ///< where a way ends; 0: at what is decided

  struct Turn {
    Id before = 0;
    std::uint32_t step = 0;
    bool hidden = false;  ///< it happened right before the last step that hides what was there
    bool hiding = false;
  };

  Id add(Turn turn) {
    turns_.push_back(turn);
    return static_cast<Id>(turns_.size());
  }
  bool crowded() const { return turns_.size() > limit_; }

  /// Forgets what none of these ways needs, and renames them.
  void tidy(std::span<Id> ends);

  /// Steps in order, of the way that ends here.
  std::vector<std::uint32_t> finish(Id end);

 private:
  void decide(const Turn&);

  static constexpr std::size_t kRoom = 1U << 16;
  std::vector<Turn> turns_;  ///< turn i has the id i + 1
  std::size_t limit_ = kRoom;
  std::vector<std::uint32_t> decided_;
  std::size_t last_hiding_ = 0;  ///< where in decided_
};

}  // namespace fracas::checker::linearizability
