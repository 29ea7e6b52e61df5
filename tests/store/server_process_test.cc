// One node as a program: its flags, its exit codes, and the helpers that the cluster tests share.
#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <csignal>
#include <thread>

#include "tests/store/server_process.h"

namespace fracas::store {
namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::chrono::seconds patience{10};

}  // namespace

std::string store_program() {
  return (std::filesystem::canonical("/proc/self/exe").parent_path().parent_path() / "fracas-store").string();
}

std::string own_address() {
  const auto pid = static_cast<unsigned>(::getpid());
  return fmt::format("127.{}.{}.{}", 64 + (pid >> 16) % 64, (pid >> 8) & 255, pid & 255);
}

std::uint16_t next_port() {
  static std::uint16_t last = 10'000;
  return ++last;
}

Process::Process(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = arguments;
  words.insert(words.begin(), store_program());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  pipe_ = ends[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  const int error = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error != 0) throw std::runtime_error(fmt::format("cannot start {}: build it first", argv[0]));
}

Process::~Process() {
  if (pid_ > 0) {
    signal(SIGKILL);
    wait();
  }
  ::close(pipe_);
}

void Process::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

int Process::wait() {
  const auto deadline = Clock::now() + patience;
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (Clock::now() > deadline) {
      ADD_FAILURE() << "process " << pid_ << " does not end";
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, &status, 0);
      break;
    }
    if (ended_ || !read_some(5)) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  pid_ = -1;
  while (read_some(0)) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Process::read_some(int timeout_ms) {
  pollfd readable{pipe_, POLLIN, 0};
  if (::poll(&readable, 1, timeout_ms) <= 0) return false;
  char buffer[4096];
  const auto bytes = ::read(pipe_, buffer, sizeof buffer);
  if (bytes > 0) output_.append(buffer, static_cast<std::size_t>(bytes));
  if (bytes == 0) ended_ = true;
  return bytes > 0;
}

bool Process::wait_for_line(const std::string& text) {
  const auto deadline = Clock::now() + patience;
  while (output_.find(text) == std::string::npos) {
    if (ended_ || Clock::now() > deadline) return false;
    read_some(20);
  }
  return true;
}

const std::string& Process::output() {
  while (read_some(0)) continue;
  return output_;
}

struct HttpClient::Impl {
  boost::asio::io_context io;
  tcp::socket socket{io};
  boost::beast::flat_buffer buffer;
};

HttpClient::HttpClient(std::uint16_t port) : impl_(std::make_unique<Impl>()) {
  boost::system::error_code error;
  impl_->socket.connect({boost::asio::ip::make_address(own_address()), port}, error);
}
HttpClient::~HttpClient() = default;

std::optional<Answer> HttpClient::ask(const std::string& method, const std::string& target,
                                      const std::string& body, const std::string& context) {
  http::request<http::string_body> request(http::verb::unknown, target, 11);
  request.method_string(method);
  request.set(http::field::host, "localhost");
  if (!context.empty()) request.set("X-Fracas-Context", context);
  request.body() = body;
  request.prepare_payload();
  http::response<http::string_body> response;
  boost::system::error_code error;
  http::write(impl_->socket, request, error);
  if (!error) http::read(impl_->socket, impl_->buffer, response, error);
  if (error) return std::nullopt;
  return Answer{response.result_int(), nlohmann::json::parse(response.body(), nullptr, false),
                response.body()};
}

Cluster::Cluster(int nodes, std::vector<std::string> flags) : flags_(std::move(flags)) {
  for (int i = 0; i < nodes; ++i) {
    http_ports_.push_back(next_port());
    peer_ports_.push_back(next_port());
    processes_.push_back(nullptr);
  }
  for (int i = 0; i < nodes; ++i) start(i);
  for (int i = 0; i < nodes; ++i) wait_for_peers(i);
}

