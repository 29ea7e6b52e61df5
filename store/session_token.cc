#include "store/session_token.h"

#include <algorithm>
#include <boost/container/flat_set.hpp>
#include <utility>

#include "store/base64url.h"
#include "store/bytes.h"
#include "store/hash.h"
#include "store/stamp_clock.h"

namespace fracas::store {
namespace {

constexpr std::uint8_t token_version = 1;
constexpr std::uint8_t kind_context = 1;
constexpr std::uint8_t kind_stamp = 2;
constexpr std::size_t checksum_bytes = 8;

std::uint64_t hash_of(std::string_view key) { return hash128(key).low; }

std::string checksum(std::string_view bytes) {
  std::string sum;
  ByteWriter(sum).u64(hash128(bytes).high);
  return sum;
}

/// The actors that a token names, each once: others refer to them by their place.
using Actors = boost::container::flat_set<Actor>;

void gather(Actors& actors, const Context& context) {
  for (const auto& [actor, counter] : context) actors.insert(actor);
}
void gather(Actors& actors, const Stamp& stamp) { actors.insert(stamp.actor); }

void write(ByteWriter& out, const Actors& actors) {
  out.varint(actors.size());
  for (const Actor& actor : actors) out.actor(actor);
}

void write(ByteWriter& out, const Actors& actors, const Context& context) {
  out.u8(kind_context);
  out.varint(context.size());
  for (const auto& [actor, counter] : context) {
    out.varint(actors.index_of(actors.find(actor)));
    out.varint(counter);
  }
}

void write(ByteWriter& out, const Actors& actors, const Stamp& stamp) {
  out.u8(kind_stamp);
  out.u64(static_cast<std::uint64_t>(stamp.wall_us));
  out.varint(actors.index_of(actors.find(stamp.actor)));
  out.u64(stamp.sequence);
}

/// In their order, so that a token has one text.
Actors read_actors(ByteReader& in) {
  Actors::sequence_type all;
  const std::size_t count = in.count();
  all.reserve(count);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const Actor actor = in.actor();
    if (!all.empty() && !(all.back() < actor)) in.fail();
    all.push_back(actor);
  }
  Actors actors;
  if (!in.failed()) actors.adopt_sequence(boost::container::ordered_unique_range, std::move(all));
  return actors;
}

/// Nobody: the reader has failed.
Actor read_actor(ByteReader& in, const Actors& actors) {
  const std::uint64_t index = in.varint();
  if (index >= actors.size()) in.fail();
  return in.failed() ? Actor{} : *actors.nth(index);
}

Context read_context(ByteReader& in, const Actors& actors) {
  Context::sequence_type seen;
  const std::size_t count = in.count();
  seen.reserve(count);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const Actor actor = read_actor(in, actors);
    const std::uint64_t counter = in.varint();
    const bool ascending = seen.empty() || seen.back().first < actor;
    if (!ascending || counter == 0 || counter > max_counter) in.fail();
    seen.emplace_back(actor, counter);
  }
  Context context;
  if (!in.failed()) context.adopt_sequence(boost::container::ordered_unique_range, std::move(seen));
  return context;
}

Stamp read_stamp(ByteReader& in, const Actors& actors) {
  Stamp stamp;
  const std::uint64_t us = in.u64();
  if (us > static_cast<std::uint64_t>(StampClock::max_us)) in.fail();
  stamp.wall_us = static_cast<std::int64_t>(us);
  stamp.actor = read_actor(in, actors);
  stamp.sequence = in.u64();
  return stamp;
}

/// Without writing it, for most tokens are small.
bool surely_fits(const auto& entries) {
  constexpr std::size_t of_entry = 40;  // hash, kind, stamp or number of actors
  constexpr std::size_t of_actor = 32;  // itself, its place, its counter
  std::size_t bytes = of_entry;
  for (const auto& entry : entries) {
    const auto* context = std::get_if<Context>(&entry.seen);
    bytes += of_entry + of_actor * (context == nullptr ? 1 : context->size());
  }
  return bytes * 4 / 3 < max_session_chars;
}

/// What bug session_token_max_only compares.
std::uint64_t highest(const Context& context) {
  std::uint64_t most = 0;
  for (const auto& [actor, counter] : context) most = std::max(most, counter);
  return most;
}

bool covers(const Context& found, const Context& seen, const BugSet& bugs) {
  if (bugs.has(Bug::session_token_max_only)) return highest(found) >= highest(seen);
  return std::all_of(seen.begin(), seen.end(), [&](const auto& one) {
    return contains(found, Dot{one.first, one.second});
  });
}

}  // namespace

