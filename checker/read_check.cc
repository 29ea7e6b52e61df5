#include "checker/read_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "checker/causal.h"
#include "checker/explain.h"

namespace fracas::checker {
namespace {

/// Acknowledged versions by completion, of everyone or by session.
class Acknowledged {
 public:
  Acknowledged(const KeyOperations& key, Whose whose) : whose_(whose) {
    for (const Operation* o : key.operations) {
      if (writes(*o) && o->outcome == Outcome::ok) ended_[owner(*o)].push_back(o);
    }
    for (auto& [session, ended] : ended_) {
      std::sort(ended.begin(), ended.end(),
                [](const Operation* a, const Operation* b) { return a->completed < b->completed; });
    }
  }

  /// Those that the read had to see, by completion.
  std::span<const Operation* const> before(const Operation& read) const {
    const auto found = ended_.find(owner(read));
    if (found == ended_.end()) return {};
    const auto& ended = found->second;
    const auto end =
        std::lower_bound(ended.begin(), ended.end(), read.invoked,
                         [](const Operation* o, std::uint32_t event) { return o->completed < event; });
    return std::span(ended).first(static_cast<std::size_t>(end - ended.begin()));
  }

  bool required(const Operation& version, const Operation& read) const {
    return version.outcome == Outcome::ok && version.completed < read.invoked &&
           owner(version) == owner(read);
  }

 private:
  std::int32_t owner(const Operation& o) const { return whose_ == Whose::everyone ? -1 : o.session; }

  Whose whose_;
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

}  // namespace

ReadCheck check_set_reads(const History& history, const KeyOperations& key, Whose whose) {
  const Writers writers(history, key);
  const Acknowledged acknowledged(key, whose);
  ReadCheck result;
  for (const Operation* read : key.operations) {
    if (!is_judged(*read)) continue;
    const auto required = acknowledged.before(*read);
    if (whose == Whose::own_session && required.empty()) continue;
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

ReadCheck check_sibling_reads(const History& history, const KeyOperations& key, Whose whose) {
  const Writers writers(history, key);
  ReadCheck result;
  if (!writers.repeated().empty()) {
    result.undecided = fmt::format("{} was written to {} twice: what a read of it covers cannot be told",
                                   shown(writers.repeated()), history.text(key.key));
    return result;
  }
  const CausalKey causal(history, key, writers);
  const Acknowledged acknowledged(key, whose);
  std::vector<const Operation*> reads;
  std::vector<View> views;
  for (const Operation* read : key.operations) {
    if (!is_judged(*read)) continue;
    if (whose == Whose::own_session && acknowledged.before(*read).empty()) continue;
    auto positions = causal.positions(shown_values(history, writers, KeyKind::reg, Conflict::siblings, *read),
                                      read->completed);
    if (!positions) continue;  // a phantom, which no-phantoms and honest-failures report
    views.push_back({.began = read->invoked,
                     .ended = read->completed,
                     .session = whose == Whose::everyone ? -1 : read->session,
                     .group = static_cast<std::uint32_t>(reads.size()),
                     .shown = std::move(*positions)});
    reads.push_back(read);
  }
  result.checked = reads.size();
  const auto missing = causal.missing(views);
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
