// A node as its users see it: the program, its ports and its exit code; and a small HTTP client.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/store/server_folder.h"

namespace fracas::store {

/// fracas-store, beside the tests' own program in the build tree.
std::string store_program();

/// An address of the loopback network that is this process's own, so that tests that run side by side, and
/// the ports that the kernel gives out on 127.0.0.1, never get in the way.
std::string own_address();
/// Of own_address(); never the same twice.
std::uint16_t next_port();

/// Runs the program; what is left of it ends with this object.
class Process {
 public:
  explicit Process(const std::vector<std::string>& arguments);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// Waits up to 10 s. The exit code, or 128 + the signal.
  int wait();
  /// Reads its output up to a line with this text, up to 10 s. False: it ended or kept silent.
  bool wait_for_line(const std::string& text);
  /// All that it wrote so far (both outputs).
  const std::string& output();

 private:
  bool read_some(int timeout_ms);

  pid_t pid_ = -1;
  int pipe_ = -1;
  std::string output_;
  bool ended_ = false;  ///< nobody writes any more
};

struct Answer {
  unsigned status = 0;
  nlohmann::json body;
  std::string text;
};

/// One keep-alive connection to a port of own_address().
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port);
  ~HttpClient();

  /// Nothing: the connection broke before a whole answer came.
  std::optional<Answer> ask(const std::string& method, const std::string& target,
                            const std::string& body = {}, const std::string& context = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A cluster of processes. When the constructor returns they are ready and have found each other.
class Cluster {
 public:
  explicit Cluster(int nodes, std::vector<std::string> flags = {});

  /// Starts it, or starts it again on the same ports and folder.
  void start(int node);
  Process& process(int node) { return *processes_.at(static_cast<std::size_t>(node)); }
  void stop(int node);
  void kill(int node);

  Answer ask(int node, const std::string& method, const std::string& target, const std::string& body = {},
             const std::string& context = {});
  std::uint16_t http_port(int node) const { return http_ports_.at(static_cast<std::size_t>(node)); }
  std::vector<std::string> arguments(int node) const;

 private:
  /// Until it can read from all homes of a key; a node is ready before its links to its peers are.
  void wait_for_peers(int node);

  Folder folder_;
  std::vector<std::string> flags_;
  std::vector<std::uint16_t> http_ports_;
  std::vector<std::uint16_t> peer_ports_;
  std::vector<std::unique_ptr<Process>> processes_;
};

}  // namespace fracas::store
