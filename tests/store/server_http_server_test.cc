// Connections of clients on real sockets: keep-alive, limits, and clients that hang up.
#include "store/server/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace fracas::store {
namespace {

namespace asio = boost::asio;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Http : public testing::Test {
 protected:
  void serve(HttpLimits limits = {}) {
    auto acceptor = listen_on(io, {asio::ip::address_v4::loopback(), 0});
    ASSERT_TRUE(acceptor);
    endpoint = acceptor->local_endpoint();
    server = std::make_unique<HttpServer>(
        io, *std::move(acceptor), limits,
        HttpHandlers{.client = [this](ClientRequest request) { asked.push_back(std::move(request)); },
                     .inspect = [](const HttpRequest&, HttpAnswer& answer) { answer.body = "inspected\n"; },
                     .change_ring = [this](ChangeRing change) { changes.push_back(std::move(change)); }});
    server->start();
  }
  void answer(const ClientRequest& request, const std::string& value) {
    ReplyToClient reply;
    reply.id = request.id;
    reply.values = {value};
    server->answer(reply);
  }

  /// A client whose answers gather in a string.
  struct Client {
    explicit Client(Http& test) : test_(test), socket(test.io.get_executor()) {
      socket.connect(test.endpoint);
      read();
    }
    void write(const std::string& bytes) { asio::write(socket, asio::buffer(bytes)); }
    void read() {
      socket.async_read_some(asio::buffer(chunk),
                             [this](const boost::system::error_code& error, std::size_t bytes) {
                               text.append(chunk.data(), bytes);
                               if (error)
                                 closed = true;
                               else
                                 read();
                             });
    }
    ~Client() {
      boost::system::error_code ignored;
      socket.close(ignored);
      test_.run_until([this] { return closed; });
    }
    Http& test_;
    Socket socket;
    std::array<char, 4096> chunk{};
    std::string text;
    bool closed = false;
  };

  template <typename Condition>
  void run_until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      if (io.run_one_for(std::chrono::milliseconds{20}) == 0) io.restart();
    }
  }
  double metric(const std::string& name) const { return server->metrics().at(name); }

  asio::io_context io;
  Tcp::endpoint endpoint;
  std::unique_ptr<HttpServer> server;
  std::vector<ClientRequest> asked;
  std::vector<ChangeRing> changes;
};

TEST_F(Http, one_connection_serves_one_request_after_another) {
  serve();
  Client client(*this);
  for (int i = 0; i < 3; ++i) {
    client.text.clear();
    client.write("GET /kv/k" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\nx-fracas-CONTEXT: tok\r\n\r\n");
    run_until([&] { return asked.size() == static_cast<std::size_t>(i) + 1; });
    EXPECT_EQ(asked.back().key, "k" + std::to_string(i));
    EXPECT_EQ(asked.back().context, "tok");
    answer(asked.back(), std::to_string(i));
    run_until([&] { return client.text.ends_with("}\n"); });
    EXPECT_THAT(client.text,
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("{\"values\":[" + std::to_string(i))));
  }
  EXPECT_EQ(metric("fracas_http_connections"), 1);
}

TEST_F(Http, requests_may_come_in_pieces_and_close_the_connection) {
  serve();
  Client client(*this);
  const std::string request =
      "PUT /kv/k HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 11\r\n\r\n{\"value\":1}";
  for (const char byte : request) {
    client.write(std::string(1, byte));
    io.poll();
    io.restart();
  }
  run_until([&] { return !asked.empty(); });
  EXPECT_EQ(asked[0].value, "1");
  answer(asked[0], "1");
  run_until([&] { return client.closed; });
  EXPECT_THAT(client.text, HasSubstr("Connection: close\r\n"));
}

TEST_F(Http, a_second_request_waits_for_the_answer_to_the_first) {
  serve();
  Client client(*this);
  const std::string get = "GET /kv/k HTTP/1.1\r\nHost: h\r\n\r\n";
  client.write(get + get + "GET /status HTTP/1.1\r\nHost: h\r\n\r\n");
  run_until([&] { return asked.size() == 1; });
  answer(asked[0], "1");
  run_until([&] { return asked.size() == 2; });
  answer(asked[1], "2");
  run_until([&] { return client.text.ends_with("inspected\n"); });
}

TEST_F(Http, a_change_of_the_ring_is_answered_when_it_is_agreed_on) {
  serve();
  Client client(*this);
  client.write("POST /ring?join=n6 HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  run_until([&] { return changes.size() == 1; });
  EXPECT_EQ(changes[0].node, "n6");
  ReplyToClient reply;
  reply.id = changes[0].id;
  reply.error = ClientError{ErrorKind::conflict, "", "n6 is a member already"};
  server->answer(reply);
  run_until([&] { return client.text.ends_with("}\n"); });
  EXPECT_TRUE(client.text.starts_with("HTTP/1.1 409 Conflict")) << client.text;
}

TEST_F(Http, a_client_that_hangs_up_changes_nothing) {
  serve();
  {
    Client client(*this);
    client.write("DELETE /kv/k HTTP/1.1\r\nHost: h\r\n\r\n");
    run_until([&] { return asked.size() == 1; });
  }
  answer(asked[0], "1");
  run_until([&] { return metric("fracas_http_connections") == 0; });
  Client next(*this);
  next.write("GET /status HTTP/1.1\r\nHost: h\r\n\r\n");
  run_until([&] { return next.text.ends_with("inspected\n"); });
}

TEST_F(Http, what_is_no_http_and_what_is_too_large_is_refused) {
  serve({.header_bytes = 2000, .value_bytes = 100});
  const auto refused = [&](const std::string& bytes) {
    Client client(*this);
    client.write(bytes);
    run_until([&] { return client.closed; });
    return client.text.substr(0, client.text.find('\r'));
  };
  EXPECT_EQ(refused("nonsense\r\n\r\n"), "HTTP/1.1 400 Bad Request");
  EXPECT_EQ(refused("GET /kv/" + std::string(4000, 'k')), "HTTP/1.1 431 Request Header Fields Too Large");
  EXPECT_EQ(refused("PUT /kv/k HTTP/1.1\r\nContent-Length: 999999\r\n\r\n"),
            "HTTP/1.1 413 Payload Too Large");
  EXPECT_TRUE(asked.empty());
}

TEST_F(Http, connections_over_the_limit_are_told_so) {
  serve({.connections = 1});
  Client first(*this);
  run_until([&] { return metric("fracas_http_connections") == 1; });
  Client second(*this);
  run_until([&] { return second.text.ends_with("}}\n"); });
  EXPECT_THAT(second.text, StartsWith("HTTP/1.1 503 "));
  first.write("GET /status HTTP/1.1\r\nHost: h\r\n\r\n");
  run_until([&] { return first.text.ends_with("inspected\n"); });
}

}  // namespace
}  // namespace fracas::store
