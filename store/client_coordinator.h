// A client that coordinates its own requests (coordinator = client), as those of Voldemort and the
// partition-aware ones of Dynamo do: it knows the ring, asks the n homes of a key for their copies and waits
// for r, sends writes to them and waits for w, merges and repairs. One hop less than through a node, at the
// price that nobody is left to keep a hint when it goes. Pure; whoever drives it sends the questions and
// tells it what came of each (harness/coordinating_client.h does).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/client_operation.h"
#include "store/client_reads.h"
#include "store/client_writes.h"

namespace fracas::store {

class ClientCoordinator {
 public:
  /// Operations and questions at a time, those included whose late answers are still awaited.
  static constexpr std::size_t max_open = 10'000;

  /// `client`: below 2^15, one of its own for each client of a cluster; `random`: fresh for each incarnation
  /// of the client, for stamps of its own must not come twice.
  ClientCoordinator(const Config&, std::vector<std::string> names, NodeIndex client,
                    const std::array<std::uint8_t, 16>& random);
  ClientCoordinator(const ClientCoordinator&) = delete;
  ClientCoordinator& operator=(const ClientCoordinator&) = delete;

  /// A request as a node would get it; its id must be new. `first`: the node that is to make the dot, if it
  /// is a home. The one answer carries the id.
  void begin(std::int64_t now_ns, ClientRequest, std::optional<NodeIndex> first, std::vector<ClientEffect>&);
  /// Once for each question, at the latest when its timeout is over.
  void told(std::int64_t now_ns, QuestionId, const HomeAnswer&, std::vector<ClientEffect>&);

  /// Operations and questions.
  std::size_t open() const { return reads_.open() + writes_.open() + shared_.questions.size(); }

 private:
  ClientShared shared_;
  ClientReads reads_;
  ClientWrites writes_;
};

}  // namespace fracas::store
