// One node as a process sees it: storage, node, driver, the two doors and the links to the peers, put
// together and run on one loop.
#pragma once

#include <boost/system/result.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/config.h"
#include "store/message.h"
#include "store/server/damaged_folder.h"
#include "store/server/sockets.h"

namespace fracas::store {

struct ServerOptions {
  Config config;  ///< checked
  NodeIndex self = 0;
  std::vector<std::string> names;    ///< of all nodes, the same order on every node
  std::vector<Tcp::endpoint> peers;  ///< where this node reaches each of them; the own one is not used
  Tcp::endpoint listen_http;         ///< port 0: any free one
  Tcp::endpoint listen_peers;
  std::string data;  ///< folder
  /// The disk failed: what was to be acknowledged must not be. Does not return.
  std::function<void(const StorageError&)> broken;
};

class Server {
 public:
  /// Opens the storage and listens; serves from run() on. The error says what failed and where.
  static boost::system::result<std::unique_ptr<Server>, std::string> open(ServerOptions, OpenedStorage);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  Tcp::endpoint http_endpoint() const;
  Tcp::endpoint peers_endpoint() const;

  /// Until stop().
  void run();
  /// From any thread or signal_set.
  void stop();
  boost::asio::io_context& loop();

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl>);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fracas::store
