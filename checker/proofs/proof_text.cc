#include "checker/proofs/proof_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <set>

#include "checker/explain.h"
#include "checker/proofs/traces.h"

namespace fracas::checker {
namespace {

constexpr std::size_t kBands = 3;
constexpr std::size_t kLabel = 24;

std::string letter(std::size_t i) { return std::string(1, static_cast<char>('A' + i)); }

/// "A", "A and B", "A, B and C"
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return text;
}

std::string label(const History& history, const Operation& o) {
  std::string value(history.text(o.value));
  if (value.size() > kLabel) value = fmt::format("{}...", shown(value).substr(0, kLabel - 3));
  if (o.f == Function::read) return o.outcome == Outcome::ok ? "read " + value : "read";
  return value == "null" ? std::string(to_string(o.f)) : fmt::format("{} {}", to_string(o.f), value);
}

/// A sentence as a part of another one.
std::string clause(std::string_view sentence) {
  std::string text(sentence);
  if (text.ends_with('.')) text.pop_back();
  // (Not "PRAM".)
  const bool word = text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0;
  if (word || text.starts_with("A "))
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

/// "at the end n1 holds "blue" and n2 nothing of k"
std::string held(const KeyDump& dump) {
  std::vector<std::string> parts;
  for (const ReplicaState& replica : dump.replicas)
    parts.push_back(fmt::format("{} {}", replica.node,
                                replica.values.empty()
                                    ? replica.clock.empty() ? "nothing" : "a tombstone"
                                    : shown(fmt::format("{}", fmt::join(replica.values, ", ")))));
  return fmt::format("the replicas of {} hold at the end: {}", dump.key, fmt::join(parts, "; "));
}

class Teller {
 public:
  Teller(const Witness& witness, const PropertyInfo& property, const Case& whole)
      : property_(property),
        whole_(whole),
        history_(whole.history()),
        traces_(traces(whole)),
        key_(witness.key) {
    const std::set<std::uint32_t> named(witness.operations.begin(), witness.operations.end());
    std::set<std::uint32_t> told = named;
    told.insert(witness.proof.begin(), witness.proof.end());
    const std::size_t all = told.size();
    keep_last(told, std::max(named.size(), kToldOperations), named);
    keep_last(told, kToldOperations, {});
    omitted_ = all - told.size();
    for (const std::uint32_t name : told)
      if (const Operation* o = history_.invoked_at(name)) operations_.push_back(o);
  }

  ProofText tell() const {
    ProofText text;
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      text.let.push_back(fmt::format("{}: {}", letter(i), describe(history_, *operations_[i])));
      text.bars.push_back(bar(i));
    }
    if (omitted_ > 0) text.let.push_back(fmt::format("beside {} other operations", omitted_));
    if (const KeyDump* dump = whole_.dump(key_)) text.let.push_back(held(*dump));
    std::vector<std::string> facts = in_time();
    for (std::string& fact : sessions()) facts.push_back(std::move(fact));
    for (std::string& fact : sightings()) facts.push_back(std::move(fact));
    text.then = fmt::format("{}", fmt::join(facts, "; "));
    text.however = fmt::format("{} promises that {}", property_.name, clause(property_.sentence));
    if (!operations_.empty()) text.bands = bands();
    return text;
  }

 private:
  /// Takes the earliest away until `most` are left, but none of `named`: a contradiction shows at its end.
  static void keep_last(std::set<std::uint32_t>& told, std::size_t most,
                        const std::set<std::uint32_t>& named) {
    for (auto at = told.begin(); told.size() > most && at != told.end();)
      at = named.contains(*at) ? std::next(at) : told.erase(at);
  }

  Bar bar(std::size_t i) const {
    const Operation& o = *operations_[i];
    Bar bar{.name = letter(i),
            .label = label(history_, o),
            .lane = fmt::format("session {}", history_.session(o))};
    bar.begin_ns = history_.invoked_ns(o);
    if (o.completed != kNever) bar.end_ns = history_.completed_ns(o);
    bar.failed = o.outcome == Outcome::fail;
    return bar;
  }

  bool before(std::size_t a, std::size_t b) const {
    return operations_[a]->completed < operations_[b]->invoked;
  }

  /// Runs of operations that follow one another, and who overlaps whom.
  std::vector<std::string> in_time() const {
    std::vector<std::string> facts;
    for (std::size_t begin = 0; begin < operations_.size();) {
      std::size_t end = begin + 1;
      while (end < operations_.size() && before(end - 1, end)) ++end;
      if (end - begin == 2)
        facts.push_back(fmt::format("{} had ended before {} began", letter(begin), letter(begin + 1)));
      if (end - begin > 2) facts.push_back(fmt::format("{} came one after the other", run(begin, end)));
      if (end < operations_.size()) facts.push_back(relation(end));
      begin = end;
    }
    return facts;
  }

  std::string run(std::size_t begin, std::size_t end) const {
    std::vector<std::string> names;
    for (std::size_t i = begin; i < end; ++i) names.push_back(letter(i));
    return listed(names);
  }

  /// Of one that began before the one in front of it had ended.
  std::string relation(std::size_t i) const {
    std::vector<std::string> over, under_way;
    for (std::size_t other = 0; other < i; ++other)
      (before(other, i) ? over : under_way).push_back(letter(other));
    std::string text = fmt::format("{} {} under way when {} began", listed(under_way),
                                   under_way.size() == 1 ? "was" : "were", letter(i));
    if (!over.empty()) text += fmt::format(", and {} had ended", listed(over));
    return text;
  }

  std::vector<std::string> sessions() const {
    std::vector<std::string> facts;
    std::vector<bool> told(operations_.size());
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      std::vector<std::string> same{letter(i)};
      for (std::size_t j = i + 1; j < operations_.size() && !told[i]; ++j) {
        if (history_.session(*operations_[j]) != history_.session(*operations_[i])) continue;
        same.push_back(letter(j));
        told[j] = true;
      }
      if (same.size() > 1 && operations_.size() > same.size())
        facts.push_back(fmt::format("{} are of one session", listed(same)));
      if (same.size() > 1 && operations_.size() == same.size()) facts.push_back("all are of one session");
    }
    return facts;
  }

