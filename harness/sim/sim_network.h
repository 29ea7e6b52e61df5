// The simulated network: what becomes of each message on a directed link. Messages on a link keep their
// order, as on a connection, unless a rule says otherwise; a link that no rule names takes 0.1 to 0.5 ms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "harness/sim/chance.h"
#include "harness/sim/timeline.h"
#include "nemesis/surroundings.h"

namespace fracas::harness {

class SimNetwork : public nemesis::Network {
 public:
  /// Who is at the end of a link: a node by its index, or all clients together.
  using Party = std::size_t;

  SimNetwork(Timeline&, const Chance&, std::vector<std::string> nodes);

  Party clients() const { return names_.size() - 1; }

  /// Calls `deliver` when the message arrives: once, never, or (if `may_repeat`) twice. `size()`: its bytes
  /// on the wire, asked for only when it matters.
  template <typename Size, typename Deliver>
  void send(Party from, Party to, bool may_repeat, const Size& size, Deliver&& deliver) {
    Link& link = links_[from * names_.size() + to];
    const std::size_t bytes = link.plain() ? 0 : size();
    const Passage passage = pass(link, may_repeat, bytes);
    if (passage.held) link.held.emplace_back(deliver);
    if (passage.copies == 2) schedule(link, passage.arrives[0], deliver);
    if (passage.copies > 0)
      schedule(link, passage.arrives[static_cast<std::size_t>(passage.copies - 1)],
               std::forward<Deliver>(deliver));
  }
  /// Called for both directions of a link that was reset, after what was on its way is lost.
  void on_reset(std::function<void(Party from, Party to)> callback) { on_reset_ = std::move(callback); }
  /// Messages sent so far.
  std::uint64_t messages() const { return messages_; }
  /// When the last of them will have arrived, but for those that are held.
  nemesis::Nanoseconds last_arrival() const { return last_arrival_; }

  void block(const std::string& from, const std::string& to) override;
  void unblock(const std::string& from, const std::string& to) override;
  nemesis::LinkCounters counters(const std::string& from, const std::string& to) const override;
  std::uint64_t impose(const std::string& from, const std::string& to, const nemesis::LinkRule&) override;
  void lift(std::uint64_t handle) override;
  void reset(const std::string& from, const std::string& to) override;

 private:
  struct Rule {
    nemesis::LinkRule rule;
    nemesis::Nanoseconds since = 0;
    std::uint64_t salt = 0;  ///< of what it draws: from its moment, so that other rules do not change it
  };
  struct Link {
    std::uint64_t id = 0;
    int blocks = 0;
    std::map<std::uint64_t, Rule> rules;
    std::uint64_t connection = 0;         ///< counts resets
    nemesis::Nanoseconds last_sent = -1;  ///< when, and how many at that moment before this one
    std::uint64_t nth = 0;
    nemesis::Nanoseconds last_arrival = 0;  ///< of those that keep their order
    nemesis::Nanoseconds busy_until = 0;    ///< where bandwidth is limited
    std::deque<std::function<void()>> held;
    nemesis::LinkCounters counters;

    bool plain() const { return blocks == 0 && rules.empty(); }
  };
  struct Passage {
    bool held = false;
    int copies = 0;
    std::array<nemesis::Nanoseconds, 2> arrives{};
  };

  Party party(const std::string& name) const;
  Link& link(const std::string& from, const std::string& to);
  Passage pass(Link&, bool may_repeat, std::size_t bytes);
  Passage pass_by_rules(Link&, bool may_repeat, std::size_t bytes, nemesis::Nanoseconds latency);
  bool silent(const Link&) const;
  bool holding(const Link&) const;
  void release_held(Link&);
  /// It arrives then, unless its connection is broken by that time.
  template <typename Deliver>
  void schedule(Link& link, nemesis::Nanoseconds arrival, Deliver&& deliver) {
    timeline_.at(arrival, [&link, connection = link.connection,
                           deliver = std::decay_t<Deliver>(std::forward<Deliver>(deliver))]() mutable {
      if (link.connection == connection) return deliver();
      ++link.counters.messages_dropped;
    });
  }

  Timeline& timeline_;
  Chance chance_;
  std::vector<std::string> names_;  ///< the nodes, then the clients
  std::vector<Link> links_;
  std::map<std::uint64_t, Link*> rules_;  ///< by handle
  std::uint64_t next_handle_ = 1;
  std::uint64_t messages_ = 0;
  nemesis::Nanoseconds last_arrival_ = 0;
  std::function<void(Party, Party)> on_reset_;
};

}  // namespace fracas::harness
