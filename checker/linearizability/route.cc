#include "checker/linearizability/route.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace fracas::checker::linearizability {

void Routes::decide(const Turn& turn) {
  if (turn.hidden) {
    assert(last_hiding_ < decided_.size());
    decided_.insert(decided_.begin() + static_cast<std::ptrdiff_t>(last_hiding_), turn.step);
    ++last_hiding_;
    return;
  }
  if (turn.hiding) last_hiding_ = decided_.size();
  decided_.push_back(turn.step);
}

void Routes::tidy(std::span<Id> ends) {
  std::vector<std::uint32_t> uses(turns_.size() + 1, 0);  // ways that end at a turn, and turns right after it
  for (const Id end : ends) ++uses[end];
  for (Id id = static_cast<Id>(turns_.size()); id > 0; --id) {
    if (uses[id] > 0) ++uses[turns_[id - 1].before];
  }
  std::vector<Id> renamed(turns_.size() + 1, 0);
  std::vector<Turn> kept;
  bool shared = uses[0] == 1;  // one turn follows what is decided, and no way ends there
  for (Id id = 1; id <= turns_.size(); ++id) {
    if (uses[id] == 0) continue;
    Turn turn = turns_[id - 1];
    turn.before = renamed[turn.before];
    if (shared && turn.before == 0) {
      decide(turn);
      shared = uses[id] == 1 && std::find(ends.begin(), ends.end(), id) == ends.end();
      continue;
    }
    kept.push_back(turn);
    renamed[id] = static_cast<Id>(kept.size());
  }
  for (Id& end : ends) end = renamed[end];
  turns_ = std::move(kept);
  limit_ = std::max(kRoom, 2 * turns_.size());
}

std::vector<std::uint32_t> Routes::finish(Id end) {
  std::vector<Turn> rest;
  for (Id id = end; id != 0; id = turns_[id - 1].before) rest.push_back(turns_[id - 1]);
  std::reverse(rest.begin(), rest.end());
  for (const Turn& turn : rest) decide(turn);
  return std::move(decided_);
}

}  // namespace fracas::checker::linearizability