  bool sees(const Operation& reader, const Operation& writer) const {
    const auto made = traces_.made(writer);
    const auto seen = traces_.shown(reader);
    return std::any_of(made.begin(), made.end(), [&](const Item& item) {
      return std::find(seen.begin(), seen.end(), item) != seen.end();
    });
  }

  /// What each read shows of the others, and what it could have shown and did not.
  std::vector<std::string> sightings() const {
    std::vector<std::string> facts;
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if (operations_[i]->outcome != Outcome::ok) continue;
      if (operations_[i]->f != Function::read && history_.saw(*operations_[i]) == 0) continue;
      std::vector<std::string> seen, unseen;
      for (std::size_t w = 0; w < operations_.size(); ++w) {
        if (w == i || traces_.made(*operations_[w]).empty() || operations_[w]->key != operations_[i]->key)
          continue;
        if (sees(*operations_[i], *operations_[w]))
          seen.push_back(letter(w));
        else if (before(w, i) && operations_[w]->outcome == Outcome::ok)
          unseen.push_back(letter(w));
      }
      if (seen.empty() && unseen.empty()) continue;
      facts.push_back(fmt::format("{} shows{}{}{}", letter(i),
                                  seen.empty() ? "" : " what " + listed(seen) + " wrote",
                                  seen.empty() || unseen.empty() ? "" : " but",
                                  unseen.empty() ? "" : " not what " + listed(unseen) + " wrote"));
      if (seen.empty())
        facts.back() = fmt::format("{} does not show what {} wrote", letter(i), listed(unseen));
    }
    return facts;
  }

  std::vector<Band> bands() const {
    std::int64_t begin = history_.invoked_ns(*operations_.front());
    std::int64_t end = begin;
    for (const Operation* o : operations_) end = std::max(end, history_.completed_ns(*o));
    std::vector<Band> found;
    for (const FaultWindow& fault : whole_.evidence().faults) {
      if (!fault.took_effect || fault.begin_ns > end || fault.end_ns < begin || found.size() == kBands)
        continue;
      found.push_back({fmt::format("{} {}", fault.kind, fmt::join(fault.nodes, " ")),
                       std::max(fault.begin_ns, begin), std::min(fault.end_ns, end)});
    }
    return found;
  }

  const PropertyInfo& property_;
  const Case& whole_;
  const History& history_;
  const Traces& traces_;
  std::vector<const Operation*> operations_;
  std::size_t omitted_ = 0;
  std::string key_;  ///< whose dump is part of the proof; empty: none
};

constexpr std::size_t kIndent = 5;

/// Broken at blanks; the lines after the first are indented.
void append_wrapped(std::string& out, std::string line, std::string_view text, std::size_t columns) {
  bool empty = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (!empty && line.size() + 1 + end > columns) {
      out += line + '\n';
      line.assign(kIndent, ' ');
      empty = true;
    }
    if (!empty) line += ' ';
    line += text.substr(0, end);
    empty = false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  out += line + '\n';
}

}  // namespace

ProofText proof_text(const Witness& witness, const PropertyInfo& property, const Case& whole) {
  return Teller(witness, property, whole).tell();
}

std::string to_string(const ProofText& proof, std::size_t columns) {
  std::string out;
  for (std::size_t i = 0; i < proof.let.size(); ++i)
    append_wrapped(out, i == 0 ? "Let  " : std::string(kIndent, ' '),
                   proof.let[i] + (i + 1 == proof.let.size() ? "." : ","), columns);
  if (!proof.then.empty()) append_wrapped(out, "Then ", proof.then + ".", columns);
  append_wrapped(out, "However, ", proof.however + ": a contradiction.", columns);
  if (!proof.bars.empty()) out += '\n' + space_time_text(proof.bars, proof.bands, columns);
  return out;
}

}  // namespace fracas::checker