boost::system::result<SessionToken, TokenError> SessionToken::parse(std::string_view text) {
  SessionToken token;
  if (text == "new") return token;
  if (text.size() > max_session_chars) {
    return TokenError{"the session's token is longer than the limit of " + std::to_string(max_session_chars) +
                      " characters; begin another session with \"new\""};
  }
  const TokenError damaged{
      "the session's token is damaged; send that of the session's last answer, or \"new\""};
  const auto bytes = from_base64url(text);
  if (!bytes || bytes->size() < checksum_bytes) return damaged;
  const auto body = std::string_view(*bytes).substr(0, bytes->size() - checksum_bytes);
  if (checksum(body) != std::string_view(*bytes).substr(body.size())) return damaged;
  ByteReader in(body);
  if (in.u8() != token_version) {
    return TokenError{"the session's token has a version that this node does not know; send \"new\""};
  }
  token.forgotten_ = in.varint();
  const Actors actors = read_actors(in);
  Actors named;
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const std::uint64_t key = in.u64();
    const std::uint8_t kind = in.u8();
    if (kind == kind_context) {
      token.entries_.push_back({key, read_context(in, actors)});
    } else {
      token.entries_.push_back({key, read_stamp(in, actors)});
      if (kind != kind_stamp) in.fail();
    }
    std::visit([&](const auto& seen) { gather(named, seen); }, token.entries_.back().seen);
  }
  if (!in.complete() || named.size() != actors.size()) return damaged;
  return token;
}

std::string SessionToken::text() const {
  std::string bytes;
  ByteWriter out(bytes);
  out.u8(token_version);
  out.varint(forgotten_);
  Actors actors;
  for (const Entry& entry : entries_) std::visit([&](const auto& seen) { gather(actors, seen); }, entry.seen);
  write(out, actors);
  out.varint(entries_.size());
  for (const Entry& entry : entries_) {
    out.u64(entry.key);
    std::visit([&](const auto& seen) { write(out, actors, seen); }, entry.seen);
  }
  bytes += checksum(bytes);
  return to_base64url(bytes);
}

void SessionToken::saw(std::string_view key, const KeyState& state, std::size_t limit) {
  if (const auto* set = std::get_if<DvvSet>(&state)) add(key, set->join(), limit);
  if (const auto* cell = std::get_if<LwwCell>(&state)) add(key, cell->stamp, limit);
}

void SessionToken::saw(std::string_view key, const Context& context, std::size_t limit) {
  if (!context.empty()) add(key, context, limit);
}

/// What a put was answered with need not cover what the session had seen before: it is added, not taken
/// instead.
void SessionToken::add(std::string_view key, Seen seen, std::size_t limit) {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [hash = hash_of(key)](const Entry& it) { return it.key == hash; });
  if (entry != entries_.end()) {
    if (auto* context = std::get_if<Context>(&seen)) {
      if (const auto* before = std::get_if<Context>(&entry->seen))
        for (const auto& [actor, counter] : *before) (*context)[actor] = std::max((*context)[actor], counter);
    } else if (const auto* stamp = std::get_if<Stamp>(&entry->seen)) {
      seen = std::max(std::get<Stamp>(seen), *stamp);
    }
    entries_.erase(entry);
  }
  entries_.push_back({hash_of(key), std::move(seen)});
  while (entries_.size() > limit || (!surely_fits(entries_) && text().size() > max_session_chars)) {
    entries_.erase(entries_.begin());
    ++forgotten_;
  }
}

const SessionToken::Seen* SessionToken::find(std::string_view key) const {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [hash = hash_of(key)](const Entry& it) { return it.key == hash; });
  return entry == entries_.end() ? nullptr : &entry->seen;
}

bool SessionToken::covered_by(std::string_view key, const KeyState& found, const BugSet& bugs) const {
  const Seen* seen = find(key);
  if (seen == nullptr) return true;
  if (const auto* context = std::get_if<Context>(seen)) {
    const auto* set = std::get_if<DvvSet>(&found);
    return set != nullptr && covers(set->join(), *context, bugs);
  }
  const auto* cell = std::get_if<LwwCell>(&found);
  return cell != nullptr && cell->stamp >= std::get<Stamp>(*seen);
}

std::int64_t SessionToken::stamp_us(std::string_view key) const {
  const Seen* seen = find(key);
  const auto* stamp = seen == nullptr ? nullptr : std::get_if<Stamp>(seen);
  return stamp == nullptr ? 0 : stamp->wall_us;
}

}  // namespace fracas::store
