#include "harness/commands/check.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "checker/linearizability/judged.h"
#include "harness/commands/judgement_text.h"
#include "harness/judge.h"
#include "harness/judgement.h"
#include "harness/suggest.h"

namespace fracas::harness {
namespace {

Error no_such(std::string_view option, const std::string& word, std::span<const std::string_view> known) {
  return {Exit::usage, fmt::format("{} {}: there is no such {}{}", option, word, option.substr(2),
                                   did_you_mean(word, {known.begin(), known.end()}))};
}

/// The value as compact JSON; nothing: it is not JSON.
std::optional<std::string> compact(const std::string& json) {
  const auto value = nlohmann::json::parse(json, nullptr, false);
  return value.is_discarded() ? std::nullopt : std::optional(value.dump());
}

Result<BareOptions> bare_options(const CheckOptions& options) {
  BareOptions bare;
  bare.properties = options.properties;
  if (!options.format.empty()) {
    const auto format = checker::format_from(options.format);
    if (!format) return no_such("--format", options.format, checker::format_names());
    bare.format = *format;
  }
  if (!options.model.empty()) {
    bare.judged_as.model = checker::model_from(options.model);
    if (!bare.judged_as.model) {
      std::vector<std::string_view> names;
      for (const checker::ModelInfo& info : checker::models()) names.push_back(info.name);
      return no_such("--model", options.model, names);
    }
  }
  if (!options.algorithm.empty()) {
    namespace linearizability = checker::linearizability;
    if (linearizability::find_algorithm(options.algorithm) == nullptr) {
      std::vector<std::string_view> names;
      for (const linearizability::Algorithm& a : linearizability::algorithms()) names.push_back(a.name);
      return no_such("--algorithm", options.algorithm, names);
    }
    bare.judged_as.algorithm = options.algorithm;
  }
  if (!options.initial.empty()) {
    const auto initial = compact(options.initial);
    if (!initial)
      return Error{Exit::usage, fmt::format("--initial {}: no JSON value, expected one such as 0 or '\"a\"'",
                                            options.initial)};
    bare.judged_as.initial = *initial;
  }
  return bare;
}

Result<Judgement> judge(const std::filesystem::path& input, const BareOptions& bare) {
  std::error_code error;
  if (std::filesystem::is_directory(input, error)) return judge_run(input, true, bare.properties);
  if (std::filesystem::exists(input, error)) return judge_history(input, bare);
  return Error{Exit::usage, fmt::format("{}: there is no such run folder or history", input.string())};
}

void print(const std::filesystem::path& input, const Judgement& judgement, bool only_one, Console& console) {
  if (!only_one) console.out << bold(console, input.string()) << '\n';
  console.out << properties_text(judgement) << '\n' << witnesses_text(judgement);
  if (std::error_code error; !std::filesystem::is_directory(input, error))
    console.out
        << "A history without its run: nothing is known of promises, each property is taken as promised.\n";
  console.err << "verdict: " << judgement.verdict << "\nwhy:     " << judgement.sentence << '\n';
}

}  // namespace

Exit check_command(const CheckOptions& options, Console& console) {
  const Result<BareOptions> bare = bare_options(options);
  if (!bare) return complain(console, bare.error());
  Exit exit = Exit::pass;
  nlohmann::ordered_json judgements = nlohmann::ordered_json::array();
  for (const std::filesystem::path& input : options.inputs) {
    const Result<Judgement> judgement = judge(input, *bare);
    if (!judgement) {
      exit = worst_of(exit, complain(console, judgement.error()));
      continue;
    }
    exit = worst_of(exit, judgement->exit);
    if (!options.json) {
      print(input, *judgement, options.inputs.size() == 1, console);
      continue;
    }
    nlohmann::ordered_json entry = {{"input", input.string()}};
    entry.update(judgement_json(*judgement));
    judgements.push_back(std::move(entry));
  }
  if (options.json && !judgements.empty())
    console.out << (options.inputs.size() == 1 ? judgements.front() : judgements).dump(2) << '\n';
  return exit;
}

}  // namespace fracas::harness
