// The network as one TCP proxy per directed pair: each node is told the proxy's address instead of its
// peer's. Links between nodes carry messages one way (a node answers over its own connection), so a directed
// rule is one proxy; a client's connection carries both ways, and each way obeys its own link.
//
// What a blocked link does: bytes are neither read nor written (they wait, in order, in the kernel's buffers,
// which push back on the sender when they are full), and no end learns that the other is gone. Whoever
// connects finds a connection on which nothing is answered; when the block ends it is connected to the
// upstream, unless it gave up meanwhile. A dead upstream: the connection is reset before anything is read
// from it.
//
// Limits: 1,024 connections a proxy (more wait in the kernel's backlog). Single-threaded: use it from
// callbacks of its io_context only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "nemesis/limited.h"

namespace fracas::nemesis {

class ProxyNetwork : public LinksOnly {
 public:
  explicit ProxyNetwork(boost::asio::io_context&);
  ~ProxyNetwork() override;

  /// Listens on a free loopback port for `from` and forwards to 127.0.0.1:upstream_port of `to`. Returns the
  /// port.
  boost::system::result<std::uint16_t, std::string> open_link(const std::string& from, const std::string& to,
                                                              std::uint16_t upstream_port);
  void close();

  void block(const std::string& from, const std::string& to) override;
  void unblock(const std::string& from, const std::string& to) override;
  LinkCounters counters(const std::string& from, const std::string& to) const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fracas::nemesis
