// The readers of histories, faults and dumps answer any bytes with a value or a located error, and every
// property judges whatever they accept.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "checker/property.h"

namespace {

/// One file per process, overwritten: the readers take paths.
const std::filesystem::path& input_file() {
  static const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("fracas-fuzz-" + std::to_string(::getpid()) + ".jsonl");
  return path;
}

void require(bool condition) {
  if (!condition) std::abort();
}

template <typename T>
void check_error(const fracas::checker::InputResult<T>& result) {
  if (result) return;
  require(result.error().line > 0);
  require(!result.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fracas::checker;
  std::FILE* file = std::fopen(input_file().c_str(), "wb");
  require(file != nullptr);
  require(std::fwrite(data, 1, size, file) == size);
  require(std::fclose(file) == 0);
  check_error(read_faults(input_file()));
  auto dumps = read_dumps(input_file());
  check_error(dumps);
  const auto history = read_history(input_file());
  check_error(history);
  if (!history) return 0;
  for (const std::string_view conflict : {"", "lww", "siblings"}) {
    Evidence evidence;
    evidence.conflict = conflict;
    if (dumps) evidence.dumps = *dumps;
    for (const PropertyInfo& property : properties())
      require(property.check(*history, evidence).property == property.name);
  }
  return 0;
}
