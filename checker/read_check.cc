#include "checker/read_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "checker/causal.h"
#include "checker/explain.h"

namespace fracas::checker {
namespace {

/// The session of those that a duty binds to what they did themselves; -1: everyone is one.
std::int32_t owner(Duty duty, const Operation& o) { return duty == Duty::acknowledged ? -1 : o.session; }

/// Acknowledged adds by completion, of everyone or by session.
class Acknowledged {
 public:
  Acknowledged(const KeyOperations& key, Duty duty) : duty_(duty) {
    for (const Operation* o : key.operations) {
      if (writes(*o) && o->outcome == Outcome::ok) ended_[owner(duty_, *o)].push_back(o);
    }
    for (auto& [session, ended] : ended_) {
      std::sort(ended.begin(), ended.end(),
                [](const Operation* a, const Operation* b) { return a->completed < b->completed; });
    }
  }

  /// Those that the read had to see, by completion.
  std::span<const Operation* const> before(const Operation& read) const {
    const auto found = ended_.find(owner(duty_, read));
    if (found == ended_.end()) return {};
    const auto& ended = found->second;
    const auto end =
        std::lower_bound(ended.begin(), ended.end(), read.invoked,
                         [](const Operation* o, std::uint32_t event) { return o->completed < event; });
    return std::span(ended).first(static_cast<std::size_t>(end - ended.begin()));
  }

  bool required(const Operation& version, const Operation& read) const {
    return version.outcome == Outcome::ok && version.completed < read.invoked &&
           owner(duty_, version) == owner(duty_, read);
  }

 private:
  Duty duty_;
  std::map<std::int32_t, std::vector<const Operation*>> ended_;
};

bool is_judged(const Operation& o) { return o.f == Function::read && o.outcome == Outcome::ok; }

/// The elements of a set, each once.
std::vector<std::string_view> elements(const History& history, const Writers& writers,
                                       const Operation& read) {
  auto shown = shown_values(history, writers, KeyKind::set, Conflict::siblings, read);
  std::sort(shown.begin(), shown.end());
  shown.erase(std::unique(shown.begin(), shown.end()), shown.end());
  return shown;
}

/// The latest of the required adds whose element was not found.
const Operation* latest_absent(const History& history, std::span<const Operation* const> required,
                               const std::vector<std::string_view>& found) {
  for (auto at = required.rbegin(); at != required.rend(); ++at) {
    if (!std::binary_search(found.begin(), found.end(), history.text((*at)->value))) return *at;
  }
  return nullptr;
}

/// Elements that a session's earlier reads have shown, each read against those that ended before it began:
/// the operations of a session follow one another.
ReadCheck check_seen_elements(const History& history, const KeyOperations& key) {
  const Writers writers(history, key);
  std::map<std::int32_t, std::vector<std::string_view>> seen;  // ascending
  ReadCheck result;
  for (const Operation* read : key.operations) {
    if (!is_judged(*read)) continue;
    const auto found = elements(history, writers, *read);
    const auto [mine, first] = seen.try_emplace(read->session);
    result.checked += first ? 0 : 1;
    std::vector<std::string_view> lost;
    std::set_difference(mine->second.begin(), mine->second.end(), found.begin(), found.end(),
                        std::back_inserter(lost));
    const Operation* latest = nullptr;
    for (const std::string_view element : lost) {
      for (const Operation* add : writers.of(element))
        latest = latest == nullptr || latest->invoked < add->invoked ? add : latest;
    }
    if (latest != nullptr) result.lacking.push_back({read, latest, lost.size()});
    std::vector<std::string_view> both;
    std::set_union(mine->second.begin(), mine->second.end(), found.begin(), found.end(),
                   std::back_inserter(both));
    mine->second = std::move(both);
  }
  return result;
}

/// What each session's reads have to cover, from which event on.
std::vector<Demand> demands(const History& history, const KeyOperations& key, const Writers& writers,
                            const CausalKey& causal, Duty duty) {
  if (duty != Duty::seen_before) {
    std::vector<Demand> acknowledged = causal.acknowledged();
    for (Demand& demand : acknowledged) demand.session = owner(duty, *causal.versions()[demand.version]);
    return acknowledged;
  }
  std::vector<Demand> shown;
  for (const Operation* read : key.operations) {
    if (!is_judged(*read)) continue;
    const auto positions = causal.positions(
        shown_values(history, writers, KeyKind::reg, Conflict::siblings, *read), read->completed);
    if (!positions) continue;
    for (const std::uint32_t v : *positions) shown.push_back({v, read->session, read->completed});
  }
  return shown;
}

}  // namespace

ReadCheck check_set_reads(const History& history, const KeyOperations& key, Duty duty) {
  if (duty == Duty::seen_before) return check_seen_elements(history, key);
  const Writers writers(history, key);
  const Acknowledged acknowledged(key, duty);
  ReadCheck result;
  for (const Operation* read : key.operations) {
    if (!is_judged(*read)) continue;
    const auto required = acknowledged.before(*read);
    if (duty == Duty::own_writes && required.empty()) continue;
    ++result.checked;
    const auto found = elements(history, writers, *read);
    std::size_t seen = 0;
    for (const std::string_view element : found) {
      for (const Operation* add : writers.of(element)) seen += acknowledged.required(*add, *read) ? 1 : 0;
    }
    if (seen == required.size()) continue;
    result.lacking.push_back({read, latest_absent(history, required, found), required.size() - seen});
  }
  return result;
}

ReadCheck check_sibling_reads(const History& history, const KeyOperations& key, Duty duty) {
  const Writers writers(history, key);
  ReadCheck result;
  if (!writers.repeated().empty()) {
    result.undecided = fmt::format("{} was written to {} twice: what a read of it covers cannot be told",
                                   shown(writers.repeated()), history.text(key.key));
    return result;
  }
  const CausalKey causal(history, key, writers);
  std::vector<Demand> asked = demands(history, key, writers, causal, duty);
  std::map<std::int32_t, std::uint32_t> asked_from;  // by session, the first event
  for (const Demand& demand : asked) {
    const auto first = asked_from.try_emplace(demand.session, demand.event).first;
    first->second = std::min(first->second, demand.event);
  }
  std::vector<const Operation*> reads;
  std::vector<View> views;
  for (const Operation* read : key.operations) {
    if (!is_judged(*read)) continue;
    const std::int32_t session = owner(duty, *read);
    const auto from = asked_from.find(session);
    if (session >= 0 && (from == asked_from.end() || from->second > read->invoked)) continue;
    auto positions = causal.positions(shown_values(history, writers, KeyKind::reg, Conflict::siblings, *read),
                                      read->completed);
    if (!positions) continue;  // a phantom, which no-phantoms and honest-failures report
    views.push_back({.began = read->invoked,
                     .ended = read->completed,
                     .session = session,
                     .group = static_cast<std::uint32_t>(reads.size()),
                     .shown = std::move(*positions)});
    reads.push_back(read);
  }
  result.checked = reads.size();
  const auto missing = causal.missing(views, std::move(asked));
  if (!missing) {
    result.undecided = fmt::format("{}: {}", history.text(key.key), missing.error());
    return result;
  }
  for (const Missing& group : *missing) {
    result.lacking.push_back({reads[group.group], causal.versions()[group.versions.back()], group.count});
  }
  return result;
}

}  // namespace fracas::checker
