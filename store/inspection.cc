#include "store/inspection.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "store/describe.h"
#include "store/stand_ins.h"

namespace fracas::store {
namespace {

using Lines = boost::system::result<std::vector<std::string>, ClientError>;

void list(std::string& to, const std::string& item) { to += (to.empty() ? "" : ",") + item; }

std::string names_json(const Shared& shared, const auto& nodes) {
  std::string names;
  for (const NodeIndex node : nodes) list(names, json_quote(shared.name(node)));
  return '[' + names + ']';
}

std::string hex(const Hash& hash) { return fmt::format("{:016x}{:016x}", hash.high, hash.low); }

ClientError bad(std::string field, std::string message) {
  return {ErrorKind::bad_request, std::move(field), std::move(message)};
}

/// A place in the tree as in a slot; nothing: it is none.
std::optional<int> place(const std::optional<int>& asked, int end) {
  return asked && *asked >= 0 && *asked < end ? asked : std::nullopt;
}

std::vector<std::string> roots(const Shared& shared, const std::vector<int>& of) {
  std::vector<std::string> lines;
  for (const int partition : of) {
    const MerkleTree& tree = shared.replica.forest().tree(partition);
    lines.push_back(fmt::format(R"({{"partition":{},"root":"{}","buckets":{},"homes":{}}})", partition,
                                hex(tree.root()), tree.buckets().size(),
                                names_json(shared, shared.ring.homes(partition, shared.config().n))));
  }
  return lines;
}

std::vector<std::string> buckets(const Shared& shared, int partition) {
  std::vector<std::string> lines;
  for (const auto& [bucket, hash] : shared.replica.forest().tree(partition).buckets()) {
    const auto slot = static_cast<Slot>(partition * buckets_per_partition + bucket);
    lines.push_back(fmt::format(R"({{"partition":{},"bucket":{},"hash":"{}","keys":{}}})", partition, bucket,
                                hex(hash), shared.replica.in_slot(slot).size()));
  }
  return lines;
}

std::vector<std::string> leaves(const Shared& shared, Slot slot) {
  std::vector<std::string> lines;
  for (const auto& [key, state] : shared.replica.in_slot(slot)) {
    lines.push_back(fmt::format(R"({{"key":{},"leaf":"{}","clock":{}}})", json_quote(key),
                                hex(shared.replica.leaf(key)), clock_json(*state, shared.options.names)));
  }
  return lines;
}

}  // namespace

std::string preference_list_json(const Shared& shared, const std::string& key) {
  const auto walk = shared.ring.walk(key);
  const auto homes = shared.ring.homes(key, shared.config().n);
  const bool sloppy = shared.config().placement == Placement::sloppy;
  StandIns stand_ins(sloppy ? candidates_for(shared, walk) : std::vector<NodeIndex>{});
  std::string instead;
  std::vector<NodeIndex> down;
  for (const NodeIndex home : homes) {
    if (!shared.detector.believes_down(home)) continue;
    if (const auto node = stand_ins.call(home))
      list(instead, fmt::format(R"({{"for":{},"node":{}}})", json_quote(shared.name(home)),
                                json_quote(shared.name(*node))));
  }
  for (const NodeIndex node : walk)
    if (shared.detector.believes_down(node)) down.push_back(node);
  return fmt::format(R"({{"key":{},"homes":{},"stand_ins":[{}],"believed_down":{}}})", json_quote(key),
                     names_json(shared, homes), instead, names_json(shared, down));
}

namespace {

/// {"nodes", "ring"} of one ring, without the braces.
std::string ring_fields(const Shared& shared, const Ring& ring) {
  const int n = shared.config().n;
  std::vector<int> owned(shared.options.names.size());
  std::vector<int> held(shared.options.names.size());
  std::string tokens;
  for (int partition = 0; partition < partitions; ++partition) {
    const auto homes = ring.homes(partition, n);
    ++owned[ring.owner(partition)];
    for (const NodeIndex home : homes) ++held[home];
    const std::uint64_t first = static_cast<std::uint64_t>(partition) << 58;
    list(tokens, fmt::format(R"({{"partition":{},"from":"{:016x}","owner":{},"homes":{}}})", partition, first,
                             json_quote(shared.name(ring.owner(partition))), names_json(shared, homes)));
  }
  std::string nodes;
  for (NodeIndex node = 0; node < owned.size(); ++node)
    list(nodes,
         fmt::format(R"({{"node":{},"owns":{},"holds":{},"share":{:.4f}}})", json_quote(shared.name(node)),
                     owned[node], held[node], static_cast<double>(held[node]) / (partitions * n)));
  return fmt::format(R"("nodes":[{}],"ring":[{}])", nodes, tokens);
}

}  // namespace

std::string ring_json(const Shared& shared) {
  const RingDocument& ring = shared.ring;
  const std::string next =
      ring.next() ? fmt::format(R"(,"next":{{{}}})", ring_fields(shared, *ring.next())) : "";
  return fmt::format(R"({{"epoch":{},"moving":{},"n":{},"partitions":{},{}{}}})", ring.epoch(),
                     ring.next().has_value(), shared.config().n, partitions, ring_fields(shared, ring.now()),
                     next);
}

Lines merkle_lines(const Shared& shared, const MerkleQuery& query) {
  if (query.bucket && !query.partition) return bad("bucket", "a bucket is one of a partition: name that too");
  if (query.partition) {
    const auto partition = place(query.partition, partitions);
    if (!partition) return bad("partition", fmt::format("must be between 0 and {}", partitions - 1));
    if (!query.bucket) return buckets(shared, *partition);
    const auto bucket = place(query.bucket, buckets_per_partition);
    if (!bucket) return bad("bucket", fmt::format("must be between 0 and {}", buckets_per_partition - 1));
    return leaves(shared, static_cast<Slot>(*partition * buckets_per_partition + *bucket));
  }
  const std::vector<std::string>& names = shared.options.names;
  const std::string& wanted = query.peer.empty() ? shared.name(shared.self()) : query.peer;
  const auto peer = std::find(names.begin(), names.end(), wanted);
  if (peer == names.end()) return bad("peer", fmt::format("there is no node {}", json_quote(query.peer)));
  return roots(shared, shared.ring.shared(shared.self(), static_cast<NodeIndex>(peer - names.begin()),
                                          shared.config().n));
}

std::vector<std::string> divergence_lines(const Shared& shared, Instant now) {
  std::vector<std::string> lines;
  shared.monitor.each_divergence(
      now.steady_ns, [&](NodeIndex peer, const std::string& key, std::int64_t age_ns) {
        lines.push_back(fmt::format(R"({{"peer":{},"key":{},"age_ms":{}}})", json_quote(shared.name(peer)),
                                    json_quote(key), age_ns / 1'000'000));
      });
  return lines;
}

}  // namespace fracas::store
