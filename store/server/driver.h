// Drives a Machine with real clocks, timers and a disk: one thread runs the event loop and the node, a second
// one does nothing but synced writes, and, where the disk refused a write, tries whether it takes them again.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "store/node.h"
#include "store/server/storage.h"

namespace fracas::store {

/// What a process can tell without asking anybody.
Instant read_clocks();

/// Where the node's words go, and what to do when nothing is known of the disk any more: `broken` must end
/// the process.
struct DriverOutputs {
  std::function<void(SendToPeer)> send;
  std::function<void(ReplyToClient)> reply;
  std::function<void(const StorageError&)> broken;
};

class Driver {
 public:
  /// The storage has been loaded already; from here on it belongs to the driver's threads. A record that is
  /// none of this store's is an error.
  static boost::system::result<std::unique_ptr<Driver>, std::string> open(boost::asio::io_context&,
                                                                          NodeOptions, const Records&,
                                                                          Storage&, DriverOutputs);
  /// Waits for a synced write in progress. What the loop still has to run is this driver's: destroy it when
  /// the loop runs no more.
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  void start();
  /// On the loop's thread, and never from inside an output.
  void feed(const Event&);

  /// Until the next event: a disk that fails, or recovers, makes another one.
  const Node& node() const;
  /// The driver's own counters, beside the node's.
  Metrics metrics() const;

 private:
  class Impl;
  explicit Driver(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fracas::store
