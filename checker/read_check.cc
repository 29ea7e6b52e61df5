#include "checker/read_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

#include "checker/causal.h"
#include "checker/explain.h"

namespace fracas::checker {
namespace {

/// The session of those that a duty binds to what they did themselves; -1: everyone is one.
std::int32_t owner(const History& history, Duty duty, const Operation& o) {
  return duty == Duty::acknowledged ? -1 : history.session(o);
}

/// Acknowledged adds by completion, of everyone or by session.
class Acknowledged {
 public:
  Acknowledged(const KeyCase& key, Duty duty) : history_(key.history()), duty_(duty) {
    for (const Operation* o : key.operations) {
      if (writes(*o) && o->outcome == Outcome::ok) ended_[owner(history_, duty_, *o)].push_back(o);
    }
    for (auto& [session, ended] : ended_) {
      std::sort(ended.begin(), ended.end(),
                [](const Operation* a, const Operation* b) { return a->completed < b->completed; });
    }
  }

  /// Those that the read had to see, by completion.
  std::span<const Operation* const> before(const Operation& read) const {
    const auto found = ended_.find(owner(history_, duty_, read));
    if (found == ended_.end()) return {};
    const auto& ended = found->second;
    const auto end =
        std::lower_bound(ended.begin(), ended.end(), read.invoked,
                         [](const Operation* o, std::uint32_t event) { return o->completed < event; });
    return std::span(ended).first(static_cast<std::size_t>(end - ended.begin()));
  }

  bool required(const Operation& version, const Operation& read) const {
    return version.outcome == Outcome::ok && version.completed < read.invoked &&
           owner(history_, duty_, version) == owner(history_, duty_, read);
  }

