#include "harness/swarm/words.h"

namespace fracas::harness {

std::vector<std::string> words_of(std::string_view values) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t end = values.find(" | ");
    const std::string_view word = values.substr(0, end);
    const bool plain = !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-") == word.npos;
    if (!plain) return {};
    words.emplace_back(word);
    if (end == values.npos) return words;
    values.remove_prefix(end + 3);
  }
}

}  // namespace fracas::harness
