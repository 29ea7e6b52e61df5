#include "nemesis/network/proxy_network.h"

#include <cassert>
#include <map>
#include <utility>
#include <vector>

#include "nemesis/network/listener.h"

namespace fracas::nemesis {

struct ProxyNetwork::Impl {
  boost::asio::io_context& context;
  std::map<std::pair<std::string, std::string>, LinkPtr> links;
  std::vector<std::shared_ptr<Listener>> listeners;

  LinkPtr link(const std::string& from, const std::string& to) {
    LinkPtr& found = links[{from, to}];
    if (!found) found = std::make_shared<Link>();
    return found;
  }

  std::uint64_t held_on(const LinkPtr& link) const {
    std::uint64_t bytes = 0;
    for (const auto& listener : listeners) {
      for (const auto& connection : listener->connections()) bytes += connection->held_on(link);
    }
    return bytes;
  }
};

ProxyNetwork::ProxyNetwork(boost::asio::io_context& context)
    : impl_(new Impl{.context = context, .links = {}, .listeners = {}}) {}

ProxyNetwork::~ProxyNetwork() { close(); }

boost::system::result<std::uint16_t, std::string> ProxyNetwork::open_link(const std::string& from,
                                                                          const std::string& to,
                                                                          std::uint16_t upstream_port) {
  auto listener =
      std::make_shared<Listener>(impl_->context, impl_->link(from, to), impl_->link(to, from), upstream_port);
  auto port = listener->open();
  if (port) impl_->listeners.push_back(std::move(listener));
  return port;
}

void ProxyNetwork::close() {
  for (const auto& listener : impl_->listeners) listener->close();
  impl_->listeners.clear();
}

void ProxyNetwork::block(const std::string& from, const std::string& to) {
  const LinkPtr link = impl_->link(from, to);
  if (link->blocks++ > 0) return;
  for (const auto& listener : impl_->listeners) {
    for (const auto& connection : listener->connections()) {
      if (connection->is_alive_on(link)) ++link->counters.connections_cut;
    }
  }
}

void ProxyNetwork::unblock(const std::string& from, const std::string& to) {
  const LinkPtr link = impl_->link(from, to);
  assert(link->blocks > 0);
  if (link->blocks > 1) {
    --link->blocks;
    return;
  }
  link->counters.bytes_held += impl_->held_on(link);
  link->blocks = 0;
  for (const auto& listener : impl_->listeners) {
    for (const auto& connection : listener->connections()) connection->unblocked();
  }
}

LinkCounters ProxyNetwork::counters(const std::string& from, const std::string& to) const {
  const auto found = impl_->links.find({from, to});
  if (found == impl_->links.end()) return {};
  LinkCounters counters = found->second->counters;
  if (found->second->blocked()) counters.bytes_held += impl_->held_on(found->second);
  return counters;
}

}  // namespace fracas::nemesis
