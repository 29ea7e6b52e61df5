// Believes no checker: replays the certificates of a run against its history, by the definitions alone.
// Shares no code with the checkers, and knows nothing but JSON.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fracas::verify {

enum class Finding {
  confirmed,  ///< follows from the history, by definition
  refuted,    ///< the certificate does not prove what it says
  not_known   ///< this program has no definition for it
};

struct Verified {
  Finding finding = Finding::not_known;
  std::string property;
  std::string words;  ///< what was replayed, or why not
};

/// One per certificate of certificates.jsonl, in their order. Throws std::runtime_error with file and line
/// where a file cannot be read.
std::vector<Verified> verify_run(const std::filesystem::path& folder);

}  // namespace fracas::verify
