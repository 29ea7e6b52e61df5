// The precedence of exit codes, and the sentences.
#include "harness/judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

namespace fracas::harness {
namespace {

using checker::Result;
using Expectations = std::map<std::string, std::string>;

/// How one property stands against what was promised or expected of it.
enum class Standing { met, unmet, undecided };

Standing standing(const Judged& judged, const Expectations& expect, bool interrupted) {
  const Result result = judged.verdict.result;
  if (const auto expected = expect.find(judged.verdict.property); expected != expect.end()) {
    if (result == Result::unknown || result == Result::not_applicable) return Standing::undecided;
    const bool as_expected = (expected->second == "violated") == (result == Result::violated);
    if (as_expected) return Standing::met;
    // What did not happen yet may still have happened in the rest of the run.
    return interrupted && result == Result::holds ? Standing::undecided : Standing::unmet;
  }
  if (!judged.promise.guaranteed) return Standing::met;
  if (result == Result::violated) return Standing::unmet;
  return result == Result::unknown ? Standing::undecided : Standing::met;
}

std::string times(std::uint64_t count) { return count == 1 ? "once" : fmt::format("{} times", count); }

/// What tells most comes first. A value that must not exist comes before losses, because other properties
/// take it for granted that a failed write did not happen; losses, which stay, come before stale reads, which
/// pass.
int severity(std::string_view property) {
  constexpr std::pair<std::string_view, int> kRanks[] = {
      {"no-phantoms", 0}, {"honest-failures", 0}, {"lost-updates", 1},    {"lost-writes", 1},
      {"durability", 1},  {"no-resurrection", 1}, {"antichain", 1},       {"convergence", 2},
      {"ack-count", 2},   {"regular", 3},         {"monotonic-writes", 3}};
  for (const auto& [name, rank] : kRanks)
    if (name == property) return rank;
  return 4;
}

bool tells_more(const Judged* a, const Judged* b) {
  const auto order = [](const Judged& judged) {
    const checker::Verdict& v = judged.verdict;
    return std::tuple(v.result != Result::violated, severity(v.property), -static_cast<double>(v.count));
  };
  return order(*a) < order(*b);
}

/// " (so were durability 14 times, regular 118 times)", or nothing.
std::string others_sentence(const std::vector<const Judged*>& unmet) {
  std::vector<std::string> others;
  for (std::size_t i = 1; i < unmet.size(); ++i)
    if (const checker::Verdict& v = unmet[i]->verdict; v.result == Result::violated)
      others.push_back(fmt::format("{} {}", v.property, times(v.count)));
  if (others.empty()) return "";
  return fmt::format(" (so {} {})", others.size() == 1 ? "was" : "were", fmt::join(others, ", "));
}

/// The first with its first witness, the others by name.
std::string unmet_sentence(const std::vector<const Judged*>& unmet, const Expectations& expect) {
  const Judged& judged = *unmet.front();
  const checker::Verdict& v = judged.verdict;
  if (v.result != Result::violated)
    return fmt::format("{} was expected to be violated, but it {}", v.property, to_string(v.result));
  const char* claim = expect.count(v.property) != 0 ? "expected to hold" : "guaranteed";
  const std::string first = v.witnesses.empty() ? "" : ": " + v.witnesses.front().explanation;
  return fmt::format("{} is {} but was violated {}{}{}", v.property, claim, times(v.count),
                     others_sentence(unmet), first);
}

std::string script_sentence(const ScriptOutcome& script) {
  return fmt::format("{} of {} expectations of the script {} not met: {}", script.other.size(),
                     script.expected, script.other.size() == 1 ? "was" : "were",
                     fmt::join(script.other, "; "));
}

std::string undecided_sentence(const Judged& judged, const Expectations& expect) {
  const checker::Verdict& v = judged.verdict;
  if (const auto expected = expect.find(v.property); expected != expect.end() && v.result == Result::holds)
    return fmt::format("{} was expected to be violated and was not, until the run was interrupted",
                       v.property);
  return fmt::format("{} could not be decided: {}", v.property,
                     v.reason.empty() ? "no reason was given" : v.reason);
}

std::optional<std::string> vacuous(const RunTally& run) {
  if (run.bare) {
    if (run.ok_reads + run.ok_writes > 0) return std::nullopt;
    return "the history has no operation that ended well, so nothing was tested";
  }
  // A script that expects failures needs no success.
  const std::uint64_t enough = run.script.expected > 0 ? 0 : run.scripted ? 1 : kEnough;
  if (run.ok_writes < enough)
    return fmt::format("too little was tested: acknowledged writes: {} (at least {} are needed)",
                       run.ok_writes, enough);
  if (run.needs_reads && run.ok_reads < enough)
    return fmt::format("too little was tested: successful reads: {} (at least {} are needed)", run.ok_reads,
                       enough);
  if (run.faults_wanted && run.planned_faults == 0)
    return "nothing was tested: no fault of the experiment began before the load ended";
  if (run.planned_faults > 0 && run.effective_faults == 0)
    return fmt::format("nothing was tested: of {} planned faults none took effect", run.planned_faults);
  return std::nullopt;
}

std::string pass_sentence(const std::vector<Judged>& all, const Expectations& expect, const RunTally& run) {
  std::size_t held = 0;
  std::string reported;
  for (const Judged& judged : all) {
    const checker::Verdict& v = judged.verdict;
    if (v.result == Result::violated)
      reported += fmt::format("; {} was violated {}, {}", v.property, times(v.count),
                              expect.count(v.property) != 0 ? "as expected" : "which is not promised here");
    else if (v.result == Result::holds && judged.promise.guaranteed)
      ++held;
  }
  std::string sentence =
      held == 0 ? fmt::format("no guaranteed property had to be judged in {} operations", run.operations)
                : fmt::format("{} guaranteed {} in {} operations", held,
                              held == 1 ? "property holds" : "properties hold", run.operations);
  if (run.planned_faults > 0)
    sentence +=
        fmt::format(" under {} that took effect (of {} planned)",
                    run.effective_faults == 1 ? "1 fault" : fmt::format("{} faults", run.effective_faults),
                    run.planned_faults);
  if (run.script.expected > 0)
    sentence += fmt::format(
        "; {} of the script came out as expected",
        run.script.expected == 1 ? "the operation" : fmt::format("{} operations", run.script.expected));
  return sentence + reported;
}

Judgement verdict(Exit exit, std::string name, std::string sentence, std::vector<Judged> properties) {
  return {exit, std::move(name), std::move(sentence), std::move(properties)};
}

}  // namespace

Exit worst_of(Exit a, Exit b) {
  constexpr Exit kOrder[] = {Exit::environment, Exit::usage,   Exit::violated, Exit::interrupted,
                             Exit::vacuous,     Exit::unknown, Exit::pass};
  return *std::find_if(std::begin(kOrder), std::end(kOrder),
                       [&](Exit code) { return code == a || code == b; });
}

void count_operation(RunTally& run, const checker::Operation& operation) {
  using checker::Function;
  ++run.operations;
  if (operation.outcome != checker::Outcome::ok) return;
  const bool reads = operation.f == Function::read || operation.f == Function::dequeue;
  const bool both = operation.f == Function::add || operation.f == Function::remove ||
                    operation.f == Function::increment || operation.f == Function::append;
  if ((reads || both) && (!operation.final || run.bare)) ++run.ok_reads;
  if (!reads) ++run.ok_writes;
}

std::vector<const Judged*> most_telling_first(const std::vector<Judged>& all) {
  std::vector<const Judged*> sorted;
  for (const Judged& judged : all) sorted.push_back(&judged);
  std::stable_sort(sorted.begin(), sorted.end(), tells_more);
  return sorted;
}

Judgement conclude(std::vector<Judged> all, const Expectations& expect, const RunTally& run) {
  const Judged* undecided = nullptr;
  for (Judged& judged : all) {
    const Standing how = standing(judged, expect, run.interrupted);
    judged.met = how != Standing::unmet;
    if (how == Standing::undecided && undecided == nullptr) undecided = &judged;
  }
  std::vector<const Judged*> unmet = most_telling_first(all);
  unmet.erase(std::remove_if(unmet.begin(), unmet.end(), [](const Judged* judged) { return judged->met; }),
              unmet.end());
  // In this order: 255, 1, 130, 3, 2, 0.
  if (run.error) {
    return verdict(Exit::environment, "error",
                   "the environment failed, the store is not accused: " + *run.error, std::move(all));
  }
  if (!unmet.empty()) {
    std::string sentence = unmet_sentence(unmet, expect);
    return verdict(Exit::violated, "fail", std::move(sentence), std::move(all));
  }
  if (!run.script.other.empty())
    return verdict(Exit::violated, "fail", script_sentence(run.script), std::move(all));
  if (run.interrupted) {
    return verdict(
        Exit::interrupted, "interrupted",
        fmt::format("the run did not come to its end; in the {} operations until then nothing guaranteed was "
                    "seen violated",
                    run.operations),
        std::move(all));
  }
  if (std::optional<std::string> why = vacuous(run))
    return verdict(Exit::vacuous, "vacuous", *why, std::move(all));
  if (undecided != nullptr) {
    std::string sentence = undecided_sentence(*undecided, expect);
    return verdict(Exit::unknown, "unknown", std::move(sentence), std::move(all));
  }
  std::string sentence = pass_sentence(all, expect, run);
  return verdict(Exit::pass, "pass", std::move(sentence), std::move(all));
}

namespace {

nlohmann::ordered_json witness_json(const checker::Witness& witness) {
  nlohmann::ordered_json json = {
      {"explanation", witness.explanation}, {"operations", witness.operations}, {"proof", witness.proof}};
  if (!witness.key.empty()) json["key"] = witness.key;
  return json;
}

}  // namespace

nlohmann::ordered_json properties_json(const Judgement& judgement) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Judged& judged : judgement.properties) {
    const checker::Verdict& v = judged.verdict;
    nlohmann::ordered_json witnesses = nlohmann::ordered_json::array();
    for (const checker::Witness& witness : v.witnesses) witnesses.push_back(witness_json(witness));
    list.push_back({{"name", v.property},
                    {"promise", judged.promise.guaranteed ? "guaranteed" : "not-guaranteed"},
                    {"promise_reason", judged.promise.reason},
                    {"result", to_string(v.result)},
                    {"reason", v.reason},
                    {"expected", judged.met ? "met" : "unmet"},
                    {"count", v.count},
                    {"checked", v.checked},
                    {"seconds", judged.seconds},
                    {"witnesses", std::move(witnesses)}});
  }
  return list;
}

}  // namespace fracas::harness
