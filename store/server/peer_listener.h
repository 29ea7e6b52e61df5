// The door for peers: incoming connections are only read. Each begins with its sender's line of introduction
// (peer_link.h), then frames; anything unsound closes it, with a line in the log.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>

#include "store/node.h"
#include "store/server/peer_link.h"
#include "store/server/sockets.h"

namespace fracas::store {

struct PeerListenerCounters {
  std::uint64_t received = 0;  ///< messages
  std::uint64_t unsound = 0;   ///< connections closed for what they sent
  std::size_t connections = 0;
};

class PeerListener {
 public:
  PeerListener(boost::asio::io_context&, Acceptor, const PeerIdentity&,
               std::function<void(FromPeer)> received);
  ~PeerListener();
  PeerListener(const PeerListener&) = delete;
  PeerListener& operator=(const PeerListener&) = delete;

  void start();
  PeerListenerCounters counters() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace fracas::store
