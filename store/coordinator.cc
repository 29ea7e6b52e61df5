#include "store/coordinator.h"

#include <algorithm>
#include <utility>

#include "store/copy_requests.h"

namespace fracas::store {

void Coordinator::request(Step& step, const ClientRequest& asked, const Origin& origin) {
  if (open() >= max_operations) {
    refuse(step, shared_, origin, asked.verb,
           {ErrorKind::overloaded, "",
            "over the limit of " + std::to_string(max_operations) + " requests in flight; nothing was done"});
    return;
  }
  if (asked.of_copy) return answer_copy_request(step, shared_, writes_, asked, origin);
  auto request = check_request(shared_, step.now(), asked, origin);
  if (!request) {
    refuse(step, shared_, origin, asked.verb, request.error());
    return;
  }
  const auto& homes = request->homes;
  const bool home = homes.contains(shared_.self());
  const bool somebody_home = std::any_of(
      homes.begin(), homes.end(), [this](NodeIndex node) { return !shared_.detector.believes_down(node); });
  const bool away = shared_.config().placement == Placement::sloppy && !somebody_home;
  if (request->verb == Verb::get) {
    reads_.begin(step, *std::move(request));
  } else if (shared_.config().stamp == StampSource::query) {
    if (auto ready = queries_.begin(step, *std::move(request))) writes_.begin(step, *std::move(ready));
  } else if (home || shared_.config().conflict == Conflict::lww) {
    writes_.begin(step, *std::move(request));
  } else if (!origin.forwarder && away) {
    writes_.begin(step, *std::move(request));
  } else if (!origin.forwarder) {
    writes_.not_away(request->key);
    forwards_.begin(step, *std::move(request));
  } else {
    refuse(step, shared_, origin, asked.verb,
           {ErrorKind::unavailable, "",
            shared_.name(shared_.self()) + " is no home of this key; nothing was written"});
  }
}

void Coordinator::stamp_told(Step& step, NodeIndex from, const StampReply& reply) {
  if (auto ready = queries_.replied(step, from, reply)) writes_.begin(step, *std::move(ready));
}

void Coordinator::ring_changed(Step& step) {
  reads_.ring_changed(step);
  writes_.ring_changed(step);
  forwards_.ring_changed();
  for (Request& ready : queries_.ring_changed(step)) writes_.begin(step, std::move(ready));
}

void Coordinator::forwarded(Step& step, NodeIndex from, const ForwardRequest& message) {
  const bool again = !takes_forward(from, message.operation);
  if (again) shared_.marks.reach(Mark::forward_repeated);
  if (again && !shared_.config().bugs.has(Bug::forward_coordinates_twice)) return;
  ClientRequest asked;
  asked.verb = message.remove ? Verb::remove : Verb::put;
  asked.key = message.key;
  asked.value = message.value;
  asked.context = message.context;
  asked.n = static_cast<int>(message.n);
  asked.w = static_cast<int>(message.w);
  asked.timeout_ns = message.timeout_ns;
  request(step, asked, Origin{.client = 0, .forwarder = std::pair(from, message.operation)});
}

}  // namespace fracas::store
