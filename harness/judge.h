// Judges a run folder or a bare history: runs the checkers and compares what they observe with what was
// promised or expected.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "checker/formats/format.h"
#include "checker/history.h"
#include "checker/model.h"
#include "checker/property.h"
#include "harness/error.h"
#include "harness/promises.h"

namespace fracas::harness {

struct Judged {
  checker::Verdict verdict;
  Promise promise;
  bool met = true;  ///< as promised, or as the experiment expects
  double seconds = 0;
  std::vector<std::string> told{};  ///< the first witnesses as proofs in words, each with its drawing
  std::string certificates{};       ///< lines of certificates.jsonl
};

struct Judgement {
  Exit exit = Exit::pass;
  std::string verdict;   ///< "pass", "fail", "unknown", "vacuous", "interrupted", "error"
  std::string sentence;  ///< one sentence why
  std::vector<Judged> properties;
};

/// verdicts.json: an entry per property.
nlohmann::ordered_json properties_json(const Judgement&);

/// A run folder, with the promises of its experiment; writes verdicts.json into it unless `read_only`. With
/// names, only those properties of its workload; with a history, its history.jsonl is taken as read. Errors:
/// file:line, usage.
Result<Judgement> judge_run(const std::filesystem::path& folder, bool read_only = false,
                            const std::vector<std::string>& properties = {},
                            std::optional<checker::History> history = {});
/// How a history without its run is read and judged.
struct BareOptions {
  checker::Format format = checker::Format::detect;
  checker::JudgedAs judged_as{};
  std::vector<std::string> properties{};  ///< empty: all that the history can decide
};

/// A bare history: the properties named are taken as promised (all that it can decide, if none is named).
Result<Judgement> judge_history(const std::filesystem::path& file, const BareOptions&);

}  // namespace fracas::harness