void Cluster::wait_for_peers(int node) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (ask(node, "GET", "/kv/nobody-wrote-this?r=all").status != 404) {
    if (std::chrono::steady_clock::now() > end) {
      ADD_FAILURE() << "n" << node + 1 << " did not reach its peers within 10 s";
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::vector<std::string> Cluster::arguments(int node) const {
  std::string peers;
  for (std::size_t i = 0; i < peer_ports_.size(); ++i)
    peers += fmt::format("{}n{}={}:{}", i == 0 ? "" : ",", i + 1, own_address(), peer_ports_[i]);
  const auto own = static_cast<std::size_t>(node);
  std::vector<std::string> words{"--node",         fmt::format("n{}", node + 1),
                                 "--peers",        peers,
                                 "--listen-http",  fmt::format("{}:{}", own_address(), http_ports_[own]),
                                 "--listen-peers", fmt::format("{}:{}", own_address(), peer_ports_[own]),
                                 "--data",         (folder_.path() / fmt::format("n{}", node + 1)).string()};
  words.insert(words.end(), flags_.begin(), flags_.end());
  return words;
}

void Cluster::start(int node) {
  auto& slot = processes_.at(static_cast<std::size_t>(node));
  slot = std::make_unique<Process>(arguments(node));
  if (!slot->wait_for_line(" ready ")) throw std::runtime_error("not ready: " + slot->output());
}

void Cluster::stop(int node) {
  process(node).signal(SIGTERM);
  EXPECT_EQ(process(node).wait(), 0);
}

void Cluster::kill(int node) {
  process(node).signal(SIGKILL);
  process(node).wait();
}

Answer Cluster::ask(int node, const std::string& method, const std::string& target, const std::string& body,
                    const std::string& context) {
  const auto answer = HttpClient(http_port(node)).ask(method, target, body, context);
  if (!answer) {
    ADD_FAILURE() << method << " " << target << ": no answer";
    return {};
  }
  return *answer;
}

namespace {

std::vector<std::string> changed(std::vector<std::string> words, const std::string& flag,
                                 const std::string& value) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == flag) words[i + 1] = value;
  return words;
}

class Usage : public testing::Test {
 protected:
  /// Exit code and output of a start that must not succeed.
  void expect_refused(const std::vector<std::string>& words, const std::string& flag) {
    Process process(words);
    EXPECT_EQ(process.wait(), 254) << flag;
    EXPECT_THAT(process.output(), HasSubstr(flag));
  }
  std::vector<std::string> with(const std::string& flag, const std::string& value) const {
    std::vector<std::string> words = sound;
    words.push_back(flag);
    words.push_back(value);
    return words;
  }

  Folder folder;
  std::vector<std::string> sound{"--node",         "n1",
                                 "--peers",        "n1=127.0.0.1:1,n2=127.0.0.1:2,n3=127.0.0.1:3",
                                 "--listen-http",  "127.0.0.1:0",
                                 "--listen-peers", "127.0.0.1:0",
                                 "--data",         folder.path().string()};
};

TEST_F(Usage, a_wrong_flag_ends_with_254_and_its_name) {
  expect_refused(changed(sound, "--node", "n9"), "--node");
  expect_refused(changed(sound, "--peers", "n1=127.0.0.1:1,n1=127.0.0.1:2"), "--peers");
  expect_refused(changed(sound, "--peers", "n1"), "--peers");
  expect_refused(changed(sound, "--listen-http", "somewhere"), "--listen-http");
  expect_refused(changed(sound, "--listen-peers", "127.0.0.1:70000"), "--listen-peers");
  expect_refused(with("--r", "4"), "--r");
  expect_refused(with("--n", "many"), "--n");
  expect_refused(with("--conflict", "coin"), "--conflict");
  expect_refused(with("--bug", "no_such_bug"), "--bug");
  expect_refused(with("--colour", "red"), "--colour");
  expect_refused({"--node", "n1"}, "--peers");
}

TEST_F(Usage, help_lists_every_knob) {
  Process process({"--help"});
  EXPECT_EQ(process.wait(), 0);
  EXPECT_THAT(process.output(),
              AllOf(HasSubstr("--max_siblings"), HasSubstr("siblings | lww"), HasSubstr("--bug")));
}

TEST_F(Usage, says_ready_with_its_addresses_and_ends_cleanly_on_sigterm) {
  Process process(sound);
  ASSERT_TRUE(process.wait_for_line(" ready n1 http 127.0.0.1:"));
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 0);
  EXPECT_THAT(process.output(), HasSubstr(" stop n1"));
}

