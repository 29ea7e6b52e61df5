// run.json, plan.json and verdicts.json, each read strictly into its record.
#include "results/run_folder.h"

#include <fmt/format.h>

#include "results/json_fields.h"

namespace fracas::results {

using nlohmann::ordered_json;

namespace {

Phase read_phase(const Fields& fields) {
  Phase phase;
  phase.name = fields.text("name");
  phase.begin_ns = fields.integer("begin_ns");
  if (fields.has("end_ns")) phase.end_ns = fields.integer("end_ns");
  return phase;
}

RunSettlement read_settlement(const Fields& fields) {
  RunSettlement settlement;
  settlement.exchanges_completed = fields.boolean("exchanges_completed");
  settlement.hints_pending = fields.natural("hints_pending");
  settlement.seconds = fields.number("seconds");
  settlement.reason = fields.optional_text("reason").value_or("");
  return settlement;
}

RunInfo read_run(const ordered_json& document, const std::string& file, Problem& problem) {
  const Fields fields(document, file, problem);
  RunInfo run;
  run.version = fields.text("version");
  run.name = fields.text("name");
  run.seed = fields.natural("seed");
  run.world = fields.text("world");
  run.reproduce = fields.text("reproduce");
  run.nodes = fields.texts("nodes");
  run.started_utc = fields.text("started_utc");
  run.conflict = fields.optional_text("conflict").value_or("");
  run.error = fields.optional_text("error");
  run.ended = fields.has("phases") && !document["phases"].empty();
  if (fields.has("interrupted")) run.interrupted = fields.boolean("interrupted");
  if (fields.has("phases"))
    fields.each("phases", [&](const Fields& phase) { run.phases.push_back(read_phase(phase)); });
  if (fields.has("notes")) run.notes = fields.texts("notes");
  if (fields.has("settlement"))
    run.settlement = read_settlement(Fields(document["settlement"], file + ": settlement", problem));
  return run;
}

std::vector<std::uint32_t> read_invocations(const Fields& fields, const ordered_json& indexes,
                                            std::string_view field) {
  std::vector<std::uint32_t> invocations;
  if (!indexes.is_array()) fields.report(fmt::format("\"{}\" is no array of invocation indexes", field));
  if (indexes.is_array())
    for (const ordered_json& index : indexes) {
      if (index.is_number_unsigned())
        invocations.push_back(index.get<std::uint32_t>());
      else
        fields.report(fmt::format("\"{}\" holds something that is not an invocation index", field));
    }
  return invocations;
}

WitnessRecord read_witness(const Fields& fields, const ordered_json& witness) {
  WitnessRecord record{.explanation = fields.text("explanation"), .operations = {}, .proof = {}};
  if (!witness.contains("operations"))
    fields.report("\"operations\" is missing (an array of invocation indexes)");
  else
    record.operations = read_invocations(fields, witness["operations"], "operations");
  if (witness.contains("proof")) record.proof = read_invocations(fields, witness["proof"], "proof");
  return record;
}

VerdictRecord read_verdict(const Fields& fields, const ordered_json& verdict) {
  VerdictRecord record;
  record.name = fields.text("name");
  record.promise = fields.text("promise");
  record.promise_reason = fields.optional_text("promise_reason").value_or("");
  record.result = fields.text("result");
  record.reason = fields.optional_text("reason").value_or("");
  record.expected = fields.text("expected");
  record.count = fields.natural("count");
  record.checked = fields.natural("checked");
  record.seconds = fields.number("seconds");
  std::size_t i = 0;
  fields.each("witnesses", [&](const Fields& witness) {
    record.witnesses.push_back(read_witness(witness, verdict["witnesses"][i++]));
  });
  return record;
}

std::vector<VerdictRecord> read_verdicts(const ordered_json& document, const std::string& file,
                                         Problem& problem) {
  std::vector<VerdictRecord> verdicts;
  if (!document.is_array()) problem.report(file, "wanted an array of verdicts");
  for (std::size_t i = 0; document.is_array() && i < document.size(); ++i) {
    const Fields fields(document[i], file + ": [" + std::to_string(i) + "]", problem);
    verdicts.push_back(read_verdict(fields, document[i]));
  }
  return verdicts;
}

/// Absent files are null.
Read<ordered_json> read_document(const std::filesystem::path& file, bool required) {
  if (!required && !std::filesystem::exists(file))
    return {boost::system::in_place_value, ordered_json(nullptr)};
  const auto text = read_text(file);
  if (!text) return text.error();
  return parse_json(*text, file.string());
}

}  // namespace

Read<RunFolder> read_run_folder(const std::filesystem::path& folder) {
  const auto experiment = read_document(folder / "experiment.json", true);
  if (!experiment) return experiment.error();
  const auto run = read_document(folder / "run.json", true);
  if (!run) return run.error();
  const auto plan = read_document(folder / "plan.json", false);
  if (!plan) return plan.error();
  const auto verdicts = read_document(folder / "verdicts.json", false);
  if (!verdicts) return verdicts.error();

  RunFolder result;
  if (std::filesystem::exists(folder / "faults.jsonl")) {
    auto log = read_fault_log(folder / "faults.jsonl");
    if (!log) return log.error();
    result.log = std::move(*log);
  }
  Problem problem;
  const std::string experiment_file = (folder / "experiment.json").string();
  if (!experiment->is_object()) problem.report(experiment_file, "wanted an object");
  result.experiment = *experiment;
  result.run = read_run(*run, (folder / "run.json").string(), problem);
  if (!plan->is_null())
    Fields(*plan, (folder / "plan.json").string(), problem).each("faults", [&](const Fields&) {
      ++result.planned_faults;
    });
  if (!verdicts->is_null())
    result.verdicts = read_verdicts(*verdicts, (folder / "verdicts.json").string(), problem);
  if (!problem.ok()) return ReadError{problem.message()};
  return result;
}

}  // namespace fracas::results
