// What a client that coordinates itself asks one node: its copy of a key, to make a dot on that copy
// (siblings only: a client has no dots of its own, for nobody would know how far it had counted), or to merge
// a state. Nobody else is asked, and nothing is kept for homes that miss it: all that is the client's
// business (client_coordinator.h). Who coordinates is trusted like a node: it can merge any state.
#pragma once

#include "store/request.h"
#include "store/writes.h"

namespace fracas::store {

void answer_copy_request(Step&, Shared&, Writes&, const ClientRequest&, const Origin&);

}  // namespace fracas::store
