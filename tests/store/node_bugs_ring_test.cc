// Stories of seeded bugs about rings that change: each leaves out one of the rules of ring_document.h.
#include "bug_story.h"

namespace fracas::store {
namespace {

using Fate = TestCluster::Fate;
using Envelope = TestCluster::Envelope;

/// Five members of which three are homes of "k", and a spare.
class Move : public TestCluster {
 public:
  explicit Move(const BugSet& bugs, std::int64_t anti_entropy_ns = 0)
      : TestCluster(given(bugs, anti_entropy_ns)),
        leaves(homes("k")[0]),
        stays(homes("k")[1]),
        misses(homes("k")[2]) {}

  const NodeIndex leaves, stays, misses;
  static constexpr NodeIndex comes = 5;

  void put_without(NodeIndex node, const std::string& value) {
    const std::string context = get(stays, "k").context;
    fate = [node](const Envelope& envelope) {
      return envelope.to == node && std::holds_alternative<WriteRequest>(envelope.message) ? Fate::drop
                                                                                           : Fate::deliver;
    };
    put(stays, "k", value, context);
    fate = deliver_all;
  }
  void begin() {
    call(stays,
         ChangeRing{.id = 0, .kind = RingChange::Kind::replace, .node = name(leaves), .with = name(comes)});
  }
  /// What a read says that cannot reach `node`.
  std::string read_without(NodeIndex node, NodeIndex at) {
    fate = [node](const Envelope& envelope) {
      return envelope.to == node && std::holds_alternative<ReadRequest>(envelope.message) ? Fate::drop
                                                                                          : Fate::deliver;
    };
    const ReplyToClient reply = get(at, "k");
    return reply.error ? "no answer" : joined(reply.values);
  }

 private:
  static Config given(const BugSet& bugs, std::int64_t anti_entropy_ns) {
    Config config = with(bugs);
    config.nodes = 6;
    config.spares = 1;
    config.anti_entropy_ns = anti_entropy_ns;
    return config;
  }
};

std::string new_home_without_anything(const BugSet& bugs) {
  Move move(bugs);
  move.put_without(move.misses, "1");
  move.fate = [](const Envelope& envelope) {
    return std::holds_alternative<ExchangeStates>(envelope.message) ? Fate::drop : Fate::deliver;
  };
  move.begin();
  move.pass(3 * second);
  return move.read_without(move.stays, move.misses);
}

std::string write_while_it_moves(const BugSet& bugs) {
  Move move(bugs);
  move.put(move.stays, "k", "1", "", 3);
  const auto unfinished = [](const Envelope& envelope) {
    return std::holds_alternative<RingProgress>(envelope.message) ? Fate::drop : Fate::deliver;
  };
  move.fate = unfinished;
  move.begin();
  move.pass(second);
  const std::string context = move.get(move.stays, "k").context;
  move.fate = [&](const Envelope& envelope) {
    const bool missed = envelope.to == move.misses && std::holds_alternative<WriteRequest>(envelope.message);
    return missed ? Fate::drop : unfinished(envelope);
  };
  move.put(move.stays, "k", "2", context);
  move.fate = deliver_all;
  move.pass(3 * second);
  return move.read_without(move.stays, move.misses);
}

std::string one_source_that_missed_it(const BugSet& bugs) {
  Move move(bugs);
  move.put_without(move.misses, "1");
  move.fate = [&](const Envelope& envelope) {
    const bool exchange = std::holds_alternative<ExchangeRoots>(envelope.message);
    const bool has_it = envelope.to == move.leaves || envelope.to == move.stays;
    return exchange && has_it ? Fate::drop : Fate::deliver;
  };
  move.begin();
  move.pass(3 * second);
  return move.read_without(move.stays, move.misses);
}

/// How many rings have the same number.
std::string two_changes_at_a_time(const BugSet& bugs) {
  Move move(bugs);
  move.fate = [](const Envelope& envelope) {
    return std::holds_alternative<RingNotice>(envelope.message) ? Fate::drop : Fate::deliver;
  };
  for (const NodeIndex leaver : {NodeIndex{3}, NodeIndex{4}}) {
    const auto proposer = static_cast<NodeIndex>(leaver - 3);
    move.call(proposer,
              ChangeRing{.id = 0, .kind = RingChange::Kind::leave, .node = move.name(leaver), .with = ""});
  }
  std::set<std::string> rings;
  for (NodeIndex node = 0; node < 6; ++node)
    if (move.node(node).ring_epoch() == 2) rings.insert(move.node(node).ring());
  return std::to_string(rings.size());
}

std::string home_that_has_not_heard_of_it(const BugSet& bugs) {
  Move move(bugs);
  move.put(move.stays, "k", "1", "", 3);
  const auto deaf = [&](const Envelope& envelope) {
    return envelope.to == move.leaves && std::holds_alternative<RingNotice>(envelope.message);
  };
  move.fate = [&](const Envelope& envelope) { return deaf(envelope) ? Fate::drop : Fate::deliver; };
  move.begin();
  move.pass(3 * second);
  const std::string context = move.get(move.stays, "k").context;
  move.fate = [&](const Envelope& envelope) {
    const bool missed = envelope.to == move.misses && std::holds_alternative<WriteRequest>(envelope.message);
    return missed || deaf(envelope) ? Fate::drop : Fate::deliver;
  };
  move.put(move.stays, "k", "2", context);
  move.fate = [&](const Envelope& envelope) {
    const bool unreached = envelope.to == move.stays && envelope.from == move.leaves;
    return unreached || deaf(envelope) ? Fate::drop : Fate::deliver;
  };
  const ReplyToClient reply = move.get(move.leaves, "k");
  return reply.error ? "no answer" : joined(reply.values);
}

std::string write_that_the_new_home_missed(const BugSet& bugs) {
  Move move(bugs, second / 5);
  move.put(move.stays, "k", "1", "", 3);
  move.begin();
  move.pass(3 * second);
  move.put_without(Move::comes, "2");
  move.pass(3 * second);
  return move.state(Move::comes, "k") == move.state(move.stays, "k") ? "equal" : "different";
}

}  // namespace

std::vector<BugStory> ring_stories() {
  return {
      {Bug::join_serves_early, "new_home_without_anything", "no answer", "", new_home_without_anything},
      {Bug::no_pending_writes, "write_while_it_moves", "2", "1", write_while_it_moves},
      {Bug::bootstrap_one_source, "one_source_that_missed_it", "no answer", "", one_source_that_missed_it},
      {Bug::concurrent_ring_changes, "two_changes_at_a_time", "1", "2", two_changes_at_a_time},
      {Bug::ring_epoch_not_checked, "home_that_has_not_heard_of_it", "no answer", "1",
       home_that_has_not_heard_of_it},
      {Bug::ae_stops_after_ring_change, "write_that_the_new_home_missed", "equal", "different",
       write_that_the_new_home_missed},
  };
}

}  // namespace fracas::store
