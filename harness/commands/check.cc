#include "harness/commands/check.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/commands/judgement_text.h"
#include "harness/judge.h"
#include "harness/judgement.h"

namespace fracas::harness {
namespace {

Result<Judgement> judge(const std::filesystem::path& input, const std::vector<std::string>& properties) {
  std::error_code error;
  if (std::filesystem::is_directory(input, error)) return judge_run(input, true, properties);
  if (std::filesystem::exists(input, error)) return judge_history(input, properties);
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
  Exit exit = Exit::pass;
  nlohmann::ordered_json judgements = nlohmann::ordered_json::array();
  for (const std::filesystem::path& input : options.inputs) {
    const Result<Judgement> judgement = judge(input, options.properties);
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
