#include "store/ring_document.h"

#include <algorithm>
#include <utility>

namespace fracas::store {
namespace {

using boost::system::result;

void encode_owners(ByteWriter& out, const Ring& ring) {
  for (const NodeIndex owner : ring.owners()) out.u16(owner);
}

/// Nothing: of nodes that there are not, or of too few.
std::optional<Ring> decode_owners(ByteReader& in, std::size_t nodes, const Config& config) {
  Ring::Owners owners;
  for (int partition = 0; partition < partitions; ++partition) {
    owners.push_back(in.u16());
    if (owners.back() >= nodes) return std::nullopt;
  }
  Ring ring(std::move(owners), config.bugs);
  return ring.nodes() < config.n ? std::nullopt : std::optional(std::move(ring));
}

}  // namespace

Homes RingDocument::homes(int partition, int n) const {
  if (!next_ || bugs_.has(Bug::no_pending_writes)) return Homes(now_.homes(partition, n));
  return Homes(now_.homes(partition, n), next_->homes(partition, n));
}

bool RingDocument::is_home(NodeIndex node, int partition, int n) const {
  return now_.is_home(node, partition, n) || (next_ && next_->is_home(node, partition, n));
}

bool RingDocument::gains(NodeIndex node, int partition, int n) const {
  return next_ && next_->is_home(node, partition, n) && !now_.is_home(node, partition, n);
}

std::uint64_t RingDocument::gained(NodeIndex node, int n) const {
  std::uint64_t all = 0;
  for (int partition = 0; partition < partitions; ++partition)
    if (gains(node, partition, n)) all |= std::uint64_t{1} << partition;
  return all;
}

std::vector<int> RingDocument::shared(NodeIndex a, NodeIndex b, int n) const {
  std::vector<int> both;
  for (int partition = 0; partition < partitions; ++partition) {
    if (is_home(a, partition, n) && is_home(b, partition, n)) both.push_back(partition);
  }
  return both;
}

result<RingDocument, std::string> RingDocument::changed(const RingChange& change, int n,
                                                        const std::vector<std::string>& names) const {
  const auto then = [&](std::optional<Ring> next) {
    return RingDocument(epoch_ + 1, now_, std::move(next), bugs_);
  };
  if (change.kind == RingChange::Kind::cancel) {
    if (!next_) return std::string("no change of the ring is under way");
    return then(std::nullopt);
  }
  if (next_) return std::string("a change of the ring is under way; wait for its end, or cancel it");
  const std::string& name = names[change.node];
  if (change.kind == RingChange::Kind::join) {
    if (now_.has(change.node)) return name + " is a member already";
    if (now_.nodes() >= partitions) return "all " + std::to_string(partitions) + " partitions have an owner";
    return then(of(joined(now_, change.node)));
  }
  if (!now_.has(change.node)) return name + " is no member";
  if (change.kind == RingChange::Kind::replace) {
    if (now_.has(change.with)) return names[change.with] + " is a member already";
    return then(of(replaced(now_, change.node, change.with)));
  }
  if (now_.nodes() <= n)
    return "with " + name + " gone there are fewer members than n = " + std::to_string(n);
  return then(of(left(now_, change.node)));
}

RingDocument RingDocument::finished() const { return {epoch_ + 1, *next_, std::nullopt, bugs_}; }

void RingDocument::encode(std::string& out) const {
  ByteWriter writer(out);
  writer.u32(epoch_);
  writer.u8(next_ ? 1 : 0);
  encode_owners(writer, now_);
  if (next_) encode_owners(writer, *next_);
}

std::optional<RingDocument> RingDocument::decode(std::string_view bytes, std::size_t nodes,
                                                 const Config& config) {
  ByteReader in(bytes);
  const std::uint32_t epoch = in.u32();
  const std::uint8_t moving = in.u8();
  if (moving > 1) return std::nullopt;
  auto now = decode_owners(in, nodes, config);
  auto next = moving == 1 ? decode_owners(in, nodes, config) : std::nullopt;
  if (!now || (moving == 1 && !next) || !in.complete()) return std::nullopt;
  return RingDocument(epoch, *std::move(now), std::move(next), config.bugs);
}

}  // namespace fracas::store
