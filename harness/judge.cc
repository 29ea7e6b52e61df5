// Runs the checkers on what a run left behind and compares what they saw with what was promised.
#include "harness/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "checker/proofs/minimise.h"
#include "checker/proofs/proof_text.h"
#include "harness/certificates.h"
#include "harness/judgement.h"
#include "harness/line_file.h"
#include "harness/run_files.h"
#include "harness/suggest.h"
#include "nemesis/kind.h"

namespace fracas::harness {
namespace {

Error input_error(const checker::InputError& error) { return {Exit::usage, error.to_string()}; }

Error contradiction(const std::filesystem::path& file, std::uint64_t line, std::string_view message) {
  return {Exit::usage, line == 0 ? fmt::format("{}: {}", file.string(), message)
                                 : fmt::format("{}:{}: {}", file.string(), line, message)};
}

/// Everything in a run folder that a verdict rests on.
struct Materials {
  Experiment experiment;
  RunFacts run;
  std::size_t planned_faults = 0;
  checker::History history;
  checker::Evidence evidence;
};

Result<checker::Evidence> read_evidence(const std::filesystem::path& folder, const RunFacts& run,
                                        const store::Config& store) {
  checker::Evidence evidence;
  evidence.settlement = run.settlement;
  if (evidence.settlement) evidence.settlement->hints_count = store.placement == store::Placement::sloppy;
  evidence.idle = run.idle;
  evidence.conflict = run.conflict;
  evidence.w = store.w;
  evidence.tombstones_go = store.gc != store::Gc::keep;
  evidence.wall_start_us = run.wall_start_us;
  std::error_code ignored;
  if (std::filesystem::exists(folder / "faults.jsonl", ignored)) {
    auto faults = checker::read_faults(folder / "faults.jsonl");
    if (!faults) return input_error(faults.error());
    evidence.faults = std::move(*faults);
  }
  if (std::filesystem::exists(folder / "replicas.jsonl", ignored)) {
    auto dumps = checker::read_dumps(folder / "replicas.jsonl");
    if (!dumps) return input_error(dumps.error());
    evidence.dumps = std::move(*dumps);
  }
  return evidence;
}

bool known(const std::vector<std::string>& nodes, std::string_view node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

std::uint64_t lines_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<char> buffer(1 << 16);
  std::uint64_t lines = 0;
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())), in.gcount() > 0) {
    std::string_view rest(buffer.data(), static_cast<std::size_t>(in.gcount()));
    // (Lines are long: finding the next end takes a fraction of looking at each character.)
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      ++lines;
      rest.remove_prefix(end + 1);
    }
  }
  return lines;
}

/// A history that was cut between two lines looks sound, and what it lost would be called phantoms.
Result<void> check_length(const std::filesystem::path& history, const RunFacts& run) {
  if (!run.events) return {};
  const std::uint64_t lines = lines_of(history);
  if (lines == *run.events) return {};
  return contradiction(
      history, lines,
      fmt::format("the history ends here with {} events, but run.json counted {}: it was cut or changed",
                  lines, *run.events));
}

/// What a run that came to its end has left: without it a verdict would accuse the store, or acquit it.
Result<void> check_complete(const std::filesystem::path& folder, const Materials& m) {
  if (!m.run.settlement || m.run.interrupted || m.run.error) return {};
  const auto missing = [&folder](const char* file) {
    return contradiction(folder / file, 0, "is missing, though the run came to its end");
  };
  std::error_code ignored;
  const bool nothing_happened = m.run.events && *m.run.events == 0;
  if (m.history.operations().empty() && !nothing_happened)
    return contradiction(folder / "history.jsonl", 0, "is empty, though the run came to its end");
  if (!m.evidence.dumps) return missing("replicas.jsonl");
  if (!std::filesystem::exists(folder / "plan.json", ignored)) return missing("plan.json");
  if (m.planned_faults > 0 && !std::filesystem::exists(folder / "faults.jsonl", ignored))
    return missing("faults.jsonl");
  return {};
}

