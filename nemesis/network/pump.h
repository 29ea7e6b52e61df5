// One direction of a proxied connection: moves bytes from one socket to the other while its link lets them
// pass. It never waits; it says what has to be waited for.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "nemesis/network/link.h"

namespace fracas::nemesis {

/// What is read in one go. One for all pumps: only what the sink would not take is kept, by the pump.
using Scratch = std::array<char, 65536>;

class Pump {
 public:
  using Socket = boost::asio::ip::tcp::socket;

  enum class State {
    needs_source,  ///< to become readable
    needs_sink,    ///< to become writable
    busy,          ///< there is more to do: come again after the others had their turn
    silenced,      ///< the link is blocked
    finished,      ///< the source ended and the sink was told so
    source_gone,   ///< it was reset
    sink_gone,
  };

  /// Both sockets are non-blocking and outlive the pump.
  Pump(Socket& source, Socket& sink, LinkPtr link) : source_(source), sink_(sink), link_(std::move(link)) {}

  State move(Scratch&);

  /// Bytes that have arrived and not been passed on.
  std::uint64_t held() const;
  bool finished() const { return finished_; }
  bool has_carried() const { return carried_; }
  const LinkPtr& link() const { return link_; }
  Socket& source() { return source_; }
  Socket& sink() { return sink_; }

  /// A wait is under way; whoever started it takes this back.
  bool waiting = false;

 private:
  enum class Sent { all, some, failed };
  Sent send(const char* bytes, std::size_t size);
  State finish();

  Socket& source_;
  Socket& sink_;
  LinkPtr link_;
  std::string kept_;  ///< read, and not taken by the sink yet; at most one Scratch
  bool carried_ = false;
  bool finished_ = false;
};

}  // namespace fracas::nemesis
