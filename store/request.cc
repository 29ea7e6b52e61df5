#include "store/request.h"

#include <algorithm>

#include "store/context_token.h"
#include "store/describe.h"

namespace fracas::store {
namespace {

using Checked = boost::system::result<void, ClientError>;

constexpr std::int64_t ns_per_ms = 1'000'000;
constexpr std::int64_t max_timeout_ns = 60'000 * ns_per_ms;

ClientError bad(std::string field, const std::string& why) {
  std::string message = field + ": " + why;
  return {ErrorKind::bad_request, std::move(field), std::move(message)};
}

Checked check_key_and_value(const Config& config, const ClientRequest& request) {
  if (request.key.empty()) return bad("key", "must not be empty");
  if (request.key.size() > max_key_bytes) {
    return bad("key", "longer than the limit of " + std::to_string(max_key_bytes) + " bytes");
  }
  if (!is_utf8(request.key)) return bad("key", "must be UTF-8");
  if (request.verb != Verb::put) return {};
  if (request.value.empty()) return bad("value", "missing");
  if (static_cast<std::int64_t>(request.value.size()) > config.max_value_bytes) {
    return ClientError{
        ErrorKind::value_too_large, "value",
        "value: " + std::to_string(request.value.size()) +
            " bytes are over the limit max_value_bytes = " + std::to_string(config.max_value_bytes)};
  }
  return {};
}

Homes homes_of(const Shared& shared, std::string_view key, int n, bool read) {
  const int partition = partition_of(slot_of(key));
  const bool lost = read && partition == partitions - 1 && shared.config().bugs.has(Bug::token_wraparound);
  return shared.ring.homes(lost ? 0 : partition, n);
}

/// What bug n_shrinks_with_alive makes of a quorum.
void count_the_living_only(const Shared& shared, Request& request) {
  std::vector<NodeIndex> homes = request.homes.all();
  std::erase_if(homes, [&](NodeIndex home) { return shared.detector.believes_down(home); });
  request.homes = Homes(std::move(homes));
  request.wanted =
      std::min(request.wanted, resolve_level(level_quorum, static_cast<int>(request.homes.size())));
}

/// n may only narrow: copies beyond the cluster's n would be kept equal by nobody.
Checked resolve_quorum(const Shared& shared, const ClientRequest& asked, Request& request) {
  const Config& config = shared.config();
  const int n = asked.n.value_or(config.n);
  if (n < 1 || n > config.n) {
    return bad("n",
               std::to_string(n) + " must be between 1 and the cluster's n = " + std::to_string(config.n));
  }
  const bool read = asked.verb == Verb::get;
  const std::optional<int>& given = read ? asked.r : asked.w;
  const bool no_default = read && config.bugs.has(Bug::bucket_quorum_ignored);
  const int standard = no_default ? 1 : std::min(read ? config.r : config.w, n);
  request.wanted = given ? resolve_level(*given, n) : standard;
  if (request.wanted < 1 || request.wanted > n) {
    return bad(read ? "r" : "w",
               std::to_string(request.wanted) + " must be between 1 and n = " + std::to_string(n));
  }
  if (config.bugs.has(Bug::quorum_half) && request.wanted == n / 2 + 1) request.wanted = std::max(1, n / 2);
  request.homes = homes_of(shared, request.key, n, read);
  if (config.bugs.has(Bug::n_shrinks_with_alive)) count_the_living_only(shared, request);
  return {};
}

/// Where tombstones go, a token may tell of one that nobody has any more: nothing would ever cover it.
Checked resolve_session(const Config& config, const ClientRequest& asked, Request& request) {
  if (asked.session.empty()) return {};
  if (config.gc != Gc::keep)
    return bad("session", "this cluster has gc = " + get(config, "gc") + ", and sessions take gc = keep");
  auto token = SessionToken::parse(asked.session);
  if (!token) return bad("session", token.error().message);
  request.origin.session = std::make_shared<SessionToken>(*std::move(token));
  return {};
}

Checked resolve_timeout(const Config& config, const ClientRequest& asked, Request& request) {
  request.timeout_ns = asked.timeout_ns.value_or(config.timeout_ns);
  // Who has lost state waits for as long before it votes (rejoin.h).
  if (config.rejoin == RejoinMode::catchup && request.timeout_ns > config.timeout_ns)
    request.timeout_ns = config.timeout_ns;
  if (request.timeout_ns < min_timeout_ns || request.timeout_ns > max_timeout_ns) {
    return bad("timeout", "must be between 1 ms and " + std::to_string(max_timeout_ns / ns_per_ms) + " ms");
  }
  return {};
}

/// What a client says of time, where this cluster asks for it. Whatever it sends beside is refused, not
/// ignored: it would be relied on.
Checked resolve_stamps(Shared& shared, const Instant& now, const ClientRequest& asked, Request& request) {
  const Config& config = shared.config();
  const bool write = asked.verb != Verb::get;
  const auto not_here = [&config](std::string field, const std::string& why) {
    return bad(std::move(field), "this cluster has stamp = " + get(config, "stamp") + why);
  };
  const bool of_client = write && config.stamp == StampSource::client;
  const bool of_session = write && (config.stamp == StampSource::hlc || config.stamp == StampSource::query);
  if (asked.stamp_us && !of_client)
    return not_here("stamp", ": only its puts and deletes carry one, and only with client");
  if (asked.seen_us && !of_session)
    return not_here("seen", ": only puts and deletes carry one, with hlc or query");
  if (of_client && !asked.stamp_us)
    return not_here("stamp", ": send the client's clock, in microseconds since 1970");
  const SessionToken* session =
      config.bugs.has(Bug::session_ignored_by_writes) ? nullptr : request.origin.session.get();
  const std::int64_t shown_us = write && session != nullptr ? session->stamp_us(request.key) : 0;
  const auto in_range = [](std::int64_t us) { return us >= 0 && us <= StampClock::max_us; };
  if (!in_range(asked.stamp_us.value_or(0))) return bad("stamp", "must be between 0 and 2^62");
  if (!in_range(asked.seen_us.value_or(0))) return bad("seen", "must be between 0 and 2^62");
  request.stamp_us = asked.stamp_us.value_or(0);
  request.seen_us = std::max(asked.seen_us.value_or(0), shown_us);
  if (of_client && shown_us >= request.stamp_us && shown_us != 0) {
    return ClientError{ErrorKind::unavailable, "stamp",
                       std::to_string(request.stamp_us) + " is not above " + std::to_string(shown_us) +
                           ", which its session has seen of this key; nothing was written"};
  }
  if (config.stamp == StampSource::query) return {};
  const std::int64_t ahead_us = std::max(request.stamp_us, request.seen_us);
  if (shared.stamps.may_follow(ahead_us, now.wall_us) || config.bugs.has(Bug::future_ts_accepted)) return {};
  shared.marks.reach(Mark::stamp_from_the_future);
  return ClientError{ErrorKind::unavailable, of_client ? "stamp" : "seen",
                     std::to_string(ahead_us) +
                         " is over max_clock_offset = " + get(config, "max_clock_offset") +
                         " ahead of the clock of " + shared.name(shared.self()) + "; nothing was written"};
}

Checked resolve_repair(const Config& config, const ClientRequest& asked, Request& request) {
  if (asked.repair && asked.verb != Verb::get) return bad("repair", "only reads repair");
  if (asked.repair == Repair::abd && config.placement == Placement::sloppy)
    return bad("repair", "abd waits for homes, and with placement = sloppy a read does not");
  request.repair = asked.repair.value_or(config.repair);
  return {};
}

Checked resolve_context(const Config& config, const ClientRequest& asked, Request& request) {
  if (asked.context.empty()) return {};
  if (config.conflict != Conflict::siblings) {
    return bad("context", "this cluster resolves conflicts by last write wins and takes none");
  }
  auto context = parse_token(asked.key, asked.context);
  if (!context) return bad("context", context.error().message);
  request.context = *std::move(context);
  return {};
}

}  // namespace

boost::system::result<Request, ClientError> check_request(Shared& shared, const Instant& now,
                                                          const ClientRequest& asked, const Origin& origin) {
  const Config& config = shared.config();
  Request request{.origin = origin,
                  .verb = asked.verb,
                  .key = asked.key,
                  .value = asked.value,
                  .token = asked.context,
                  .context = {},
                  .homes = {},
                  .wanted = 1,
                  .repair = Repair::none,
                  .stamp_us = 0,
                  .seen_us = 0,
                  .timeout_ns = 0};
  if (auto good = check_key_and_value(config, asked); !good) return good.error();
  if (auto good = resolve_quorum(shared, asked, request); !good) return good.error();
  if (auto good = resolve_timeout(config, asked, request); !good) return good.error();
  if (auto good = resolve_context(config, asked, request); !good) return good.error();
  if (auto good = resolve_repair(config, asked, request); !good) return good.error();
  if (auto good = resolve_session(config, asked, request); !good) return good.error();
  if (auto good = resolve_stamps(shared, now, asked, request); !good) return good.error();
  return request;
}

namespace {

void note(Shared& shared, const Origin& origin, Verb verb, std::string_view key, const auto& seen) {
  const Config& config = shared.config();
  if (!origin.session || (verb != Verb::get && config.bugs.has(Bug::session_write_forgotten))) return;
  const std::uint64_t before = origin.session->forgotten();
  origin.session->saw(key, seen, static_cast<std::size_t>(config.session_keys));
  if (origin.session->forgotten() != before) shared.marks.reach(Mark::session_key_forgotten);
}

}  // namespace

void show_session(Shared& shared, const Origin& origin, Verb verb, std::string_view key,
                  const KeyState& state) {
  note(shared, origin, verb, key, state);
}

void show_session(Shared& shared, const Origin& origin, Verb verb, std::string_view key,
                  const Context& context) {
  note(shared, origin, verb, key, context);
}

void answer(Step& step, Shared& shared, const Origin& origin, Verb verb, ReplyToClient reply) {
  if (!origin.forwarder) {
    shared.counters.count(verb, reply.error);
    reply.id = origin.client;
    if (origin.session && !reply.error) {
      reply.session = origin.session->text();
      reply.session_forgotten = origin.session->forgotten();
    }
    step.reply(std::move(reply));
    return;
  }
  ForwardReply forwarded{.operation = origin.forwarder->second,
                         .error = {},
                         .field = {},
                         .message = {},
                         .values = std::move(reply.values),
                         .context = std::move(reply.context),
                         .clock = std::move(reply.clock),
                         .acks = static_cast<std::uint32_t>(reply.acks),
                         .fallbacks = static_cast<std::uint32_t>(reply.fallbacks)};
  if (reply.error) {
    forwarded.error = static_cast<std::uint8_t>(reply.error->kind);
    forwarded.field = reply.error->field;
    forwarded.message = reply.error->message;
  }
  step.send(origin.forwarder->first, std::move(forwarded));
}

void refuse(Step& step, Shared& shared, const Origin& origin, Verb verb, ClientError error) {
  ReplyToClient reply;
  reply.error = std::move(error);
  answer(step, shared, origin, verb, std::move(reply));
}

}  // namespace fracas::store