/// Files that are sound by themselves but cannot be of one run.
Result<void> check_agreement(const std::filesystem::path& folder, const Materials& m) {
  const std::string conflict = m.experiment.store.conflict == store::Conflict::lww ? "lww" : "siblings";
  if (m.run.seed != m.experiment.seed)
    return contradiction(folder / "run.json", 0,
                         fmt::format("its seed is {}, that of experiment.json {}: they are of different runs",
                                     m.run.seed, m.experiment.seed));
  if (!m.run.conflict.empty() && m.run.conflict != conflict)
    return contradiction(
        folder / "run.json", 0,
        fmt::format("its conflict is '{}', that of experiment.json '{}'", m.run.conflict, conflict));
  for (const checker::Operation& operation : m.history.operations()) {
    const std::string_view node = m.history.text(m.history.node(operation));
    if (!node.empty() && !known(m.run.nodes, node))
      return contradiction(
          folder / "history.jsonl", std::uint64_t{operation.invoked} + 1,
          fmt::format("node '{}' is none of the run's ({})", node, fmt::join(m.run.nodes, ", ")));
  }
  if (!m.evidence.dumps) return {};
  for (std::size_t i = 0; i < m.evidence.dumps->size(); ++i)
    for (const std::string& home : (*m.evidence.dumps)[i].homes)
      if (!known(m.run.nodes, home))
        return contradiction(
            folder / "replicas.jsonl", i + 1,
            fmt::format("home '{}' is none of the run's nodes ({})", home, fmt::join(m.run.nodes, ", ")));
  return {};
}

Result<Materials> read_materials(const std::filesystem::path& folder,
                                 std::optional<checker::History> known_history) {
  Materials m;
  auto experiment = read_experiment_json(folder);
  if (!experiment) return experiment.error();
  m.experiment = std::move(*experiment);
  auto run = read_run_facts(folder);
  if (!run) return run.error();
  m.run = std::move(*run);
  auto planned = read_planned_faults(folder);
  if (!planned) return planned.error();
  m.planned_faults = *planned;
  if (known_history) {
    m.history = std::move(*known_history);
  } else {
    auto history = checker::read_history(folder / "history.jsonl");
    if (!history) return input_error(history.error());
    m.history = std::move(*history);
  }
  auto evidence = read_evidence(folder, m.run, m.experiment.store);
  if (!evidence) return evidence.error();
  m.evidence = std::move(*evidence);
  if (auto whole = check_length(folder / "history.jsonl", m.run); !whole) return whole.error();
  if (auto complete = check_complete(folder, m); !complete) return complete.error();
  if (auto agreed = check_agreement(folder, m); !agreed) return agreed.error();
  return m;
}

/// A node that ended by itself was not the nemesis' work, and takes no more from its disk than a kill -9
/// does: no promise falls with it.
bool injected(const checker::FaultWindow& fault) { return fault.kind != "node-exit"; }

bool may_act_unseen(std::string_view kind_class) { return kind_class == "clock" || kind_class == "ring"; }

/// Of clocks it is enough that a fault began: a promise must not rest on a skew that nobody happened to
/// measure. Neither on a change of the ring that was made when nobody looked any more.
std::set<std::string> effective_kinds(const std::vector<checker::FaultWindow>& faults) {
  std::set<std::string> kinds;
  for (const checker::FaultWindow& fault : faults)
    if (injected(fault) && (fault.took_effect || may_act_unseen(nemesis::class_of(fault.kind))))
      kinds.insert(fault.kind);
  return kinds;
}

struct Timed {
  checker::Verdict verdict;
  double seconds = 0;  ///< of the check alone
  std::vector<std::string> told{};
};

/// Witnesses that are told as proofs, and how wide.
constexpr std::size_t kTold = 3;
constexpr std::size_t kToldColumns = 76;

/// What several properties need counts for the one that is asked first.
Timed run_checker(const checker::PropertyInfo& property, const checker::Case& whole) {
  const auto begin = std::chrono::steady_clock::now();
  Timed timed{property.check(whole), 0};
  timed.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  checker::minimise(timed.verdict, property, whole);
  const auto& witnesses = timed.verdict.witnesses;
  for (std::size_t i = 0; i < std::min(witnesses.size(), kTold); ++i)
    timed.told.push_back(
        checker::to_string(checker::proof_text(witnesses[i], property, whole), kToldColumns));
  return timed;
}