 private:
  const History& history_;
  Duty duty_;
  std::map<std::int32_t, std::vector<const Operation*>> ended_;
};

bool is_judged(const Operation& o) { return o.f == Function::read && o.outcome == Outcome::ok; }

/// The elements of a set that an answer showed, each once, ascending.
std::vector<TextId> elements(const KeyCase& key, std::size_t place) {
  const auto shown = key.answers().of(place);
  std::vector<TextId> found(shown.begin(), shown.end());
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

/// The latest of the required adds whose element was not found.
const Operation* latest_absent(std::span<const Operation* const> required, const std::vector<TextId>& found) {
  for (auto at = required.rbegin(); at != required.rend(); ++at) {
    if (!std::binary_search(found.begin(), found.end(), (*at)->value)) return *at;
  }
  return nullptr;
}

/// Elements that a session's earlier reads have shown, each read against those that ended before it began:
/// the operations of a session follow one another.
ReadCheck check_seen_elements(const KeyCase& key) {
  const History& history = key.history();
  std::map<std::int32_t, std::vector<TextId>> seen;  // ascending
  ReadCheck result;
  for (std::size_t i = 0; i < key.operations.size(); ++i) {
    const Operation* read = key.operations[i];
    if (!is_judged(*read)) continue;
    const auto found = elements(key, i);
    const auto [mine, first] = seen.try_emplace(history.session(*read));
    result.checked += first ? 0 : 1;
    std::vector<TextId> lost;
    std::set_difference(mine->second.begin(), mine->second.end(), found.begin(), found.end(),
                        std::back_inserter(lost));
    const Operation* latest = nullptr;
    for (const TextId element : lost) {
      for (const Operation* add : key.writers().of(element))
        latest = latest == nullptr || latest->invoked < add->invoked ? add : latest;
    }
    if (latest != nullptr) result.lacking.push_back({read, latest, lost.size()});
    std::vector<TextId> both;
    std::set_union(mine->second.begin(), mine->second.end(), found.begin(), found.end(),
                   std::back_inserter(both));
    mine->second = std::move(both);
  }
  return result;
}

/// In the order of their declaration: a duty is its own index.
constexpr std::array kDuties = {Duty::acknowledged, Duty::own_writes, Duty::seen_before};

/// What each session's reads have to cover, from which event on.
Demands demands(const KeyCase& key, const CausalKey& causal, Duty duty) {
  if (duty != Duty::seen_before) {
    Demands acknowledged = causal.acknowledged();
    for (Demand& demand : acknowledged)
      demand.session = owner(key.history(), duty, *causal.versions()[demand.version]);
    return acknowledged;
  }
  const History& history = key.history();
  Demands shown;
  for (std::size_t i = 0; i < key.operations.size(); ++i) {
    const Operation* read = key.operations[i];
    if (!is_judged(*read)) continue;
    const auto positions = causal.shown(i);
    if (!positions) continue;
    for (const std::uint32_t v : *positions) shown.push_back({v, history.session(*read), read->completed});
  }
  return shown;
}

/// Reads of which something is asked; of everyone all of them.
std::uint64_t asked_of(const History& history, const std::vector<const Operation*>& reads,
                       const Demands& demands, Duty duty) {
  if (duty == Duty::acknowledged) return reads.size();
  std::map<std::int32_t, std::uint32_t> from;  // by session, the first event
  for (const Demand& demand : demands) {
    const auto first = from.try_emplace(demand.session, demand.event).first;
    first->second = std::min(first->second, demand.event);
  }
  return static_cast<std::uint64_t>(std::count_if(reads.begin(), reads.end(), [&](const Operation* read) {
    const auto first = from.find(history.session(*read));
    return first != from.end() && first->second <= read->invoked;
  }));
}

/// By duty.
using ReadChecks = std::array<ReadCheck, kDuties.size()>;

ReadChecks all_duties(const KeyCase& key) {
  ReadChecks results;
  const auto undecided = [&results](const std::string& why) {
    for (ReadCheck& result : results) result.undecided = why;
    return results;
  };
  if (!key.writers().repeated().empty())
    return undecided(fmt::format("{} was written to {} twice: what a read of it covers cannot be told",
                                 shown(key.writers().repeated()), key.name()));
  const CausalKey& causal = causal_key(key);
  std::vector<const Operation*> reads;
  std::vector<View> views;
  for (std::size_t i = 0; i < key.operations.size(); ++i) {
    const Operation* read = key.operations[i];
    if (!is_judged(*read)) continue;
    const auto positions = causal.shown(i);
    if (!positions) continue;  // a phantom, which no-phantoms and honest-failures report
    views.push_back({.began = read->invoked,
                     .ended = read->completed,
                     .session = key.history().session(*read),
                     .group = static_cast<std::uint32_t>(reads.size()),
                     .shown = *positions});
    reads.push_back(read);
  }
  std::vector<Demands> asked;
  for (std::size_t d = 0; d < kDuties.size(); ++d) {
    asked.push_back(demands(key, causal, kDuties[d]));
    results[d].checked = asked_of(key.history(), reads, asked.back(), kDuties[d]);
  }
  const auto missing = causal.missing(views, std::move(asked));
  if (!missing) return undecided(fmt::format("{}: {}", key.name(), missing.error()));
  for (std::size_t d = 0; d < kDuties.size(); ++d) {
    for (const Missing& group : (*missing)[d])
      results[d].lacking.push_back(
          {reads[group.group], causal.versions()[group.versions.back()], group.count});
  }
  return results;
}

}  // namespace

ReadCheck check_set_reads(const KeyCase& key, Duty duty) {
  if (duty == Duty::seen_before) return check_seen_elements(key);
  const Acknowledged acknowledged(key, duty);
  ReadCheck result;
  for (std::size_t i = 0; i < key.operations.size(); ++i) {
    const Operation* read = key.operations[i];
    if (!is_judged(*read)) continue;
    const auto required = acknowledged.before(*read);
    if (duty == Duty::own_writes && required.empty()) continue;
    ++result.checked;
    const auto found = elements(key, i);
    std::size_t seen = 0;
    for (const TextId element : found) {
      for (const Operation* add : key.writers().of(element))
        seen += acknowledged.required(*add, *read) ? 1 : 0;
    }
    if (seen == required.size()) continue;
    result.lacking.push_back({read, latest_absent(required, found), required.size() - seen});
  }
  return result;
}

std::string reads_unclear(const KeyCase& key) {
  return fmt::format("{} is written in more than one way: what a read of it means cannot be told",
                     key.name());
}

const ReadCheck& check_sibling_reads(const KeyCase& key, Duty duty) {
  const ReadChecks& results = key.once<ReadChecks>([&] { return all_duties(key); });
  return results[static_cast<std::size_t>(duty)];
}

}  // namespace fracas::checker
