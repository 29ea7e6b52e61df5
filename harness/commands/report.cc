#include "harness/commands/report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "results/report.h"

namespace fracas::harness {

Result<nlohmann::ordered_json> write_run_report(const std::filesystem::path& folder,
                                                const Judgement& judgement) {
  auto report = results::build_report(folder);
  if (!report) return Error{Exit::environment, report.error()};
  (*report)["verdict"] = judgement.verdict;
  (*report)["reason"] = judgement.sentence;
  if (auto written = results::write_report(folder, *report); !written)
    return Error{Exit::environment, written.error()};
  return Result<nlohmann::ordered_json>(boost::system::in_place_value, std::move(*report));
}

Exit report_command(const std::filesystem::path& folder, bool json, Console& console) {
  if (std::error_code error; !std::filesystem::is_directory(folder, error))
    return complain(console, {Exit::usage, fmt::format("{}: is no run folder", folder.string())});
  const Result<Judgement> judgement = judge_run(folder);
  if (!judgement) return complain(console, judgement.error());
  const auto report = write_run_report(folder, *judgement);
  if (!report) return complain(console, report.error());
  if (json) console.out << report->dump(2) << '\n';
  console.err << "verdict: " << judgement->verdict << "\nwhy:     " << judgement->sentence
              << "\nreport:  " << (folder / "report.html").string() << '\n';
  return Exit::pass;
}

}  // namespace fracas::harness
