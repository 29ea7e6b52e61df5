// The proxies with real sockets: what a blocked link keeps, what it lets pass, and what it counts.
#include "nemesis/network/proxy_network.h"

#include <gtest/gtest.h>

#include "socket_peer.h"

namespace fracas::nemesis {
namespace {

const std::string kFrom = std::string(kClients);

class ProxyNetworkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto opened = network.open_link(kFrom, "n1", server.port());
    ASSERT_TRUE(opened) << opened.error();
    port = *opened;
  }
  void TearDown() override {
    network.close();
    context.restart();
    context.poll();
  }

  bool until(const std::function<bool()>& condition) { return run_until(context, condition); }
  /// A client whose connection has reached the server.
  PeerPtr connected() {
    const std::size_t before = server.peers.size();
    PeerPtr client = connect(context, port);
    EXPECT_TRUE(until([&] { return server.peers.size() == before + 1; }));
    return client;
  }
  LinkCounters there() { return network.counters(kFrom, "n1"); }
  LinkCounters back() { return network.counters("n1", kFrom); }
  void block_both() {
    network.block(kFrom, "n1");
    network.block("n1", kFrom);
  }
  void unblock_both() {
    network.unblock(kFrom, "n1");
    network.unblock("n1", kFrom);
  }

  boost::asio::io_context context;
  Server server{context};
  ProxyNetwork network{context};
  std::uint16_t port = 0;
};

TEST_F(ProxyNetworkTest, BytesPassBothWaysAndAreCounted) {
  const PeerPtr client = connected();
  client->send("request");
  ASSERT_TRUE(until([&] { return server.peers[0]->received == "request"; }));
  server.peers[0]->send("a longer answer");
  ASSERT_TRUE(until([&] { return client->received == "a longer answer"; }));
  EXPECT_EQ(there().bytes_passed, 7U);
  EXPECT_EQ(back().bytes_passed, 15U);
  EXPECT_EQ(there().bytes_held + there().connections_cut + there().connections_refused, 0U);
}

TEST_F(ProxyNetworkTest, ABlockedDirectionHoldsItsBytesAndTheOtherGoesOn) {
  const PeerPtr client = connected();
  network.block(kFrom, "n1");
  client->send("held");
  ASSERT_TRUE(until([&] { return there().bytes_held == 4; }));
  server.peers[0]->send("passes");
  ASSERT_TRUE(until([&] { return client->received == "passes"; }));
  EXPECT_EQ(server.peers[0]->received, "");
  EXPECT_EQ(there().connections_cut, 1U);
  EXPECT_EQ(back().connections_cut, 0U);

  network.unblock(kFrom, "n1");
  ASSERT_TRUE(until([&] { return server.peers[0]->received == "held"; }));
  EXPECT_EQ(there().bytes_held, 4U);
}

TEST_F(ProxyNetworkTest, AnswersCanBeHeldWhileRequestsArrive) {
  const PeerPtr client = connected();
  client->send("1");
  ASSERT_TRUE(until([&] { return server.peers[0]->received == "1"; }));
  server.peers[0]->send("one");
  ASSERT_TRUE(until([&] { return client->received == "one"; }));
  network.block("n1", kFrom);
  client->send("2");
  ASSERT_TRUE(until([&] { return server.peers[0]->received == "12"; }));
  server.peers[0]->send("two");
  ASSERT_TRUE(until([&] { return back().bytes_held == 3; }));
  EXPECT_EQ(client->received, "one");
  EXPECT_EQ(back().connections_cut, 1U);

  network.unblock("n1", kFrom);
  EXPECT_TRUE(until([&] { return client->received == "onetwo"; }));
}

