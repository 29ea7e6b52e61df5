#include "harness/commands/verify.h"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "harness/verify/verify.h"

namespace fracas::harness {
namespace {

using verify::Finding;

/// How often each finding with the same words was made of a property.
struct Counts {
  std::map<std::string, std::uint64_t> confirmed{}, refuted{}, not_known{};

  std::map<std::string, std::uint64_t>& of(Finding finding) {
    return finding == Finding::confirmed ? confirmed : finding == Finding::refuted ? refuted : not_known;
  }
};

void print(std::string_view finding, const std::map<std::string, std::uint64_t>& counts, Console& console) {
  for (const auto& [words, count] : counts)
    console.out << fmt::format("  {} {}: {}\n", count, finding, words);
}

}  // namespace

Exit verify_command(const std::filesystem::path& run, Console& console) {
  std::vector<verify::Verified> all;
  try {
    all = verify::verify_run(run);
  } catch (const std::exception& error) {
    return complain(console, {Exit::usage, fmt::format("{}; a run that was judged has certificates.jsonl "
                                                       "(`fracas report RUN` judges it again)",
                                                       error.what())});
  }
  std::map<std::string, Counts> properties;
  std::uint64_t refuted = 0;
  for (const verify::Verified& verified : all) {
    ++properties[verified.property].of(verified.finding)[verified.words];
    if (verified.finding == Finding::refuted) ++refuted;
  }
  for (auto& [property, counts] : properties) {
    console.out << property << '\n';
    print("refuted", counts.refuted, console);
    print("confirmed", counts.confirmed, console);
    print("not verified", counts.not_known, console);
  }
  console.err << fmt::format("{} certificates, {} refuted\n", all.size(), refuted);
  return refuted == 0 ? Exit::pass : Exit::violated;
}

}  // namespace fracas::harness
