#include "checker/transactions/version_order.h"

#include "checker/transactions/register_order.h"

namespace fracas::checker::transactions {

/// Of lists.
class ListOrder {
 public:
  ListOrder(const Transactions& txns, VersionOrder& order) : txns_(txns), order_(order) {}

  void run() {
    order_.next_.reserve(txns_.versions.size());
    group_unread();
    for (KeyId key = 0; key < txns_.keys.size(); ++key) {
      // What contradicts itself gives no order.
      if (!txns_.keys[key].repeats && !txns_.keys[key].strays) chain(key);
    }
  }

 private:
  bool unread(const Version& version) const {
    return !version.nil && version.place == kNone && version.writer != kNone &&
           txns_.committed_or_seen(version.writer);
  }

  /// Appends that nobody has read, by key.
  void group_unread() {
    first_unread_.assign(txns_.keys.size() + 1, 0);
    for (const Version& version : txns_.versions)
      if (unread(version)) ++first_unread_[version.key + 1];
    for (std::size_t key = 0; key < txns_.keys.size(); ++key) first_unread_[key + 1] += first_unread_[key];
    unread_.resize(first_unread_.back());
    std::vector<std::uint32_t> at(first_unread_.begin(), first_unread_.end() - 1);
    for (VersionId version = 0; version < txns_.versions.size(); ++version)
      if (unread(txns_.versions[version])) unread_[at[txns_.versions[version].key]++] = version;
  }

  /// What did not take effect, or was written by nobody, is an anomaly of its own and stands in nobody's way:
  /// who read up to it is in front of the next that did.
  void chain(KeyId key) {
    const Key& of = txns_.keys[key];
    skipped_.assign(1, of.nil);
    for (const VersionId version : of.list) {
      if (txns_.living(version)) {
        link({version, Scope::data});
        skipped_.clear();
      }
      skipped_.push_back(version);
    }
    const auto first = static_cast<std::uint32_t>(order_.next_.size());
    for (std::uint32_t i = first_unread_[key]; i < first_unread_[key + 1]; ++i)
      order_.next_.push_back({unread_[i], Scope::data});
    const auto count = static_cast<std::uint32_t>(order_.next_.size()) - first;
    for (const VersionId version : skipped_) order_.places_[version] = {first, count};
  }

  void link(Next next) {
    for (const VersionId version : skipped_)
      order_.places_[version] = {static_cast<std::uint32_t>(order_.next_.size()), 1};
    order_.next_.push_back(next);
  }

  const Transactions& txns_;
  VersionOrder& order_;
  std::vector<std::uint32_t> first_unread_;  ///< of each key in unread_
  std::vector<VersionId> unread_;
  std::vector<VersionId> skipped_;  ///< versions that the next living one comes after
};

VersionOrder::VersionOrder(const Transactions& txns, Vouched vouched) : places_(txns.versions.size()) {
  if (txns.lists) {
    ListOrder(txns, *this).run();
  } else {
    RegisterOrder(txns, vouched, *this).run();
  }
}

}  // namespace fracas::checker::transactions
