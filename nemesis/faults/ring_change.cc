// ring.join, ring.leave, ring.replace: an operator changes who the members of the cluster are, while it
// serves. One node is asked, over a way that no fault touches; the nodes then do it by themselves, for as
// long as it takes, and nothing is undone when the fault ends: it is over then what is looked at. What the
// store refuses (a member joins, another change is under way, no majority can be asked) is evidence too.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "nemesis/kind.h"
#include "nemesis/names.h"
#include "nemesis/parameters.h"

namespace fracas::nemesis {

namespace {

using Names = std::vector<std::string>;
using Change = RingChange::Kind;

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// --- what is planned ---

/// The parameter, which names a node; drawn among `from` where it is absent, and left out if there is nobody.
FaultResult<void> draw_node(const std::string& name, const FaultSpec& spec, const Names& all,
                            const Names& from, Random& random, Fault& fault) {
  auto asked = read_choices(spec.parameters, name, all);
  if (!asked) return asked.error();
  if (asked->size() > 1)
    return FaultError{.field = name, .message = "\"" + name + "\" must be one node, or left out"};
  if (asked->empty() && from.empty()) return {};
  fault.parameters[name] = asked->empty() ? draw_some(random, from, 1).front() : asked->front();
  return {};
}

template <Change change>
FaultResult<void> draw(const FaultSpec& spec, const Names& all, Random& random, Fault& fault) {
  fault.parameters.clear();
  if (auto drawn = draw_node("via", spec, all, all, random, fault); !drawn) return drawn;
  if (change != Change::replace) return {};
  Names others = all;
  if (!fault.nodes.empty()) std::erase(others, fault.nodes.front());
  if (others.empty())
    return FaultError{.field = "kind", .message = "a cluster of one node has nobody to put in its place"};
  return draw_node("with", spec, all, others, random, fault);
}

template <Change change>
bool change_ring(const FaultSpec& spec, Membership& now, Random& random, Fault& fault) {
  Names who = spec.target == "one" ? now.nodes : fault.nodes;
  std::erase_if(
      who, [&](const std::string& node) { return now.members.contains(node) == (change == Change::join); });
  if (who.empty() || (change == Change::leave && now.members.size() <= now.least)) return false;
  Names outside;
  for (const std::string& node : now.nodes)
    if (!now.members.contains(node)) outside.push_back(node);
  if (change == Change::replace) {
    if (const auto named = spec.parameters.find("with"); named != spec.parameters.end())
      std::erase_if(outside, [&](const std::string& node) { return named->second != Parameter(node); });
    if (outside.empty()) return false;
    fault.parameters["with"] = draw_some(random, outside, 1).front();
  }
  fault.nodes = draw_some(random, who, 1);
  if (change != Change::join) now.members.erase(fault.nodes.front());
  if (change == Change::join) now.members.insert(fault.nodes.front());
  if (change == Change::replace) now.members.insert(std::get<std::string>(fault.parameters.at("with")));
  return true;
}

// --- what happens ---

std::string text_of(const RingChange& change) {
  switch (change.kind) {
    case Change::join:
      return change.node + " joins";
    case Change::leave:
      return change.node + " leaves";
    case Change::replace:
      break;
  }
  return change.with + " replaces " + change.node;
}

/// The members once the change is made; empty where it makes no sense. Sorted, as are those of made_of().
Names after(const RingChange& change, Names members) {
  const bool has = contains(members, change.node);
  if (has == (change.kind == Change::join)) return {};
  if (change.kind == Change::replace && contains(members, change.with)) return {};
  if (change.kind != Change::join) std::erase(members, change.node);
  if (change.kind == Change::join) members.push_back(change.node);
  if (change.kind == Change::replace) members.push_back(change.with);
  std::sort(members.begin(), members.end());
  return members;
}

/// Whether a ring, or the step from the one before, is the change.
bool is(const RingChange& change, const RingView& before, const RingView& ring) {
  Names to = ring.moving() ? ring.next : ring.members;
  std::sort(to.begin(), to.end());
  return to == after(change, ring.moving() ? ring.members : before.members);
}

class ActiveRingChange : public ActiveFault {
 public:
  ActiveRingChange(const Fault& fault, Change kind, Surroundings& around)
      : begun_(around.now), epoch_(around.rings.seen().back().epoch) {
    const auto text = [&fault](const char* name) {
      const auto found = fault.parameters.find(name);
      return found == fault.parameters.end() ? std::string() : std::get<std::string>(found->second);
    };
    change_ = {.kind = kind, .node = fault.nodes.front(), .with = text("with")};
    via_ = who_is_up(text("via"), around.nodes);
    if (!via_.empty()) question_ = around.rings.ask(via_, change_);
  }