bool chosen(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<Judged> judge_properties(const Materials& m, const std::vector<std::string>& only) {
  const workloads::Workload& workload = *workloads::find_workload(m.experiment.workload);
  const std::set<std::string> kinds = effective_kinds(m.evidence.faults);
  const checker::Case whole(m.history, m.evidence);
  std::vector<Judged> judged;
  for (const checker::PropertyInfo& property : checker::properties()) {
    if (std::find(workload.properties.begin(), workload.properties.end(), property.name) ==
        workload.properties.end())
      continue;
    if (!chosen(only, property.name)) continue;
    Timed timed = run_checker(property, whole);
    std::string lines = certificates(timed.verdict, whole);
    judged.push_back({std::move(timed.verdict), promise(property.name, m.experiment, kinds), true,
                      timed.seconds, std::move(timed.told), std::move(lines)});
  }
  return judged;
}

std::size_t took_effect(const std::vector<checker::FaultWindow>& faults) {
  return static_cast<std::size_t>(
      std::count_if(faults.begin(), faults.end(),
                    [](const checker::FaultWindow& f) { return injected(f) && f.took_effect; }));
}

bool reads(const std::vector<ScriptedOperation>& script) {
  return std::any_of(script.begin(), script.end(), [](const ScriptedOperation& operation) {
    return operation.intent.f == checker::Function::read ||
           workloads::is_read_modify_write(operation.intent.f);
  });
}

RunTally tally(const Materials& m) {
  RunTally s;
  s.error = m.run.error;
  s.interrupted = m.run.interrupted || !m.run.ended;
  s.faults_wanted = !m.experiment.faults.empty();
  s.planned_faults = m.planned_faults;
  s.effective_faults = took_effect(m.evidence.faults);
  s.scripted = !m.experiment.script.empty();
  s.needs_reads = s.scripted ? reads(m.experiment.script) : m.experiment.load.reads > 0;
  for (const checker::Operation& operation : m.history.operations()) count_operation(s, operation);
  s.script = script_outcome(m.experiment, m.history, s.interrupted);
  return s;
}

Result<void> write_verdicts(const std::filesystem::path& folder, const Judgement& judgement) {
  using nlohmann::ordered_json;
  const std::string text =
      properties_json(judgement).dump(1, ' ', false, ordered_json::error_handler_t::replace);
  std::string lines;
  for (const Judged& judged : judgement.properties) lines += judged.certificates;
  if (auto written = write_file(folder / "certificates.jsonl", lines); !written) return written;
  return write_file(folder / "verdicts.json", text + "\n");
}

Result<void> check_names(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const checker::PropertyInfo& property : checker::properties()) all.emplace_back(property.name);
  for (const std::string& name : names)
    if (std::find(all.begin(), all.end(), name) == all.end())
      return Error{Exit::usage,
                   fmt::format("--property {}: there is no such property{}", name, did_you_mean(name, all))};
  return {};
}

/// A named property that nothing in the run could break would otherwise be a pass of nothing.
Result<void> check_judged(const std::vector<std::string>& names, const std::string& workload) {
  const auto& judged = workloads::find_workload(workload)->properties;
  for (const std::string& name : names)
    if (std::find(judged.begin(), judged.end(), name) == judged.end())
      return Error{Exit::usage,
                   fmt::format("--property {}: the workload of this run, {}, does not test it (it tests: {})",
                               name, workload, fmt::join(judged, ", "))};
  return {};
}

}  // namespace

Result<Judgement> judge_run(const std::filesystem::path& folder, bool read_only,
                            const std::vector<std::string>& properties,
                            std::optional<checker::History> history) {
  if (auto checked = check_names(properties); !checked) return checked.error();
  Result<Materials> materials = read_materials(folder, std::move(history));
  if (!materials) return materials.error();
  if (auto checked = check_judged(properties, materials->experiment.workload); !checked)
    return checked.error();
  const Judgement judgement =
      conclude(judge_properties(*materials, properties), materials->experiment.expect, tally(*materials));
  if (!read_only)
    if (auto written = write_verdicts(folder, judgement); !written) return written.error();
  return judgement;
}

Result<Judgement> judge_history(const std::filesystem::path& file, const BareOptions& options) {
  if (auto checked = check_names(options.properties); !checked) return checked.error();
  const auto history = checker::read_history(file, options.format, options.judged_as.initial);
  if (!history) return input_error(history.error());
  RunTally s;
  s.bare = true;
  for (const checker::Operation& operation : history->operations()) count_operation(s, operation);
  const checker::Evidence nothing;
  const checker::Case whole(*history, nothing, options.judged_as);
  std::vector<Judged> judged;
  for (const checker::PropertyInfo& property : checker::properties()) {
    if (!chosen(options.properties, property.name)) continue;
    const bool named = !options.properties.empty();
    Timed timed = run_checker(property, whole);
    if (timed.verdict.result == checker::Result::not_applicable) {
      if (!named) continue;  // there are properties of every kind of object, most of which are not in it
      timed.verdict.result = checker::Result::unknown;
    }
    const Promise taken{
        true, named ? "named with --property" : "a bare history: every property is taken as promised"};
    judged.push_back({std::move(timed.verdict), taken, true, timed.seconds, std::move(timed.told)});
  }
  return conclude(std::move(judged), {}, s);
}

}  // namespace fracas::harness
