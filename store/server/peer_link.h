// The way to one peer: one connection that carries only messages from us to it, opened when the first message
// wants it. Messages of one turn of the loop go out in one write. What certainly did not go out is handed
// back as SendFailed; what was written into a link that is silently cut waits in the kernel, as it would
// between machines.
//
// A connection begins with one line, "fracas-peer 1 NAME INCARNATION\n"; frames (wire.h) follow. Nothing ever
// comes back on it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/node.h"
#include "store/server/sockets.h"

namespace fracas::store {

/// Who speaks.
struct PeerIdentity {
  NodeIndex self = 0;
  std::vector<std::string> names;  ///< of all nodes, by index
  std::uint64_t cluster = 0;       ///< cluster_id()
  std::string incarnation;         ///< for the peer's log
};

struct PeerLinkLimits {
  std::size_t queue_bytes = std::size_t{64} << 20;
  std::size_t queue_messages = 100'000;
  std::chrono::milliseconds first_backoff{50};  ///< doubles with each failure
  std::chrono::milliseconds last_backoff{500};
  std::chrono::milliseconds connect_timeout{1000};
};

struct PeerLinkCounters {
  std::uint64_t sent = 0;    ///< messages handed to the kernel
  std::uint64_t failed = 0;  ///< handed back
  std::uint64_t writes = 0;
  std::size_t queued_bytes = 0;
  bool up = false;
};

class PeerLink {
 public:
  /// `failed` is always called from the loop, never from inside send().
  PeerLink(boost::asio::io_context&, const PeerIdentity&, NodeIndex peer, Tcp::endpoint,
           std::function<void(SendFailed)> failed, PeerLinkLimits = {});
  ~PeerLink();
  PeerLink(const PeerLink&) = delete;
  PeerLink& operator=(const PeerLink&) = delete;

  void send(Message);
  PeerLinkCounters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fracas::store