  Effect end(Surroundings& around) override {
    const RingAnswer answer = question_ ? around.rings.answer(*question_) : RingAnswer{};
    const auto& seen = around.rings.seen();
    auto made = seen.end();
    for (auto ring = std::next(seen.begin()); ring != seen.end() && made == seen.end(); ++ring)
      if (ring->epoch > epoch_ && is(change_, *std::prev(ring), *ring)) made = ring;

    nlohmann::json measured{{"change", text_of(change_)}, {"epoch_before", epoch_}};
    measured["epoch"] = seen.back().epoch;
    measured["members"] = seen.back().members;
    if (question_) measured["asked"] = via_;
    measured["answer"] = !answer.answered ? "none" : answer.agreed ? "agreed" : answer.message;
    const bool took_effect = made != seen.end();
    if (took_effect) {
      measured["followed_after_ms"] = since_begin_ms(*made);
      // The next one without a second ring is where it has got to, or been given up.
      const auto over = std::find_if(made, seen.end(), [](const RingView& ring) { return !ring.moving(); });
      if (over != seen.end()) measured["over_after_ms"] = since_begin_ms(*over);
      measured["moving"] = over == seen.end();
    } else {
      measured["why"] = why_not(answer);
    }
    return Effect{.took_effect = took_effect, .measured = measured.dump()};
  }

 private:
  double since_begin_ms(const RingView& ring) const { return static_cast<double>(ring.seen - begun_) / 1e6; }

  std::string why_not(const RingAnswer& answer) const {
    if (!question_) return "no node was up that could be asked";
    if (!answer.answered) return via_ + " had not answered by the end of the fault";
    if (!answer.agreed) return answer.message;
    return "it was agreed on, and no node was seen to follow by the end of the fault";
  }

  /// The first node that is up, from `first` on around the cluster; empty: none is.
  static std::string who_is_up(const std::string& first, const Nodes& nodes) {
    Names names = nodes.names();
    std::rotate(names.begin(), std::find(names.begin(), names.end(), first), names.end());
    const auto up = std::find_if(names.begin(), names.end(), [&](const std::string& node) {
      return nodes.state(node) == NodeState::ready;
    });
    return up == names.end() ? std::string() : *up;
  }

  Nanoseconds begun_;
  std::uint64_t epoch_;
  RingChange change_;
  std::string via_;
  std::optional<std::uint64_t> question_;
};

template <Change change>
std::unique_ptr<ActiveFault> begin(const Fault& fault, Surroundings& around) {
  return std::make_unique<ActiveRingChange>(fault, change, around);
}

constexpr ParameterInfo kVia{"via", "a node", "drawn", "who is asked; if it is not up, the next one that is"};
constexpr ParameterInfo kWith{"with", "a node", "drawn", "who takes the place"};

template <Change change>
Kind described(std::string_view name, std::string_view sentence, std::vector<ParameterInfo> parameters) {
  return Kind{.name = name,
              .sentence = sentence,
              .parameters = std::move(parameters),
              .default_duration = 3'000'000'000,  // so long is it watched
              .needs = Ability::ring,
              .draw = draw<change>,
              .begin = begin<change>,
              .change_ring = change_ring<change>};
}

}  // namespace

Kind ring_join() {
  return described<Change::join>("ring.join",
                                 "a node outside the ring joins it, and stays when the fault ends", {kVia});
}

Kind ring_leave() {
  return described<Change::leave>("ring.leave", "a member leaves the ring, and is not taken back at the end",
                                  {kVia});
}

Kind ring_replace() {
  return described<Change::replace>(
      "ring.replace", "a node outside the ring takes the place of a member, for good", {kVia, kWith});
}

}  // namespace fracas::nemesis
