// The ring that a cluster has agreed on, and the one that it is on its way to, under a number that only
// grows.
//
// A change takes two documents: first both rings, then the new one alone. What makes that safe, with r + w >
// n of the cluster (quorums that a request asks for itself are not looked at):
//   - A home votes on a request only under the document that it has, and has it on its disk first. So if a
//     write has succeeded under one document, fewer than r homes are left that answer a read under the one
//     before.
//   - While a document names two rings, reads want r homes of each and writes w of each. So they meet those
//     under the document before, in the old ring, and those under the one after, in the new.
//   - Who becomes home of a partition does not vote there before it has what n - min(r, w) + 1 old homes had
//     when they had this document already (ring_move.h): so it has all that was acknowledged before, and too
//     few old homes are left behind for either quorum. The last document comes when all have got there.
// Documents with the same number are equal because a majority agrees on each (ring_agreement.h).
//
// Sources: Garage's layout history (write to all versions, read a quorum of each); joint consensus, Ongaro &
// Ousterhout 2014, section 6, for the two steps.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/bytes.h"
#include "store/config.h"
#include "store/homes.h"
#include "store/ring.h"
#include "store/ring_change.h"

namespace fracas::store {

class Fingerprint;

class RingDocument {
 public:
  /// The one that a cluster begins with.
  RingDocument(int members, const BugSet& bugs) : bugs_(bugs), now_(members, bugs) {}

  std::uint32_t epoch() const { return epoch_; }
  /// The ring whose members agree on the next document.
  const Ring& now() const { return now_; }
  /// Where it is going; nothing: it stays.
  const std::optional<Ring>& next() const { return next_; }

  Homes homes(int partition, int n) const;
  Homes homes(std::string_view key, int n) const { return homes(partition_of(slot_of(key)), n); }
  /// All members in the order in which they would be asked.
  std::vector<NodeIndex> walk(std::string_view key) const { return now_.homes(key, now_.nodes()); }
  /// In either ring.
  bool is_home(NodeIndex, int partition, int n) const;
  bool has(NodeIndex node) const { return now_.has(node) || (next_ && next_->has(node)); }
  /// It is to be a home, and was none.
  bool gains(NodeIndex, int partition, int n) const;
  /// Bit i: partition i.
  std::uint64_t gained(NodeIndex, int n) const;
  /// The partitions that both nodes hold, ascending.
  std::vector<int> shared(NodeIndex a, NodeIndex b, int n) const;

  /// The document that begins a change. The error says why it makes no sense; `names` are all nodes'.
  boost::system::result<RingDocument, std::string> changed(const RingChange&, int n,
                                                           const std::vector<std::string>& names) const;
  /// The one that ends it.
  RingDocument finished() const;

  void encode(std::string& out) const;
  /// Nothing: malformed, of nodes that there are not, or of fewer members than n.
  static std::optional<RingDocument> decode(std::string_view bytes, std::size_t nodes, const Config&);
  bool operator==(const RingDocument& other) const {
    return epoch_ == other.epoch_ && now_ == other.now_ && next_ == other.next_;
  }
  void fingerprint(Fingerprint&) const;  ///< fingerprint.h

 private:
  RingDocument(std::uint32_t epoch, Ring now, std::optional<Ring> next, const BugSet& bugs)
      : bugs_(bugs), epoch_(epoch), now_(std::move(now)), next_(std::move(next)) {}
  Ring of(Ring::Owners owners) const { return Ring(std::move(owners), bugs_); }

  BugSet bugs_;
  std::uint32_t epoch_ = 1;
  Ring now_;
  std::optional<Ring> next_;
};

}  // namespace fracas::store
