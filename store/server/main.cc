// fracas-store: one node of the bundled store. This file is its command line and its way out.
//
// Exit codes: 0 stopped by SIGTERM or SIGINT; 74 a sync failed (EX_IOERR): nothing that was not durable has
// been acknowledged; 254 bad usage; 255 the node could not start.
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>
#include <optional>
#include <thread>

#include "store/presets.h"
#include "store/server/log.h"
#include "store/server/server.h"

namespace {

using namespace fracas::store;

constexpr int exit_disk_failed = 74;
constexpr int exit_bad_usage = 254;
constexpr int exit_cannot_start = 255;
constexpr std::chrono::milliseconds stop_deadline{800};

struct BadUsage {
  std::string message;
};
template <typename T>
using Parsed = boost::system::result<T, BadUsage>;

/// The command line as text; only the knobs that were given are in `knobs`.
struct Arguments {
  std::string node;
  std::string peers;
  std::string listen_http;
  std::string listen_peers;
  std::string data;
  std::string preset;
  std::map<std::string, std::string> knobs;
  std::vector<std::string> bugs;
};

bool is_name(std::string_view text) {
  constexpr std::size_t longest = 32;
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; });
}

/// "n1=127.0.0.1:7101,n2=127.0.0.1:7102" into names and peers.
Parsed<void> read_peers(std::string_view text, ServerOptions& options) {
  while (!text.empty()) {
    const auto entry = text.substr(0, text.find(','));
    text.remove_prefix(std::min(entry.size() + 1, text.size()));
    const auto equals = entry.find('=');
    const auto name = entry.substr(0, equals);
    if (equals == std::string_view::npos || !is_name(name))
      return BadUsage{fmt::format("--peers: '{}' is not NAME=ADDRESS:PORT", entry)};
    if (std::find(options.names.begin(), options.names.end(), name) != options.names.end())
      return BadUsage{fmt::format("--peers: '{}' is there twice", name)};
    const auto endpoint = parse_endpoint(entry.substr(equals + 1));
    if (!endpoint) return BadUsage{"--peers: " + endpoint.error()};
    options.names.emplace_back(name);
    options.peers.push_back(*endpoint);
  }
  return {};
}

Parsed<void> read_config(const Arguments& arguments, Config& config, std::size_t nodes) {
  const auto refuse = [](const ConfigError& error) {
    return BadUsage{fmt::format("--{}: {}", error.field == "bugs" ? "bug" : error.field, error.message)};
  };
  if (const auto done = set(config, "nodes", std::to_string(nodes)); !done) {
    // The number of nodes is not a flag: it comes from this one.
    return BadUsage{"--peers: " + done.error().message};
  }
  if (!arguments.preset.empty())
    if (const auto done = apply_preset(config, arguments.preset); !done) return refuse(done.error());
  for (const auto& [name, value] : arguments.knobs)
    if (const auto done = set(config, name, value); !done) return refuse(done.error());
  for (const std::string& name : arguments.bugs) {
    const auto bug = find_bug(name);
    if (!bug) return BadUsage{fmt::format("--bug: there is no bug '{}'", name)};
    config.bugs.add(*bug);
  }
  if (const auto done = check(config); !done) return refuse(done.error());
  return {};
}

Parsed<Tcp::endpoint> read_endpoint(std::string_view flag, const std::string& text) {
  const auto endpoint = parse_endpoint(text);
  if (!endpoint) return BadUsage{fmt::format("{}: {}", flag, endpoint.error())};
  return *endpoint;
}

Parsed<ServerOptions> read_options(const Arguments& arguments) {
  ServerOptions options;
  if (const auto done = read_peers(arguments.peers, options); !done) return done.error();
  const auto self = std::find(options.names.begin(), options.names.end(), arguments.node);
  if (self == options.names.end())
    return BadUsage{fmt::format("--node: '{}' is not among --peers", arguments.node)};
  options.self = static_cast<NodeIndex>(self - options.names.begin());
  if (const auto done = read_config(arguments, options.config, options.names.size()); !done)
    return done.error();
  const auto http = read_endpoint("--listen-http", arguments.listen_http);
  if (!http) return http.error();
  const auto peers = read_endpoint("--listen-peers", arguments.listen_peers);
  if (!peers) return peers.error();
  options.listen_http = *http;
  options.listen_peers = *peers;
  options.data = arguments.data;
  return options;
}

