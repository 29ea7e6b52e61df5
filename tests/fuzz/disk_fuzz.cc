// Whatever a disk holds: LevelDB's files are found sound or damaged, and a node that gets the records begins
// with them, or says which it cannot read; what it writes itself it can read again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "fuzzed_node.h"
#include "store/server/descriptor_check.h"
#include "store/server/log_check.h"

namespace {

using namespace fracas::store;

void files(std::string_view bytes) {
  const LogCheck check = check_log(bytes);
  require(check.sound_bytes <= bytes.size());
  require(check.why.empty() == (check.state == LogCheck::State::whole));
  const std::string_view sound = bytes.substr(0, check.sound_bytes);
  require(check_log(sound).state == LogCheck::State::whole);
  std::size_t all = 0;
  for (const std::string& entry : log_entries(sound)) all += entry.size();
  require(all <= sound.size());
  (void)needed_log(sound);
}

/// Key and record by turns, each behind its length.
Records records_of(std::string_view bytes) {
  const auto take = [&bytes] {
    if (bytes.empty()) return std::string();
    const auto length = std::min<std::size_t>(static_cast<std::uint8_t>(bytes.front()), bytes.size() - 1);
    std::string text(bytes.substr(1, length));
    bytes.remove_prefix(1 + length);
    return text;
  };
  std::map<std::string, std::string> records;
  while (!bytes.empty()) {
    std::string key = take();
    records[std::move(key)] = take();
  }
  return {records.begin(), records.end()};
}

ClientRequest request(Verb verb, RequestId id) {
  ClientRequest asked;
  asked.verb = verb;
  asked.id = id;
  asked.key = "k";
  asked.value = "1";
  return asked;
}

void records(std::string_view bytes) {
  const Config config = FuzzedNode::config(static_cast<std::uint8_t>(bytes.front()));
  auto node = FuzzedNode::open(config, records_of(bytes.substr(1)));
  if (!node) return;
  node->inspect();
  node->step(request(Verb::put, 1));
  node->step(request(Verb::get, 2));
  node->pass(10'000'000'000);
  require(node->answers(1) == 1 && node->answers(2) == 1);
  node->inspect();
  require(FuzzedNode::open(config, node->records()).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  files(bytes);
  records(bytes);
  return 0;
}
