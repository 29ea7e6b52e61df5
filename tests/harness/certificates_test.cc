// What the checkers certify, the program that shares no code with them confirms: on random histories of
// objects that take effect at once, and of some whose answers are wrong.
#include "harness/certificates.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "checker/proofs/minimise.h"
#include "harness/verify/verify.h"

namespace fracas::harness {
namespace {

using checker::Event;
using checker::EventType;
using checker::Function;

/// A register with compare-and-set and deletes; each operation takes effect somewhere between its ends, or
/// fails, or nobody knows.
class RandomRegister {
 public:
  RandomRegister(std::uint64_t seed, bool cas, bool unique, int wrong)
      : random_(static_cast<std::uint32_t>(seed)), cas_(cas), unique_(unique), wrong_(wrong) {}

  std::string lines(int operations) {
    for (int i = 0; i < operations * 3; ++i) step();
    return text_;
  }

 private:
  struct Client {
    Event event{};
    bool open = false, done = false, took = false;
    int process = 0;
  };

  int draw(int below) { return boost::random::uniform_int_distribution<int>(0, below - 1)(random_); }
  std::string value() { return std::to_string(unique_ ? ++last_ : draw(3)); }

  void step() {
    Client& client = clients_[draw(3)];
    if (!client.open) return invoke(client);
    if (!client.done) return take_effect(client);
    complete(client);
  }

  void invoke(Client& client) {
    client = {.open = true, .process = client.process};
    if (client.process == 0) client.process = ++processes_;
    Event& e = client.event;
    e.process = e.session = client.process;
    e.key = draw(2) == 0 ? "a" : "b";
    const int what = draw(cas_ ? 4 : 3);
    e.f = what < 2 ? Function::read : what == 2 ? Function::write : Function::cas;
    if (e.f == Function::write && draw(8) == 0 && !cas_) e.f = Function::remove_key;
    if (e.f == Function::write) e.value = value();
    if (e.f == Function::cas) {
      const std::string from = state_.count(e.key) != 0 && state_[e.key] != "null" ? state_[e.key] : "0";
      e.value = "[" + from + "," + value() + "]";
    }
    record(e);
  }

  void take_effect(Client& client) {
    Event& e = client.event;
    std::string& state = state_.try_emplace(e.key, "null").first->second;
    client.done = true;
    client.took = true;
    if (e.f == Function::read)
      e.value = draw(100) < wrong_ && last_ > 0 ? std::to_string(1 + draw(last_)) : state;
    if (e.f == Function::write) state = e.value;
    if (e.f == Function::remove_key) state = "null";
    if (e.f != Function::cas) return;
    const std::size_t comma = e.value.find(',');
    client.took = "[" + state == e.value.substr(0, comma);
    if (client.took) state = e.value.substr(comma + 1, e.value.size() - comma - 2);
  }

  void complete(Client& client) {
    Event& e = client.event;
    e.type = !client.took                            ? EventType::fail
             : draw(6) == 0 && e.f != Function::read ? EventType::info
                                                     : EventType::ok;
    record(e);
    client.open = false;
    if (e.type == EventType::info) client.process = 0;
  }

  void record(Event& e) {
    e.index = index_++;
    e.time_ns = static_cast<std::int64_t>(e.index) * 1000;
    append_line(text_, e);
  }

  boost::random::mt19937 random_;
  bool cas_, unique_;
  int wrong_;
  int last_ = 0, processes_ = 0;
  std::uint64_t index_ = 0;
  std::map<std::string, std::string> state_;
  std::map<int, Client> clients_;
  std::string text_;
};

struct Tally {
  int confirmed = 0, not_known = 0;
};

void put(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

/// Judges a history by a property and replays what it certifies.
void replay(const std::filesystem::path& folder, const std::string& lines, std::string_view name,
            Tally& tally) {
  put(folder / "history.jsonl", lines);
  put(folder / "run.json", R"({"conflict": ""})");
  const auto history = checker::read_history(folder / "history.jsonl");
  ASSERT_TRUE(history) << history.error().to_string();
  const checker::Evidence nothing;
  const checker::Case whole(*history, nothing);
  const checker::PropertyInfo& property = *checker::find_property(name);
  checker::Verdict verdict = property.check(whole);
  minimise(verdict, property, whole);
  put(folder / "certificates.jsonl", certificates(verdict, whole));
  for (const verify::Verified& verified : verify::verify_run(folder)) {
    EXPECT_NE(verified.finding, verify::Finding::refuted) << name << ": " << verified.words << '\n' << lines;
    ++(verified.finding == verify::Finding::confirmed ? tally.confirmed : tally.not_known);
  }
}

TEST(Certificates, AreConfirmedByWhoKnowsNoChecker) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("certificates-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::map<std::string_view, Tally> tallies;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const bool cas = seed % 4 == 1;
    const std::string lines = RandomRegister(seed, cas, seed % 3 != 0, seed % 2 == 0 ? 50 : 0).lines(30);
    for (const char* property : {"linearizable", "regular", "read-your-writes", "monotonic-reads"})
      replay(folder, lines, property, tallies[property]);
  }
  for (const auto& [property, tally] : tallies) {
    RecordProperty(std::string(property), tally.confirmed);
    EXPECT_GT(tally.confirmed, 20) << property << ", not verified: " << tally.not_known;
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace fracas::harness
