#include "checker/transactions/tell.h"

#include <fmt/format.h>

#include <algorithm>

#include "checker/explain.h"

namespace fracas::checker::transactions {
namespace {

/// Longer cycles are told by their first and last steps.
constexpr std::size_t kTold = 12;

std::string enumerated(const std::vector<std::string>& parts) {
  if (parts.size() < 2) return fmt::format("{}", fmt::join(parts, ""));
  return fmt::format("{} and {}", fmt::join(parts.begin(), parts.end() - 1, ", "), parts.back());
}

std::string moment(const Operation& o) {
  switch (o.outcome) {
    case Outcome::ok:
      return fmt::format("acknowledged at index {}", o.completed);
    case Outcome::fail:
      return "failed";
    case Outcome::info:
    case Outcome::open:
      break;
  }
  return "of unknown outcome";
}

/// Why one transaction comes before another.
class Because {
 public:
  Because(const Transactions& txns, const VersionOrder& order) : txns_(txns), order_(order) {}

  std::string operator()(const Hop& hop, TxnId to, std::size_t a, std::size_t b) const {
    for (const auto& [reasons, phrase] :
         {std::pair{write_write(Scope::data), &Because::overwritten}, std::pair{kWriteRead, &Because::read},
          std::pair{kReadWrite, &Because::missed}, std::pair{Reasons{0xFFFF}, &Because::overwritten}}) {
      if ((hop.reasons & reasons) == 0) continue;
      if (std::string found = (this->*phrase)(hop, to, a, b); !found.empty()) return found;
    }
    if ((hop.reasons & kProcess) != 0) return fmt::format("session {} did T{} first", session(to), a);
    return fmt::format("T{} was acknowledged (index {}) before T{} began (index {})", a,
                       txns_.all[hop.txn].completed, b, txns_.all[to].invoked);
  }

 private:
  std::string_view key(VersionId version) const { return txns_.keys[txns_.versions[version].key].text; }
  std::int32_t session(TxnId txn) const { return txns_.history->session(txns_.operation(txn)); }

  std::string overwritten(const Hop& hop, TxnId to, std::size_t a, std::size_t b) const {
    for (const MicroOp& step : txns_.micro_ops_of(hop.txn)) {
      if (step.access == Access::read) continue;
      if (const Next* next = towards(step.version, to, hop.reasons, write_write))
        return fmt::format("T{} wrote {} to {} after the {} of T{}{}", b, shown_value(txns_, next->version),
                           key(step.version), shown_value(txns_, step.version), a, rests_on(*next));
    }
    return {};
  }

  std::string read(const Hop& hop, TxnId to, std::size_t a, std::size_t b) const {
    for (const MicroOp& step : txns_.micro_ops_of(to))
      if (step.access == Access::read && txns_.versions[step.version].writer == hop.txn)
        return fmt::format("T{} read {} of {}, which T{} wrote", b, shown_value(txns_, step.version),
                           key(step.version), a);
    return {};
  }

  std::string missed(const Hop& hop, TxnId to, std::size_t a, std::size_t b) const {
    for (const MicroOp& step : txns_.micro_ops_of(hop.txn)) {
      if (step.access != Access::read) continue;
      if (const Next* next = towards(step.version, to, hop.reasons, read_write))
        return fmt::format("T{} read {} {}, before T{} wrote {}{}", a, key(step.version), as_read(step), b,
                           shown_value(txns_, next->version), rests_on(*next));
    }
    return {};
  }

  std::string as_read(const MicroOp& step) const {
    if (txns_.versions[step.version].nil) return "when nothing was there";
    return fmt::format("as {}{}", txns_.lists ? "far as " : "", shown_value(txns_, step.version));
  }

  static std::string_view rests_on(const Next& next) {
    switch (next.scope) {
      case Scope::data:
        return "";
      case Scope::process:
        return " (in the order in which a session found them)";
      case Scope::realtime:
        return " (in the order in which they were found in real time)";
    }
    return "";
  }

  const Next* towards(VersionId version, TxnId to, Reasons reasons, Reasons (*reason)(Scope)) const {
    for (const Next& next : order_.after(version))
      if (txns_.versions[next.version].writer == to && (reasons & reason(next.scope)) != 0) return &next;
    return nullptr;
  }

  const Transactions& txns_;
  const VersionOrder& order_;
};

}  // namespace

std::string let(const Transactions& txns, const std::vector<TxnId>& those) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < those.size(); ++i) {
    const Operation& o = txns.operation(those[i]);
    parts.push_back(fmt::format("T{} = {} (index {} of session {}, {})", i + 1,
                                shown(txns.history->text(o.value)), o.invoked, txns.history->session(o),
                                moment(o)));
  }
  return fmt::format("let {}", enumerated(parts));
}

std::string shown_value(const Transactions& txns, VersionId version) {
  return txns.versions[version].nil ? "nothing" : shown(txns.values[version]);
}

Story tell_cycle(const Transactions& txns, const VersionOrder& order, const Cycle& cycle) {
  Story story;
  for (const Hop& hop : cycle.hops) story.txns.push_back(hop.txn);
  const Because because(txns, order);
  const std::size_t size = cycle.hops.size();
  std::vector<std::string> steps;
  for (std::size_t i = 0; i < size; ++i) {
    if (size > kTold && i == kTold / 2) steps.emplace_back("and so on");
    if (size > kTold && i >= kTold / 2 && i + kTold / 2 < size) continue;
    const std::size_t next = (i + 1) % size;
    steps.push_back(fmt::format("T{} comes before T{}, because {}", i + 1, next + 1,
                                because(cycle.hops[i], cycle.hops[next].txn, i + 1, next + 1)));
  }
  std::vector<TxnId> named = story.txns;
  if (named.size() > kTold) named.resize(kTold);
  const std::string last = steps.empty() ? std::string() : std::move(steps.back());
  if (!steps.empty()) steps.pop_back();
  story.text = fmt::format("{}{}. Then {}. However, {}: a contradiction", let(txns, named),
                           story.txns.size() > kTold ? ", and more" : "", fmt::join(steps, "; "), last);
  return story;
}

Story tell_versions(const Transactions& txns, const VersionCycle& cycle) {
  std::vector<std::string> values;
  Story story;
  for (const VersionId version : cycle.versions) {
    values.push_back(shown_value(txns, version));
    if (const TxnId writer = txns.versions[version].writer; writer != kNone) story.txns.push_back(writer);
  }
  values.push_back(values.front());
  story.text = fmt::format("{} would have held {}, one after the other",
                           txns.keys[txns.versions[cycle.versions.front()].key].text, enumerated(values));
  return story;
}

std::string tell_ruled_out(Isolations models) {
  std::vector<std::string> names;
  for (const Isolation model : weakest(models).list()) names.emplace_back(to_string(model));
  return fmt::format("That rules out {}, and whatever is stronger.", enumerated(names));
}

}  // namespace fracas::checker::transactions
