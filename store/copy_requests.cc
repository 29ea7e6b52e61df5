#include "store/copy_requests.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "store/context_token.h"
#include "store/describe.h"

namespace fracas::store {
namespace {

using Problem = std::optional<ClientError>;

ClientError bad(std::string field, const std::string& why) {
  std::string message = field + ": " + why;
  return {ErrorKind::bad_request, std::move(field), std::move(message)};
}

Problem check_place(const Shared& shared, const ClientRequest& asked) {
  if (shared.config().coordinator != Coordination::client)
    return bad("path", "this cluster has coordinator = node, and its nodes talk to each other alone");
  if (asked.key.empty() || asked.key.size() > max_key_bytes || !is_utf8(asked.key))
    return bad("key", "must be UTF-8, of 1 to " + std::to_string(max_key_bytes) + " bytes");
  if (asked.n || asked.r || asked.w || asked.repair || !asked.session.empty())
    return bad("path",
               "one copy takes no n, r, w, repair and session: the client minds them that coordinates");
  const auto homes = shared.ring.homes(asked.key, shared.config().n);
  if (homes.contains(shared.self())) return std::nullopt;
  return ClientError{ErrorKind::unavailable, "",
                     shared.name(shared.self()) + " is no home of this key; nothing was written"};
}

/// Of what a node would have made itself, it needs no check.
Problem check_values(const Config& config, const KeyState& state) {
  const auto too_large = [&](const Value& value) {
    return value && static_cast<std::int64_t>(value->size()) > config.max_value_bytes;
  };
  bool sound = true;
  if (const auto* cell = std::get_if<LwwCell>(&state)) {
    sound = !too_large(cell->value);
  } else {
    for (const auto& [actor, entry] : std::get<DvvSet>(state).entries())
      sound = sound && entry.n <= max_counter &&
              std::none_of(entry.values.begin(), entry.values.end(), too_large);
  }
  if (sound) return std::nullopt;
  return ClientError{ErrorKind::value_too_large, "state",
                     "state: a value is over max_value_bytes = " + get(config, "max_value_bytes") +
                         ", or a dot was counted too far"};
}

Problem check_stamp(Shared& shared, const Instant& now, const KeyState& state) {
  const auto* cell = std::get_if<LwwCell>(&state);
  if (cell == nullptr) return std::nullopt;
  const std::int64_t us = cell->stamp.wall_us;
  if (us < 0 || us > StampClock::max_us) return bad("state", "its stamp must be between 0 and 2^62");
  const Config& config = shared.config();
  if (config.stamp != StampSource::client || shared.stamps.may_follow(us, now.wall_us) ||
      config.bugs.has(Bug::future_ts_accepted))
    return std::nullopt;
  shared.marks.reach(Mark::stamp_from_the_future);
  return ClientError{ErrorKind::unavailable, "state",
                     "its stamp " + std::to_string(us) +
                         " is over max_clock_offset = " + get(config, "max_clock_offset") +
                         " ahead of the clock of " + shared.name(shared.self()) + "; nothing was written"};
}

/// Of a home that has lost state (rejoin.h): it merges what it is brought, and counts for nobody.
ClientError without_vote(Shared& shared, ErrorKind kind) {
  shared.marks.reach(Mark::copy_without_vote);
  return {kind, "", shared.name(shared.self()) + " has lost state and is catching up: it does not count"};
}

ReplyToClient describe(const Shared& shared, std::string_view key, const KeyState& state) {
  ReplyToClient reply;
  reply.values = live_values(state);
  if (const auto* set = std::get_if<DvvSet>(&state)) reply.context = make_token(key, set->join());
  reply.clock = clock_json(state, shared.options.names);
  reply.acks = 1;
  encode(state, reply.state);
  return reply;
}

Problem merge_state(Step& step, Shared& shared, const ClientRequest& asked, const Origin& origin) {
  auto state = decode_state(asked.state);
  if (!state || !shared.is_our_kind(*state))
    return bad("state", "is damaged, or of a cluster with another value of `conflict`");
  if (Problem wrong = check_values(shared.config(), *state)) return wrong;
  if (Problem wrong = check_stamp(shared, step.now(), *state)) return wrong;
  if (shared.read_only()) {
    shared.marks.reach(Mark::put_refused_read_only);
    return ClientError{ErrorKind::read_only, "",
                       "the disk of " + shared.name(shared.self()) + " takes no writes; nothing was written"};
  }
  shared.replica.merge(step, asked.key, *state);
  shared.marks.reach(Mark::copy_merged_for_client);
  if (!shared.votes(asked.key)) return without_vote(shared, ErrorKind::unknown_outcome);
  ReplyToClient reply;
  reply.acks = 1;
  answer(step, shared, origin, asked.verb, std::move(reply));
  return std::nullopt;
}

/// The put itself, on this home's copy: a write of which this is the only home.
Problem put_here(Step& step, Shared& shared, Writes& writes, const ClientRequest& asked, Origin origin) {
  if (shared.config().conflict == Conflict::lww)
    return bad("value", "under lww the client that coordinates makes the stamp: send a state");
  origin.of_copy = true;
  if (!shared.votes(asked.key)) return without_vote(shared, ErrorKind::unavailable);
  auto request = check_request(shared, step.now(), asked, origin);
  if (!request) return request.error();
  shared.marks.reach(Mark::dot_made_for_client);
  request->homes = Homes({shared.self()});
  request->wanted = 1;
  writes.begin(step, *std::move(request));
  return std::nullopt;
}

}  // namespace

void answer_copy_request(Step& step, Shared& shared, Writes& writes, const ClientRequest& asked,
                         const Origin& origin) {
  Problem wrong = check_place(shared, asked);
  const bool read = asked.verb == Verb::get;
  if (!wrong && read && !shared.votes(asked.key)) wrong = without_vote(shared, ErrorKind::unavailable);
  if (!wrong && read) {
    answer(step, shared, origin, asked.verb, describe(shared, asked.key, shared.replica.find(asked.key)));
    return;
  }
  if (!wrong && asked.verb == Verb::put && !asked.state.empty()) {
    wrong = merge_state(step, shared, asked, origin);
  } else if (!wrong) {
    wrong = put_here(step, shared, writes, asked, origin);
  }
  if (wrong) refuse(step, shared, origin, asked.verb, *std::move(wrong));
}

}  // namespace fracas::store