TEST_F(ProxyNetworkTest, HeldBytesArriveInOrderBeforeLaterOnes) {
  const PeerPtr client = connected();
  std::string expected;
  std::uint64_t held = 0;
  for (int round = 0; round < 3; ++round) {
    network.block(kFrom, "n1");
    for (int i = 0; i < 1000; ++i) {
      const std::string text = std::to_string(round) + "." + std::to_string(i) + " ";
      expected += text;
      held += text.size();
    }
    client->send(expected.substr(expected.size() - (held - there().bytes_held)));
    ASSERT_TRUE(until([&] { return there().bytes_held == held; }));
    network.unblock(kFrom, "n1");
    client->send("|");
    expected += "|";
    ASSERT_TRUE(until([&] { return server.peers[0]->received.size() == expected.size(); }));
  }
  EXPECT_EQ(server.peers[0]->received, expected);
}

TEST_F(ProxyNetworkTest, OverlappingBlocksCountAndTheLastToGoOpensTheLink) {
  const PeerPtr client = connected();
  network.block(kFrom, "n1");
  client->send("abc");
  ASSERT_TRUE(until([&] { return there().bytes_held == 3; }));
  network.block(kFrom, "n1");
  EXPECT_EQ(there().connections_cut, 1U) << "the second block found nothing alive";
  network.unblock(kFrom, "n1");
  client->send("de");
  ASSERT_TRUE(until([&] { return there().bytes_held == 5; }));
  EXPECT_EQ(server.peers[0]->received, "");
  network.unblock(kFrom, "n1");
  ASSERT_TRUE(until([&] { return server.peers[0]->received == "abcde"; }));
  EXPECT_EQ(there().bytes_held, 5U);
}

TEST_F(ProxyNetworkTest, AnAttemptDuringABlockIsCountedAndReachesTheServerAfterIt) {
  network.block(kFrom, "n1");
  const PeerPtr client = connect(context, port);
  client->send("hello");
  ASSERT_TRUE(until([&] { return there().connections_refused == 1 && there().bytes_held == 5; }));
  EXPECT_TRUE(server.peers.empty());
  EXPECT_FALSE(client->ended) << "silence, not a refusal";

  network.unblock(kFrom, "n1");
  ASSERT_TRUE(until([&] { return server.peers.size() == 1 && server.peers[0]->received == "hello"; }));
  server.peers[0]->send("welcome");
  EXPECT_TRUE(until([&] { return client->received == "welcome"; }));
}

TEST_F(ProxyNetworkTest, WhoGaveUpDuringABlockNeverReachesTheServer) {
  network.block(kFrom, "n1");
  const PeerPtr impatient = connect(context, port);
  impatient->send("too late");
  ASSERT_TRUE(until([&] { return there().bytes_held == 8; }));
  impatient->close();
  const PeerPtr patient = connect(context, port);
  patient->send("still here");
  ASSERT_TRUE(until([&] { return there().connections_refused == 2 && there().bytes_held == 18; }));
  network.unblock(kFrom, "n1");
  ASSERT_TRUE(until([&] { return server.peers.size() == 1 && server.peers[0]->received == "still here"; }));
  const PeerPtr later = connected();
  EXPECT_EQ(server.peers.size(), 2U) << "the patient one and the later one";
}

TEST_F(ProxyNetworkTest, ADeadUpstreamResetsTheConnection) {
  std::uint16_t dead = 0;
  { dead = Server(context).port(); }
  const auto opened = network.open_link(kFrom, "n2", dead);
  ASSERT_TRUE(opened);
  const PeerPtr client = connect(context, *opened);
  ASSERT_TRUE(until([&] { return client->ended; }));
  EXPECT_TRUE(client->reset);
  EXPECT_EQ(network.counters(kFrom, "n2").connections_refused, 0U) << "no rule refused it";
}

TEST_F(ProxyNetworkTest, AServerThatComesBackIsReachedAgain) {
  std::uint16_t upstream = 0;
  { upstream = Server(context).port(); }
  const auto opened = network.open_link(kFrom, "n2", upstream);
  ASSERT_TRUE(opened);
  const PeerPtr refused = connect(context, *opened);
  ASSERT_TRUE(until([&] { return refused->reset; }));

  tcp::acceptor restarted(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), upstream));
  const PeerPtr client = connect(context, *opened);
  client->send("again");
  PeerPtr peer;
  restarted.async_accept([&](auto error, tcp::socket socket) {
    ASSERT_FALSE(error);
    peer = std::make_shared<Peer>(std::move(socket));
    peer->read();
  });
  EXPECT_TRUE(until([&] { return peer && peer->received == "again"; }));
}

