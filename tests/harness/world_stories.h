// What every world must do, told as stories: world_test.cc runs them in each of them.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "harness/local/local_world.h"
#include "harness/sim/sim_world.h"
#include "harness/world_kind.h"

namespace fracas::harness {

inline constexpr std::int64_t kMillisecond = 1'000'000;
inline constexpr std::int64_t kSecond = 1'000 * kMillisecond;
inline constexpr std::int64_t kLimit = 20 * kSecond;

inline std::filesystem::path store_program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "fracas-store";
}

/// A world with three nodes, and ways to wait for what happens in it.
class WorldStory {
 public:
  explicit WorldStory(WorldKind kind) : kind_(kind) {
    const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() /
              ("fracas-world-" + std::to_string(::getpid()) + "-" + std::string(to_string(kind)) +
               std::to_string(std::hash<std::string>()(test->name())));
    store_.nodes = 3;
    store_.fsync = store::Fsync::never;
  }
  ~WorldStory() {
    world_.reset();
    std::filesystem::remove_all(folder_);
  }
  WorldStory(const WorldStory&) = delete;
  WorldStory& operator=(const WorldStory&) = delete;

  store::Config& store() { return store_; }
  World& world() { return *world_; }
  const std::filesystem::path& folder() const { return folder_; }

  /// `needs`: what beside processes the story does to it.
  void start(nemesis::Ability needs = nemesis::Ability::processes) {
    if (kind_ == WorldKind::sim) {
      world_ =
          std::make_unique<SimWorld>(SimWorldOptions{.store = store_, .seed = 7, .handle_signals = false});
    } else {
      LocalWorldOptions options;
      options.folder = folder_;
      options.store = store_;
      options.program = store_program();
      options.proxies = needs == nemesis::Ability::links;
      options.clocks = needs == nemesis::Ability::clocks;
      options.handle_signals = false;
      auto made = make_local_world(options);
      ASSERT_TRUE(made.has_value()) << made.error().message;
      world_ = std::move(*made);
    }
    std::optional<Result<void>> started;
    world_->start_nodes(kLimit, [&](Result<void> result) { started = std::move(result); });
    ASSERT_TRUE(eventually([&] { return started.has_value(); }));
    ASSERT_TRUE(*started) << started->error().message;
  }

  /// Ends it, as a run's end does.
  void leave() { world_.reset(); }

  /// Runs the world until the condition holds; false after the limit.
  template <typename Condition>
  bool eventually(Condition condition) {
    const std::int64_t end = world_->now() + kLimit;
    bool held = false;
    std::function<void()> look = [&] {
      held = condition();
      if (held || world_->now() > end) return world_->stop();
      world_->after(5 * kMillisecond, look);
    };
    world_->after(0, look);
    world_->run();
    return held;
  }

  TargetResponse call(const std::string& node, const TargetRequest& request, int client = 0) {
    std::optional<TargetResponse> response;
    world_->call(client, node, request, [&](TargetResponse answer) {
      EXPECT_FALSE(response.has_value()) << "called back twice";
      response = std::move(answer);
    });
    EXPECT_TRUE(eventually([&] { return response.has_value(); }));
    return response.value_or(TargetResponse{});
  }
  TargetResponse put(const std::string& node, const std::string& key, const std::string& value,
                     const std::string& context = "") {
    return call(node, {TargetRequest::Kind::put, key, value, context, kSecond});
  }
  TargetResponse get(const std::string& node, const std::string& key) {
    return call(node, {TargetRequest::Kind::get, key, "", "", kSecond});
  }
  /// Tried again until the node answers: its links to the others may take a moment.
  TargetResponse get_at_last(const std::string& node, const std::string& key) {
    TargetResponse read = get(node, key);
    for (int i = 0; i < 20 && read.status != TargetResponse::Status::ok; ++i) read = get(node, key);
    return read;
  }
  std::optional<NodeStatus> status(const std::string& node) {
    std::optional<Result<NodeStatus>> answer;
    world_->status(node, [&](Result<NodeStatus> result) { answer = std::move(result); });
    EXPECT_TRUE(eventually([&] { return answer.has_value(); }));
    if (!answer || !*answer) return std::nullopt;
    return **answer;
  }
  /// How far the node's wall clock is off, in s.
  double skew_s(const std::string& node) {
    const auto read = status(node);
    if (!read) return -1e9;
    return static_cast<double>(read->wall_us - world_->wall_us()) / 1e6;
  }
  void cut_off(const std::string& node, bool cut) {
    for (const std::string& other : world_->node_names()) {
      if (other == node) continue;
      for (const auto& [from, to] : {std::pair(node, other), std::pair(other, node)}) {
        cut ? world_->network().block(from, to) : world_->network().unblock(from, to);
      }
    }
  }
  bool ready(const std::string& node) {
    return eventually([&] { return world_->nodes().state(node) == nemesis::NodeState::ready; });
  }

 private:
  WorldKind kind_;
  store::Config store_;
  std::filesystem::path folder_;
  std::unique_ptr<World> world_;
};

}  // namespace fracas::harness
