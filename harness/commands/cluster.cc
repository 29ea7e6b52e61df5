#include "harness/commands/cluster.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "harness/local/local_world.h"

namespace fracas::harness {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kStartDeadline_ns = 15'000'000'000;

/// A folder that is removed with all its contents when it goes, unless the user named it.
class Folder {
 public:
  static Result<Folder> make(const std::optional<fs::path>& named) {
    std::error_code error;
    if (named) {
      fs::create_directories(*named, error);
      if (error) return Error{Exit::usage, fmt::format("--out {}: {}", named->string(), error.message())};
      return Folder(*named, false);
    }
    std::string pattern = (fs::temp_directory_path(error) / "fracas-cluster-XXXXXX").string();
    if (error || mkdtemp(pattern.data()) == nullptr)
      return Error{Exit::environment, fmt::format("{}: a temporary folder cannot be made", pattern)};
    return Folder(pattern, true);
  }
  Folder(Folder&& other) noexcept
      : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, false)) {}
  Folder& operator=(Folder&&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (temporary_) fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  Folder(fs::path path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}
  fs::path path_;
  bool temporary_;
};

void print_how_to_use(const World& world, Console& console) {
  const std::vector<std::string> names = world.node_names();
  for (const std::string& node : names) console.out << node << "  " << world.url(node) << '\n';
  const std::string first = world.url(names.front());
  const std::string last = world.url(names.back());
  console.out << "\ntry:\n"
              << "  curl -X PUT " << first << "/kv/hello -d '{\"value\": \"world\"}'\n"
              << "  curl " << last << "/kv/hello\n"
              << "  curl " << first << "/status\n"
              << "\nlook inside:\n"
              << "  curl " << first << "/health            # what is wrong, if anything is\n"
              << "  curl " << first << "/metrics           # Prometheus text\n"
              << "  curl " << first << "/ring              # partitions, owners, shares\n"
              << "  curl " << first << "/preference-list/hello\n"
              << "  curl " << last << "/replica/hello     # this replica's own state\n"
              << "  curl " << first
              << "/merkle                  # roots of this node's Merkle trees; ?peer=, ?partition=&bucket=\n"
              << "  curl " << first << "/divergences       # keys known to differ, and /hints\n"
              << "\nCtrl-C stops the nodes.\n"
              << std::flush;
}

}  // namespace

Exit cluster_command(const RunOptions& options, Console& console) {
  const Result<Experiment> experiment = resolve(options);
  if (!experiment) return complain(console, experiment.error());
  const Result<Folder> folder = Folder::make(options.out);
  if (!folder) return complain(console, folder.error());
  LocalWorldOptions local;
  local.store = experiment->store;
  local.folder = folder->path();
  local.proxies = false;
  local.clocks = false;
  Result<std::unique_ptr<World>> made = make_local_world(local);
  if (!made) return complain(console, made.error());
  World& world = **made;

  std::optional<Error> failed;
  const auto end = [&world] { world.stop_nodes([&world] { world.stop(); }); };
  world.on_interrupt(end);
  world.on_node_exit([&console](const NodeExit& exit) {
    console.err << exit.node << " ended by itself: " << exit.status << '\n' << exit.last_lines << '\n';
  });
  world.start_nodes(kStartDeadline_ns, [&](const Result<void>& started) {
    if (started) return print_how_to_use(world, console);
    failed = started.error();
    end();
  });
  world.run();
  return failed ? complain(console, *failed) : Exit::pass;
}

}  // namespace fracas::harness
