// What the cells of the guarantee matrix ask about a configuration and the faults that took effect.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "harness/experiment.h"
#include "harness/promises.h"
#include "harness/promises/stamp_order.h"

namespace fracas::harness {

/// What the cells ask about.
struct Facts {
  const store::Config& store;
  const ClientBehaviour& clients;
  std::string_view workload{};
  bool lww = false;
  bool sloppy = false;       ///< stand-ins count
  bool quorum = false;       ///< every read quorum meets every write quorum: of homes, and r + w > n
  StampOrder stamps{};       ///< under lww
  bool sessions = false;     ///< each hands back a token that tells of every key that it uses (as far as
                             ///< it has room: store/session_token.h)
  bool power_loss = false;   ///< what was not synced is gone
  std::string state_damage;  ///< how replicas may have lost acknowledged state; empty: they have not
  std::string
      votes_too_early;        ///< then: why its copies may count before it has caught up; empty: they do not
  std::string comes_back;     ///< why what was deleted or overwritten may; empty: it may not
  bool ring_changes = false;  ///< nodes join or leave
  bool ring_forgotten = false;  ///< and nodes may not know any more which ring they agreed to
  bool copies_left = true;      ///< so few replicas have that each acknowledged write is still on one
};

Facts facts(const Experiment&, const std::set<std::string>& fault_kinds);

// Phrases that several cells share.
Promise yes(std::string reason);
Promise no(std::string reason);
/// "r + w = 2 + 2 > n = 3"
std::string quorums(const Facts&);
/// Copies that have lost acknowledged state may count in quorums.
inline bool quorums_may_miss(const Facts& f) { return !f.votes_too_early.empty(); }
/// Why a session with a token never reads less than it has seen.
Promise kept_by_token();
/// Why its token does not help a session that has one; empty: it has none.
std::string token_forgets(const Facts&);
/// Not guaranteed, because copies may be gone.
Promise damaged(const Facts&);
/// Not guaranteed, because an old value may be back where a tombstone was.
Promise back_again(const Facts&);
/// Not guaranteed, because quorums may miss.
Promise met_in_vain(const Facts&);
/// Not guaranteed, because who has lost its disk may not know which ring it agreed to.
Promise forgot_ring(const Facts&);
/// What to add where quorums do not miss, although state was lost; empty if none was.
std::string once_caught_up(const Facts&);

}  // namespace fracas::harness
