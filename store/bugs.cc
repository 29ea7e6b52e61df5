#include "store/bugs.h"

#include <algorithm>
#include <array>

namespace fracas::store {
namespace {

constexpr std::array<BugInfo, static_cast<std::size_t>(Bug::count)> table{{
    {Bug::first_reply_wins, "first_reply_wins", "Q13",
     "A get answers from the first reply, although r says to wait for more.",
     "Weaviate 6068: an object obtained in the first query after its deletion", "regular",
     "bug-first-reply-wins.toml"},
    {Bug::context_ignored, "context_ignored", "S11",
     "A put overwrites all siblings, whatever its context has seen.",
     "Riak with last_write_wins, aphyr.com/posts/285: 30 to 70 % of acknowledged writes lost", "lost-updates",
     "bug-context-ignored.toml"},
    {Bug::notfound_fast, "notfound_fast", "Q7",
     "The first reply that says not found is returned without waiting for r replies.",
     "Riak CS 170 and 174: notfound_ok", "regular", "bug-notfound-fast.toml"},
    {Bug::timeout_as_fail, "timeout_as_fail", "Q11",
     "A put that reached some replicas but not w in time is reported as certainly failed.",
     "Aerospike 3.99.0.3 (Jepsen): informed a client that a write did not succeed when it had",
     "honest-failures", "bug-timeout-as-fail.toml"},
    {Bug::exchange_older_wins, "exchange_older_wins", "M11",
     "Anti-entropy copies the initiator's version, also over a newer one.",
     "Weaviate PR 12028: asynchronous replication overwrote newer objects", "durability",
     "bug-exchange-older-wins.toml"},
}};

}  // namespace

std::span<const BugInfo> bugs() { return table; }

std::optional<Bug> find_bug(std::string_view name) {
  const auto* found =
      std::find_if(table.begin(), table.end(), [&](const BugInfo& info) { return info.name == name; });
  if (found == table.end()) return std::nullopt;
  return found->bug;
}

}  // namespace fracas::store
