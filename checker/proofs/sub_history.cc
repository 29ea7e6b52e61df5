#include "checker/proofs/sub_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <set>
#include <string>
#include <tuple>

#include "checker/json_text.h"

namespace fracas::checker {
namespace {

/// An event of an operation on its way into the new history.
struct Moment {
  std::int64_t time_ns = 0;
  std::uint32_t index = 0;  ///< in the whole; kNever for an info: after all others of its time
  const Operation* operation = nullptr;
  bool invocation = false;
};

std::vector<Moment> moments(const History& history, std::span<const Operation* const> kept) {
  std::vector<Moment> all;
  for (const Operation* o : kept) {
    all.push_back({history.invoked_ns(*o), o->invoked, o, true});
    if (o->outcome != Outcome::open) all.push_back({history.completed_ns(*o), o->completed, o, false});
  }
  std::sort(all.begin(), all.end(), [](const Moment& a, const Moment& b) {
    return std::tie(a.time_ns, a.index, a.operation->invoked) <
           std::tie(b.time_ns, b.index, b.operation->invoked);
  });
  return all;
}

class Builder {
 public:
  Builder(const Case& whole, std::span<const Operation* const> kept)
      : whole_(whole), traces_(traces(whole)), kept_(kept.begin(), kept.end()) {}

  SubHistory build(std::span<const Operation* const> kept, std::string_view key) {
    SubHistory result;
    HistoryBuilder builder;
    std::set<std::string_view> keys{key};
    for (const Moment& moment : moments(whole_.history(), kept)) {
      keys.insert(whole_.history().text(moment.operation->key));
      Event event = event_of(*moment.operation, moment.invocation);
      event.index = result.names.size();
      event.time_ns = moment.time_ns;
      const auto added = builder.add(event);
      assert(added && "a part of a sound history is sound");
      result.names.push_back(moment.operation->invoked);
    }
    result.history = std::move(builder).finish();
    result.evidence = evidence_of(keys);
    return result;
  }

 private:
  Event event_of(const Operation& o, bool invocation) const {
    const History& history = whole_.history();
    Event event;
    event.process = history.process_number(o);
    event.session = history.session(o);
    event.f = o.f;
    event.key = history.text(o.key);
    event.node = history.text(history.node(o));
    event.final = o.final;
    const bool answers = o.f == Function::read || o.f == Function::dequeue || o.f == Function::generate;
    if (invocation) {
      if (!answers) event.value = history.text(o.value);
      // Which versions it names does not matter: what a session has seen, the history tells.
      if (o.contextual) event.context = R"({"n#1":1})";
      return event;
    }
    event.type = o.outcome == Outcome::ok     ? EventType::ok
                 : o.outcome == Outcome::fail ? EventType::fail
                                              : EventType::info;
    event.value = answers && traces_.separable(o) ? separated(o, history.text(o.value))
                                                  : std::string(history.text(o.value));
    event.saw = traces_.separable(o) ? separated(o, history.text(history.saw(o)))
                                     : std::string(history.text(history.saw(o)));
    event.siblings = separated(o, history.text(history.siblings(o)));
    event.error = history.text(history.error(o));
    if (const Stamp* stamp = history.stamp(o)) {
      std::string actor;
      append_json_string(actor, stamp->actor);
      event.clock = fmt::format("[{},{},{}]", stamp->us, actor, stamp->sequence);
    }
    return event;
  }

  bool stays(std::string_view key, std::string_view value) const {
    const auto writers = traces_.writers({key, value});
    return writers.empty() ||
           std::any_of(writers.begin(), writers.end(), [&](const Operation* o) { return kept_.contains(o); });
  }

  /// The text without the elements of others, however deep they are wrapped.
  std::string separated(const Operation& o, std::string_view json) const {
    return separated(whole_.history().text(o.key), json);
  }
  std::string separated(std::string_view key, std::string_view json) const {
    if (json.empty() || json.front() != '[' || !traces_.writers({key, json}).empty())
      return std::string(json);
    std::string text = "[";
    for (const std::string_view part : array_parts(json)) {
      const bool nested = part.starts_with('[') && traces_.writers({key, part}).empty();
      if (!nested && !stays(key, part)) continue;
      if (text.size() > 1) text += ',';
      text += nested ? separated(key, part) : std::string(part);
    }
    return text + "]";
  }

  Evidence evidence_of(const std::set<std::string_view>& keys) const {
    const Evidence& all = whole_.evidence();
    Evidence evidence;
    evidence.settlement = all.settlement;
    evidence.idle = all.idle;
    evidence.tombstones_go = all.tombstones_go;
    evidence.w = all.w;
    evidence.wall_start_us = all.wall_start_us;
    // The whole shows more of it than a part.
    if (whole_.conflict() == Conflict::siblings) evidence.conflict = "siblings";
    if (whole_.conflict() == Conflict::lww) evidence.conflict = "lww";
    if (!all.dumps) return evidence;
    evidence.dumps.emplace();
    for (const std::string_view key : keys) {
      const KeyDump* dump = whole_.dump(key);
      if (dump == nullptr) continue;
      evidence.dumps->push_back(*dump);
      if (is_set(key)) separate(evidence.dumps->back());
    }
    return evidence;
  }

  bool is_set(std::string_view key) const {
    return std::any_of(kept_.begin(), kept_.end(), [&](const Operation* o) {
      return whole_.history().text(o->key) == key && traces_.kind(o->key) == KeyKind::set;
    });
  }

  void separate(KeyDump& dump) const {
    for (ReplicaState& replica : dump.replicas)
      for (std::string& value : replica.values) value = separated(dump.key, value);
  }

  const Case& whole_;
  const Traces& traces_;
  std::set<const Operation*> kept_;
};

}  // namespace

SubHistory sub_history(const Case& whole, std::span<const Operation* const> kept, std::string_view key) {
  return Builder(whole, kept).build(kept, key);
}

}  // namespace fracas::checker
