#include "store/sibling_put.h"

#include <algorithm>
#include <string>
#include <utility>

#include "store/context_token.h"
#include "store/describe.h"

namespace fracas::store {
namespace {

/// All siblings, the put's own first, and the context that covers exactly those: a context that covered
/// siblings which the client has not seen would let its next put delete them unread.
ReplyToClient siblings_answer(const std::string& key, const DvvSet& set, const Dot& own,
                              const Shared& shared) {
  ReplyToClient reply;
  reply.values = live_values(set);
  const auto dots = live_dots(set);
  const auto mine = std::find(dots.begin(), dots.end(), own) - dots.begin();
  const bool live = mine != static_cast<std::ptrdiff_t>(dots.size());
  if (live) std::rotate(reply.values.begin(), reply.values.begin() + mine, reply.values.begin() + mine + 1);
  if (shared.config().bugs.has(Bug::put_hides_siblings)) reply.values.resize(live ? 1 : 0);
  reply.context = make_token(key, set.join());
  reply.clock = clock_json(set, shared.options.names, own);
  return reply;
}

// --- what seeded bugs make of a put ---

constexpr std::size_t pruned_to = 2;  ///< actors, with bug vv_prune

/// What a put is taken to have seen, beside what it says.
void misread_context(const BugSet& bugs, const Request& request, const DvvSet& set, Context& context) {
  const bool removes = request.verb == Verb::remove;
  if (bugs.has(Bug::context_ignored) || (removes && bugs.has(Bug::delete_blind))) context = set.join();
  if (!bugs.has(Bug::vv_no_dots)) return;
  const Context all = set.join();
  const bool latest = std::all_of(all.begin(), all.end(), [&](const auto& seen) {
    return contains(context, Dot{seen.first, seen.second});
  });
  if (!latest) context.clear();
}

/// Makes the context cover siblings until there is room for one more.
void cover_oldest(const DvvSet& set, std::size_t limit, Context& context) {
  for (const auto& [actor, entry] : set.entries()) {
    for (std::uint64_t seen = entry.n - entry.values.size(); seen < entry.n;) {
      if (set.siblings_after_put(context) <= limit) return;
      context[actor] = std::max(context[actor], ++seen);
    }
  }
}

/// Forgets the actors whose values are all overwritten, those with the fewest events first.
DvvSet pruned(const DvvSet& set) {
  DvvSet::Entries entries = set.entries();
  while (entries.size() > pruned_to) {
    const auto least = std::min_element(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
      return std::pair(!a.second.values.empty(), a.second.n) <
             std::pair(!b.second.values.empty(), b.second.n);
    });
    if (!least->second.values.empty()) break;
    entries.erase(least);
  }
  return DvvSet(std::move(entries));
}

// --- refusals ---

ClientError too_many_siblings(std::size_t siblings, int limit) {
  return {ErrorKind::too_many_siblings, "",
          "the write would leave " + std::to_string(siblings) + " siblings, over the limit max_siblings = " +
              std::to_string(limit) + "; read, merge, and write with the context of that read"};
}

ClientError state_too_large() {
  return {ErrorKind::value_too_large, "value",
          "value: the siblings of this key together are over the limit of " +
              std::to_string(max_state_bytes) +
              " bytes; read, merge, and write with the context of that read"};
}

std::size_t value_bytes(const DvvSet& set) {
  std::size_t bytes = 0;
  for (const auto& [actor, entry] : set.entries()) {
    for (const Value& value : entry.values) bytes += value ? value->size() : 0;
  }
  return bytes;
}

/// What a put met: the copy before it, and so many siblings, its own included, with it.
void mark(Shared& shared, const Request& request, const Context& context, const KeyState& copy,
          std::size_t siblings) {
  if (siblings == 1) {
    const bool deleted = !std::holds_alternative<std::monostate>(copy) && !has_live_values(copy);
    if (deleted && request.verb == Verb::put) shared.marks.reach(Mark::tombstone_superseded);
  } else if (!context.empty()) {
    shared.marks.reach(Mark::outdated_context);
  } else if (request.verb == Verb::remove && has_live_values(copy)) {
    shared.marks.reach(Mark::blind_delete_beside_values);
  }
}

}  // namespace

boost::system::result<SiblingPut, ClientError> put_beside(Shared& shared, const Request& request,
                                                          const KeyState& copy, const Actor& actor) {
  const Config& config = shared.config();
  const DvvSet* before = std::get_if<DvvSet>(&copy);
  DvvSet set = before != nullptr ? *before : DvvSet{};
  Context context = request.context;
  if (config.bugs.any()) misread_context(config.bugs, request, set, context);
  const auto limit = static_cast<std::size_t>(config.max_siblings);
  if (config.bugs.has(Bug::sibling_cap_drops)) cover_oldest(set, limit, context);
  const std::size_t siblings = set.siblings_after_put(context);
  mark(shared, request, context, copy, siblings);
  if (siblings > limit) {
    shared.marks.reach(Mark::sibling_limit_reached);
    return too_many_siblings(siblings, config.max_siblings);
  }
  const Dot own = set.put(context, request.written(), actor);
  if (config.bugs.has(Bug::vv_prune)) set = pruned(set);
  std::size_t bytes = value_bytes(set);
  if (bytes > max_state_bytes) return state_too_large();
  ReplyToClient answer = siblings_answer(request.key, set, own, shared);
  if (config.bugs.has(Bug::equal_vv_drop) && context.empty() && siblings > 1) {
    set = *before;
    bytes = value_bytes(set);
  }
  return SiblingPut{std::move(set), bytes, std::move(answer)};
}

}  // namespace fracas::store