TEST_F(Usage, a_folder_in_use_or_a_port_in_use_is_an_error_of_the_environment) {
  Process first(sound);
  ASSERT_TRUE(first.wait_for_line(" ready "));
  Process same_folder(sound);
  EXPECT_EQ(same_folder.wait(), 255);
  EXPECT_THAT(same_folder.output(), HasSubstr(folder.path().string()));
  boost::asio::io_context io;
  const tcp::acceptor taken(io, {boost::asio::ip::address_v4::loopback(), 0});
  const auto address = fmt::format("127.0.0.1:{}", taken.local_endpoint().port());
  Process same_port(
      changed(changed(sound, "--data", (folder.path() / "other").string()), "--listen-http", address));
  EXPECT_EQ(same_port.wait(), 255);
  EXPECT_THAT(same_port.output(), HasSubstr(address));
}

/// Writes beyond a file size fail with EFBIG, as they do on a full disk with ENOSPC.
void limit_files(const Process& process, rlim_t bytes) {
  rlimit limit{};
  ASSERT_EQ(::prlimit(process.pid(), RLIMIT_FSIZE, nullptr, &limit), 0);
  limit.rlim_cur = bytes;
  ASSERT_EQ(::prlimit(process.pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
}

TEST(FullDisk, leaves_a_node_that_answers_reads_and_takes_writes_again_by_itself_when_there_is_room) {
  for (const std::string fsync : {"always", "interval", "never"}) {
    Cluster cluster(1, {"--n", "1", "--r", "1", "--w", "1", "--fsync", fsync});
    ASSERT_EQ(cluster.ask(0, "PUT", "/kv/before", R"({"value":1})").status, 200U);
    limit_files(cluster.process(0), 4096);
    const std::string large = "{\"value\":\"" + std::string(9000, 'v') + "\"}";
    const auto unfinished = cluster.ask(0, "PUT", "/kv/unfinished", large);
    EXPECT_EQ(unfinished.status, 504U);
    EXPECT_EQ(unfinished.body.at("error").at("kind"), "unknown-outcome");
    const auto refused = cluster.ask(0, "PUT", "/kv/refused", R"({"value":2})");
    EXPECT_EQ(refused.status, 503U);
    EXPECT_EQ(refused.body.at("error").at("kind"), "read-only");
    EXPECT_EQ(cluster.ask(0, "GET", "/kv/before").body.at("values"), nlohmann::json({1}));
    EXPECT_EQ(cluster.ask(0, "GET", "/status").body.at("read_only"), true);
    limit_files(cluster.process(0), RLIM_INFINITY);
    const auto deadline = Clock::now() + patience;
    while (cluster.ask(0, "GET", "/status").body.at("read_only") == true)
      ASSERT_LT(Clock::now(), deadline) << fsync;
    EXPECT_EQ(cluster.ask(0, "PUT", "/kv/after", large).status, 200U);
    cluster.process(0).signal(SIGKILL);
    cluster.process(0).wait();
    cluster.start(0);
    EXPECT_EQ(cluster.ask(0, "GET", "/kv/before").body.at("values"), nlohmann::json({1}));
    EXPECT_EQ(cluster.ask(0, "GET", "/kv/after").status, 200U);
    EXPECT_EQ(cluster.ask(0, "GET", "/kv/refused").status, 404U);
  }
}

}  // namespace
}  // namespace fracas::store
