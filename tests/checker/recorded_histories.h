// The folder of recorded histories with known verdicts, which lies beside the checkout. Tests that need it
// are skipped, by name, where it is absent.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

namespace fracas::checker {

/// FRACAS_HISTORIES, else shared/histories beside the checkout or further up.
std::filesystem::path recorded_histories();

/// The files of one of its folders, in the order of their names.
std::vector<std::filesystem::path> recorded_files(const std::filesystem::path& folder);

}  // namespace fracas::checker

#define FRACAS_SKIP_WITHOUT(path)     \
  if (!std::filesystem::exists(path)) \
  GTEST_SKIP() << (path).string() << " is absent (FRACAS_HISTORIES names it)"