/// Every knob becomes a flag; those with a flag of another shape do not.
void add_knobs(CLI::App& app, Arguments& arguments) {
  std::string names;
  for (const Preset& preset : presets()) names += (names.empty() ? "" : " | ") + std::string(preset.name);
  app.add_option("--preset", arguments.preset, "Knobs by a name; those that are given beside it override")
      ->type_name(names)
      ->group("Knobs");
  for (const Knob& knob : knobs()) {
    if (knob.name == "nodes" || knob.name == "bugs") continue;
    const std::string name(knob.name);
    app.add_option_function<std::string>(
           "--" + name, [&arguments, name](const std::string& value) { arguments.knobs[name] = value; },
           std::string(knob.sentence))
        ->type_name(std::string(knob.values))
        ->group("Knobs");
  }
  app.add_option("--bug", arguments.bugs, "A seeded bug to switch on; may be repeated")->type_name("NAME");
}

void add_flags(CLI::App& app, Arguments& arguments) {
  app.add_option("--node", arguments.node, "This node's name, one of --peers")->required()->type_name("NAME");
  app.add_option("--peers", arguments.peers,
                 "All nodes in order, this one too, and where this node reaches each")
      ->required()
      ->type_name("n1=127.0.0.1:7101,n2=...");
  app.add_option("--listen-http", arguments.listen_http, "For clients; port 0 takes any")
      ->required()
      ->type_name("ADDRESS:PORT");
  app.add_option("--listen-peers", arguments.listen_peers, "For the other nodes")
      ->required()
      ->type_name("ADDRESS:PORT");
  app.add_option("--data", arguments.data, "Folder of this node's records")->required()->type_name("DIR");
  add_knobs(app, arguments);
}

int refuse(int code, std::string_view message) {
  fmt::print(stderr, "fracas-store: {}\n", message);
  return code;
}

/// Buffers, locks and threads are of no interest any more: what was acknowledged is durable.
[[noreturn]] void leave(int code) { ::_exit(code); }

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// A storage thread stuck in fsync must not keep a stopped node from ending.
void stop_in_time(Server& server) {
  std::thread([] {
    std::this_thread::sleep_for(stop_deadline);
    leave(0);
  }).detach();
  server.stop();
}

int serve(ServerOptions options) {
  raise_file_limit();
  const std::string node = options.names[options.self];
  log("start {} pid {} data {}", node, ::getpid(), options.data);
  auto storage = open_or_set_aside(options.data);
  if (!storage) return refuse(exit_cannot_start, storage.error().message);
  if (!storage->damage.empty())
    log("damaged: {}; set aside in {}: this node begins empty and does not vote before it has caught up",
        storage->damage, set_aside_folder(options.data));
  options.broken = [](const StorageError& error) {
    log("stop: {}; a failed sync is never tried again", error.message);
    leave(exit_disk_failed);
  };
  auto server = Server::open(std::move(options), *std::move(storage));
  if (!server) return refuse(exit_cannot_start, server.error());
  boost::asio::signal_set signals((*server)->loop(), SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code& cancelled, int) {
    if (!cancelled) stop_in_time(**server);
  });
  log("ready {} http {} peers {}", node, to_string((*server)->http_endpoint()),
      to_string((*server)->peers_endpoint()));
  (*server)->run();
  log("stop {}", node);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is a full disk
  CLI::App app("fracas-store: one node of the bundled leaderless store.");
  Arguments arguments;
  add_flags(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return refuse(exit_bad_usage, error.what());
  }
  auto options = read_options(arguments);
  if (!options) return refuse(exit_bad_usage, options.error().message);
  return serve(*std::move(options));
}
