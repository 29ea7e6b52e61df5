// The readers of histories, faults and dumps answer any bytes with a value or a located error, and every
// property judges whatever they accept. Behind a first byte of 'e' the bytes choose events and replicas
// instead of spelling them, so that long histories are reached too.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>

#include "checker/property.h"
#include "require.h"

namespace {

/// One file per process, overwritten: the readers take paths.
const std::filesystem::path& input_file() {
  static const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("fracas-fuzz-" + std::to_string(::getpid()) + ".jsonl");
  return path;
}

template <typename T>
void check_error(const fracas::checker::InputResult<T>& result) {
  if (result) return;
  require(result.error().line > 0);
  require(!result.error().message.empty());
}

using namespace fracas::checker;

void judge(const History& history, Evidence evidence) {
  for (const char* conflict : {"", "lww", "siblings"}) {
    evidence.conflict = conflict;
    const Case whole(history, evidence);
    for (const PropertyInfo& property : properties())
      require(property.check(whole).property == property.name);
  }
}

/// Bytes as choices; 0 behind their end.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool left() const { return size_ > 0; }
  unsigned below(unsigned bound) {
    if (size_ == 0) return 0;
    --size_;
    return *data_++ % bound;
  }
  std::string value() { return "\"v" + std::to_string(below(8)) + "\""; }
  std::string values() {
    std::string all = "[";
    for (unsigned i = below(4); i > 0; --i) all += value() + (i > 1 ? "," : "");
    return all + "]";
  }
  std::string stamp() {
    return "[" + std::to_string(below(9)) + ",\"n" + std::to_string(below(3)) + "\"," +
           std::to_string(below(2)) + "]";
  }
  std::string clock() {
    const unsigned kind = below(4);
    return kind == 0 ? stamp() : kind == 1 ? R"({"dots":["n1:1"],"context":{"n1":1}})" : "";
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

/// An operation of the process ends if one is open, else one begins.
Event next_event(Choices& choices, std::map<unsigned, Event>& open,
                 std::map<unsigned, std::int32_t>& processes) {
  constexpr Function kFunctions[] = {Function::read, Function::write, Function::remove_key, Function::add};
  const unsigned session = choices.below(4);
  const auto begun = open.find(session);
  if (begun == open.end()) {
    Event event{.process = static_cast<std::int32_t>(session) + 4 * processes[session],
                .session = static_cast<std::int32_t>(session),
                .f = kFunctions[choices.below(4)],
                .key = choices.below(4) == 0 ? "l" : "k"};
    if (event.f == Function::write || event.f == Function::add) event.value = choices.value();
    if (event.f == Function::read) event.final = choices.below(2) == 0;
    if (choices.below(2) == 0) event.context = R"({"n1":1})";
    open[session] = event;
    return event;
  }
  Event event = begun->second;
  open.erase(begun);
  event.context.clear();
  event.type = choices.below(8) == 0   ? EventType::fail
               : choices.below(8) == 0 ? EventType::info
                                       : EventType::ok;
  if (event.type == EventType::info) ++processes[session];
  if (event.type != EventType::ok) return event;
  if (event.f == Function::read) event.value = choices.below(2) == 0 ? choices.values() : choices.value();
  if (event.f != Function::read && choices.below(2) == 0) event.siblings = choices.values();
  if (event.f == Function::add) event.saw = choices.values();
  event.clock = choices.clock();
  return event;
}

void judge_choices(Choices choices) {
  Evidence evidence;
  evidence.settlement = Settlement{.exchanges_completed = true};
  if (choices.below(2) == 0) {
    KeyDump dump{.key = "k", .homes = {"n0", "n1"}};
    for (const char* node : {"n0", "n1"}) {
      ReplicaState replica{.node = node, .clock = choices.clock()};
      for (unsigned i = choices.below(3); i > 0; --i) replica.values.push_back(choices.value());
      dump.replicas.push_back(replica);
    }
    evidence.dumps = {{dump}};
  }
  HistoryBuilder builder;
  std::map<unsigned, Event> open;
  std::map<unsigned, std::int32_t> processes;
  for (std::uint64_t index = 0; choices.left(); ++index) {
    Event event = next_event(choices, open, processes);
    event.index = index;
    event.time_ns = static_cast<std::int64_t>(index) * 1000;
    require(builder.add(event).has_value());
  }
  judge(std::move(builder).finish(), evidence);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0 && data[0] == 'e') {
    judge_choices(Choices(data + 1, size - 1));
    return 0;
  }
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
  Evidence evidence;
  if (dumps) evidence.dumps = *dumps;
  judge(*history, evidence);
  return 0;
}