TEST_F(ProxyNetworkTest, TheEndOfTheServerReachesTheClient) {
  const PeerPtr client = connected();
  server.peers[0]->send("bye");
  ASSERT_TRUE(until([&] { return server.peers[0]->sent == 3; }));
  server.peers[0]->close();
  ASSERT_TRUE(until([&] { return client->ended; }));
  EXPECT_EQ(client->received, "bye");
  EXPECT_FALSE(client->reset);
}

TEST_F(ProxyNetworkTest, AHalfClosedConnectionStillCarriesTheAnswer) {
  const PeerPtr client = connected();
  client->send("question");
  ASSERT_TRUE(until([&] { return client->sent == 8; }));
  client->finish_sending();
  ASSERT_TRUE(until([&] { return server.peers[0]->ended; }));
  EXPECT_EQ(server.peers[0]->received, "question");
  server.peers[0]->send("answer");
  ASSERT_TRUE(until([&] { return client->received == "answer"; }));
  server.peers[0]->finish_sending();
  EXPECT_TRUE(until([&] { return client->ended && !client->reset; }));
}

TEST_F(ProxyNetworkTest, TheDeathOfTheServerIsNotNewsAcrossABlock) {
  const PeerPtr client = connected();
  block_both();
  server.peers[0]->close();
  server.peers.clear();
  const PeerPtr marker = connect(context, port);  // an attempt that comes in after the death
  ASSERT_TRUE(until([&] { return there().connections_refused == 1; }));
  EXPECT_FALSE(client->ended);
  unblock_both();
  EXPECT_TRUE(until([&] { return client->ended; }));
}

TEST_F(ProxyNetworkTest, AResetLearntOfWhileTheWayBackIsBlockedTravelsAfterTheHeal) {
  const PeerPtr client = connected();
  network.block("n1", kFrom);
  server.peers[0]->send("unread by the client");
  ASSERT_TRUE(until([&] { return server.peers[0]->sent > 0; }));
  client->send("unread by the server");
  server.reads = false;
  server.peers[0]
      ->close();  // what the client sends on meets a closed socket: a reset comes back to the proxy
  client->send("more");
  const PeerPtr marker = connect(context, port);  // requests still arrive
  ASSERT_TRUE(until([&] { return server.peers.size() == 2 && client->sent == 24; }));
  EXPECT_FALSE(client->ended);
  network.unblock("n1", kFrom);
  EXPECT_TRUE(until([&] { return client->ended; }));
}

TEST_F(ProxyNetworkTest, ASinkThatDoesNotReadPushesBackOnTheSender) {
  server.reads = false;
  const PeerPtr client = connected();
  constexpr std::size_t kMuch = 64 << 20;  // far beyond what the kernel's and the proxy's buffers hold
  client->send(std::string(kMuch, 'x'));
  std::uint64_t passed = 0;
  // Standing still: a while of waiting for events brings no more bytes.
  ASSERT_TRUE(until([&] {
    const std::uint64_t before = std::exchange(passed, there().bytes_passed);
    return before > 0 && before == passed && context.run_one_for(std::chrono::milliseconds(100)) == 0;
  }));
  EXPECT_LT(passed, kMuch);
  EXPECT_EQ(client->sent, 0U) << "the sender is still at it";
  server.peers[0]->read();
  ASSERT_TRUE(until([&] { return server.peers[0]->received.size() == kMuch; }));
  EXPECT_EQ(there().bytes_passed, kMuch);
}

