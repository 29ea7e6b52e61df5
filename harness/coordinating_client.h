// What a session's requests go through when the client coordinates itself (coordinator = client): the store's
// pure ClientCoordinator, its questions sent to nodes as calls of the world, its clock the world's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/world.h"
#include "store/client_coordinator.h"

namespace fracas::harness {

class CoordinatingClient {
 public:
  /// `client` and `seed` decide who it is in the stamps that it makes.
  CoordinatingClient(World&, const store::Config&, int client, std::uint64_t seed);

  /// As World::call(), of the whole cluster. `first`: the node that is to make the dot, if it is a home.
  void call(const std::string& first, const TargetRequest&, std::function<void(TargetResponse)> done);
  /// No question is open: nothing that it began can still change a copy.
  bool idle() const { return coordinator_.open() == 0; }

 private:
  void perform(std::vector<store::ClientEffect>);
  void ask(store::AskHome);
  void answer(store::ReplyToClient);

  World& world_;
  int client_;
  std::vector<std::string> names_;
  store::ClientCoordinator coordinator_;
  store::RequestId last_id_ = 0;
  std::map<store::RequestId, std::function<void(TargetResponse)>> waiting_;
};

}  // namespace fracas::harness
