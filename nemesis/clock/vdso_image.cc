#include "nemesis/clock/vdso_image.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>

namespace fracas::nemesis {
namespace {

/// The vDSO is linked at 0 and mapped as one piece, so that addresses in it are offsets into the image.
class Image {
 public:
  explicit Image(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename T>
  std::optional<T> at(std::uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }
  std::string_view text_at(std::uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const auto* begin = reinterpret_cast<const char*>(bytes_.data()) + offset;
    return {begin, ::strnlen(begin, bytes_.size() - offset)};
  }
  std::optional<std::uint64_t> find(std::span<const std::byte> pattern) const {
    const auto found = std::search(bytes_.begin(), bytes_.end(), pattern.begin(), pattern.end());
    if (found == bytes_.end()) return std::nullopt;
    return static_cast<std::uint64_t>(found - bytes_.begin());
  }

 private:
  std::span<const std::byte> bytes_;
};

constexpr std::uint64_t kSymbolLimit = 1024;  // real ones have some twenty

using DynamicTable = std::map<Elf64_Sxword, std::uint64_t>;

DynamicTable dynamic_table(const Image& image, const Elf64_Ehdr& header) {
  DynamicTable table;
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    const auto segment = image.at<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment || segment->p_type != PT_DYNAMIC) continue;
    for (std::uint64_t at = 0; at < segment->p_memsz; at += sizeof(Elf64_Dyn)) {
      const auto entry = image.at<Elf64_Dyn>(segment->p_offset + at);
      if (!entry || entry->d_tag == DT_NULL) break;
      table.emplace(entry->d_tag, entry->d_un.d_ptr);
    }
  }
  return table;
}

/// A GNU hash table does not say how many symbols there are: the last chain's last symbol is the last.
std::uint64_t count_by_gnu_hash(const Image& image, std::uint64_t table) {
  const auto buckets = image.at<std::uint32_t>(table).value_or(0);
  const auto first = image.at<std::uint32_t>(table + 4).value_or(0);
  const auto bloom_words = image.at<std::uint32_t>(table + 8).value_or(0);
  const std::uint64_t bucket_place = table + 16 + std::uint64_t{bloom_words} * 8;
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(buckets, kSymbolLimit); ++i)
    last = std::max<std::uint64_t>(last, image.at<std::uint32_t>(bucket_place + i * 4).value_or(0));
  if (last < first) return 0;
  const std::uint64_t chains = bucket_place + std::uint64_t{buckets} * 4;
  while (last < kSymbolLimit) {
    const auto hash = image.at<std::uint32_t>(chains + (last - first) * 4);
    if (!hash) return 0;
    ++last;
    if (*hash & 1) break;
  }
  return last;
}

std::uint64_t symbol_count(const Image& image, const DynamicTable& table) {
  if (const auto hash = table.find(DT_HASH); hash != table.end())
    return std::min<std::uint64_t>(image.at<std::uint32_t>(hash->second + 4).value_or(0), kSymbolLimit);
  if (const auto hash = table.find(DT_GNU_HASH); hash != table.end())
    return count_by_gnu_hash(image, hash->second);
  return 0;
}

std::optional<TimeFunction> time_function(std::string_view name) {
  constexpr std::string_view kPrefix = "__vdso_";
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  if (name == "clock_gettime") return TimeFunction::clock_gettime;
  if (name == "gettimeofday") return TimeFunction::gettimeofday;
  if (name == "time") return TimeFunction::time;
  return std::nullopt;
}

/// Some kernels' functions are mere jumps of five bytes, but kernels align functions to 16 bytes and fill the
/// gap with padding.
std::uint64_t room_of(const Elf64_Sym& symbol) {
  constexpr std::uint64_t kAlignment = 16;
  if (symbol.st_value % kAlignment != 0) return symbol.st_size;
  return (symbol.st_size + kAlignment - 1) / kAlignment * kAlignment;
}

std::vector<VdsoSymbol> time_symbols(const Image& image, const DynamicTable& table) {
  std::map<std::uint64_t, VdsoSymbol> by_place;
  const auto symbols = table.find(DT_SYMTAB), names = table.find(DT_STRTAB);
  if (symbols == table.end() || names == table.end()) return {};
  const std::uint64_t count = symbol_count(image, table);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto symbol = image.at<Elf64_Sym>(symbols->second + i * sizeof(Elf64_Sym));
    if (!symbol || ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_shndx == SHN_UNDEF) continue;
    const auto function = time_function(image.text_at(names->second + symbol->st_name));
    if (function)
      by_place.emplace(symbol->st_value, VdsoSymbol{*function, symbol->st_value, room_of(*symbol)});
  }
  std::vector<VdsoSymbol> found;
  for (const auto& [place, symbol] : by_place) found.push_back(symbol);
  return found;
}

}  // namespace

boost::system::result<VdsoTimeFunctions, std::string> find_time_functions(std::span<const std::byte> bytes) {
  const Image image(bytes);
  const auto header = image.at<Elf64_Ehdr>(0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64)
    return std::string("its vDSO is not a 64-bit ELF image");
  VdsoTimeFunctions found{.symbols = time_symbols(image, dynamic_table(image, *header)), .system_call = 0};
  if (std::none_of(found.symbols.begin(), found.symbols.end(),
                   [](const VdsoSymbol& symbol) { return symbol.function == TimeFunction::clock_gettime; }))
    return std::string("its vDSO has no clock_gettime");
  constexpr std::byte kSystemCall[] = {std::byte{0x0f}, std::byte{0x05}};  // x86-64
  const auto system_call = image.find(kSystemCall);
  if (!system_call) return std::string("its vDSO has no system call instruction");
  found.system_call = *system_call;
  return found;
}

}  // namespace fracas::nemesis
