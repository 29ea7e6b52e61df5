// The readers of others' histories answer any bytes with a history or a located error; what EDN is read as is
// JSON. The first byte chooses the reader.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "checker/formats/edn.h"
#include "checker/formats/format.h"
#include "require.h"

namespace {

using namespace fracas::checker;

/// One file per process, overwritten: the readers take paths.
const std::filesystem::path& input_file() {
  static const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("fracas-formats-" + std::to_string(::getpid()));
  return path;
}

void read_forms(std::string_view text) {
  ByteStream bytes(text);
  EdnReader edn(bytes);
  std::string json;
  while (edn.peek() != ByteStream::kEnd) {
    json.clear();
    if (!edn.read(json)) break;
    require(nlohmann::json::accept(json));
  }
  require(edn.error().empty() || edn.error_line() > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 4 == 0) {
    read_forms(text);
    return 0;
  }
  std::FILE* file = std::fopen(input_file().c_str(), "wb");
  require(file != nullptr);
  require(std::fwrite(text.data(), 1, text.size(), file) == text.size());
  require(std::fclose(file) == 0);
  const Format formats[] = {Format::detect, Format::detect, Format::edn, Format::porcupine};
  const auto history = read_foreign_history(input_file(), formats[data[0] % 4], data[0] < 128 ? "null" : "0");
  if (!history) {
    require(history.error().line > 0);
    require(!history.error().message.empty());
  }
  return 0;
}
