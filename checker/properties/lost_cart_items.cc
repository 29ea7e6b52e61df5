// Carts (the Dynamo paper's example, section 4.4): an entry that was added is there at the end unless
// somebody who had seen it removed it or put another of its item in its place; an entry that was removed is
// gone.
//
// A client merges siblings by union. So a removed entry legally comes back with anybody's write who had seen
// it and not the removal; the paper says so itself. What cannot legally be is an entry that every write which
// carried it is known to lie below its removal, and is there all the same. That a write lies below another is
// known from the entries that were seen: whoever has seen an entry has seen the write that added it, and what
// that had seen.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "checker/explain.h"
#include "checker/json_text.h"
#include "checker/properties/updates.h"

namespace fracas::checker {
namespace {

/// An update that may have happened.
struct CartWrite {
  const Operation* operation = nullptr;
  bool sighted = false;  ///< it is known what it had seen
  std::set<std::string_view> saw{};
  std::string_view value{};
  std::string_view item{};

  bool adds() const { return operation->f == Function::add; }
  /// Left out of what it wrote, if it had seen it.
  bool drops(std::string_view entry) const { return item_of(entry) == item && !(adds() && entry == value); }
};

class CartCheck {
 public:
  explicit CartCheck(const UpdatedKey& key) : key_(key), writers_(key.key.writers()) {
    const History& history = key.key.history();
    for (const Operation* o : key.key.operations) {
      if (!updates(*o) || o->outcome == Outcome::fail) continue;
      const TextId saw = history.saw(*o);
      CartWrite write{.operation = o, .sighted = saw != 0, .value = history.text(o->value)};
      write.item = item_of(write.value);
      write.saw = leaves({history.text(saw)});
      writes_.push_back(std::move(write));
    }
    for (const auto& values : key.found.places) {
      places_.push_back(leaves(values));
      anywhere_.insert(places_.back().begin(), places_.back().end());
    }
  }

  void run() {
    if (!writers_.repeated().empty()) {
      return key_.verdict.undecided(fmt::format("{} was added to {} twice: what is left of it cannot be told",
                                                shown(writers_.repeated()), key_.key.name()));
    }
    for (const CartWrite& write : writes_) {
      if (write.operation->outcome != Outcome::ok) continue;
      key_.verdict.checked();
      if (write.adds() && !anywhere_.contains(write.value) && !removed(write)) report_lost(write);
      for (const std::string_view entry : write.saw)
        if (write.drops(entry) && everywhere(entry) && !carried_past(entry, write)) report_back(write, entry);
    }
  }

 private:
  static std::set<std::string_view> leaves(const std::vector<std::string_view>& values) {
    std::vector<std::string_view> found;
    for (const std::string_view value : values)
      if (!value.empty() && value != "null") append_leaves(value, found);
    return {found.begin(), found.end()};
  }

  bool everywhere(std::string_view entry) const {
    return !places_.empty() && std::all_of(places_.begin(), places_.end(),
                                           [&](const auto& entries) { return entries.contains(entry); });
  }

  /// Somebody may have removed what this added.
  bool removed(const CartWrite& added) const {
    return std::any_of(writes_.begin(), writes_.end(), [&](const CartWrite& other) {
      const bool may_have_seen = other.sighted ? other.saw.contains(added.value)
                                               : other.operation->completed >= added.operation->invoked;
      return other.drops(added.value) && may_have_seen;
    });
  }

  /// A write that is not known to lie below the removal may have carried the entry.
  bool carried_past(std::string_view entry, const CartWrite& removal) const {
    const std::set<std::string_view> below = entries_below(removal);
    return std::any_of(writes_.begin(), writes_.end(), [&](const CartWrite& other) {
      const bool may_carry =
          other.value == entry ? other.adds() : !other.sighted || other.saw.contains(entry);
      if (!may_carry || &other == &removal || other.drops(entry)) return false;
      return !other.adds() || !below.contains(other.value);
    });
  }

  /// Entries whose adding is known to lie below the write.
  std::set<std::string_view> entries_below(const CartWrite& write) const {
    std::set<std::string_view> below = write.saw;
    std::vector<std::string_view> open(below.begin(), below.end());
    while (!open.empty()) {
      const std::string_view entry = open.back();
      open.pop_back();
      for (const CartWrite& other : writes_) {
        if (!other.adds() || other.value != entry) continue;
        for (const std::string_view seen : other.saw)
          if (below.insert(seen).second) open.push_back(seen);
      }
    }
    return below;
  }

  void report_lost(const CartWrite& added) {
    const Operation& o = *added.operation;
    key_.verdict.violated([&] {
      return witness(
          fmt::format(
              "{}, and nobody who had seen it removed it, yet at the end it is not {}: the update was "
              "lost{}.",
              describe_first(key_.key.history(), o), key_.found.where,
              faults_around(key_.key.history(), key_.key.evidence(), o, o)),
          {&o});
    });
  }

  void report_back(const CartWrite& removal, std::string_view entry) {
    const Operation& o = *removal.operation;
    key_.verdict.violated([&] {
      return witness(
          fmt::format(
              "{}, having seen {} and all that carried it, yet at the end that is {}: it came back{}.",
              describe_first(key_.key.history(), o), shown(entry), key_.found.where,
              faults_around(key_.key.history(), key_.key.evidence(), o, o)),
          {writers_.of(entry).empty() ? &o : writers_.of(entry).front(), &o});
    });
  }

  const UpdatedKey& key_;
  const Writers& writers_;
  std::vector<CartWrite> writes_;
  std::vector<std::set<std::string_view>> places_;
  std::set<std::string_view> anywhere_;
};

}  // namespace

void judge_cart(const UpdatedKey& key) { CartCheck(key).run(); }

}  // namespace fracas::checker