TEST_F(ProxyNetworkTest, ABlockedLinkDoesNotTakeMoreThanTheKernelBuffers) {
  const PeerPtr client = connected();
  network.block(kFrom, "n1");
  constexpr std::size_t kMuch = 64 << 20;
  client->send(std::string(kMuch, 'x'));
  std::uint64_t held = 0;
  ASSERT_TRUE(until([&] {
    const std::uint64_t before = std::exchange(held, there().bytes_held);
    return before > 0 && before == held && context.run_one_for(std::chrono::milliseconds(100)) == 0;
  }));
  EXPECT_LT(held, kMuch);
  network.unblock(kFrom, "n1");
  EXPECT_TRUE(until([&] { return server.peers[0]->received.size() == kMuch; }));
}

TEST_F(ProxyNetworkTest, AnIdleBlockedNetworkRunsNoCallbacks) {
  const PeerPtr client = connected();
  const PeerPtr second = connected();
  block_both();
  client->send("x");
  server.peers[1]->send("y");
  ASSERT_TRUE(until([&] { return there().bytes_held == 1 && server.peers[1]->sent == 1; }));
  context.restart();
  while (context.poll_one() > 0) {
  }
  EXPECT_EQ(context.run_for(std::chrono::milliseconds(50)), 0U)
      << "a busy loop would run callbacks all the time";
}

TEST_F(ProxyNetworkTest, LinksBetweenNodesAreRuledApart) {
  Server other(context);
  const auto forth = network.open_link("n1", "n2", server.port());
  const auto reverse = network.open_link("n2", "n1", other.port());
  ASSERT_TRUE(forth && reverse);
  const PeerPtr n1 = connect(context, *forth);
  const PeerPtr n2 = connect(context, *reverse);
  ASSERT_TRUE(until([&] { return server.peers.size() == 1 && other.peers.size() == 1; }));
  network.block("n1", "n2");
  n1->send("held");
  n2->send("passes");
  ASSERT_TRUE(until([&] { return other.peers[0]->received == "passes"; }));
  ASSERT_TRUE(until([&] { return network.counters("n1", "n2").bytes_held == 4; }));
  EXPECT_EQ(server.peers[0]->received, "");
  EXPECT_EQ(network.counters("n1", "n2").connections_cut, 1U)
      << "the connection of n2, on which n1 never sent anything, loses nothing";
  network.unblock("n1", "n2");
  EXPECT_TRUE(until([&] { return server.peers[0]->received == "held"; }));
}

TEST_F(ProxyNetworkTest, LinksWithoutAProxyCanBeRuledAndShowZero) {
  network.block("n7", "n8");
  network.unblock("n7", "n8");
  EXPECT_EQ(network.counters("n7", "n8").connections_cut, 0U);
  EXPECT_EQ(network.counters("n8", "n9").bytes_passed, 0U);
}

TEST_F(ProxyNetworkTest, ClosingInTheMiddleOfABlockLeavesNothingBehind) {
  const PeerPtr open = connected();
  network.block(kFrom, "n1");
  const PeerPtr held = connect(context, port);
  open->send("lost");
  ASSERT_TRUE(until([&] { return there().connections_refused == 1 && there().bytes_held == 4; }));
  network.close();
  EXPECT_EQ(there().bytes_held, 4U) << "the counters outlive the connections";
  EXPECT_TRUE(until([&] { return open->ended && held->ended; }));
  boost::system::error_code error;
  tcp::socket late(context);
  late.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), port), error);
  EXPECT_EQ(error, boost::asio::error::connection_refused);
}

TEST(ProxyNetworkLifetime, TheContextMayOutliveOrDieWithOpenConnections) {
  boost::asio::io_context context;
  Server server(context);
  PeerPtr client;
  {
    ProxyNetwork network(context);
    const auto port = network.open_link("n1", "n2", server.port());
    ASSERT_TRUE(port);
    client = connect(context, *port);
    ASSERT_TRUE(run_until(context, [&] { return server.peers.size() == 1; }));
  }
  EXPECT_TRUE(run_until(context, [&] { return client->ended; }));
}

}  // namespace
}  // namespace fracas::nemesis
