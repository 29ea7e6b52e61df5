// Registers of which no value is written twice: zones, in one pass (Gibbons & Korach 1997; Golab, Li & Shah,
// PODC 2011). The operations on one value, its write and its reads, are a cluster; it happens between its
// first end (low) and its last beginning (high). A must come before B if low(A) < high(B). All can be put in
// order if and only if no two clusters must each come before the other: where low < high the register holds
// the value all the time in between, and two such zones must not overlap, nor may one enclose the zone of a
// cluster of which all operations overlap in time. A successful compare-and-set ties the cluster of what it
// wrote directly behind that of what it had expected: such chains are clusters too, if nothing in them is out
// of order.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "checker/explain.h"
#include "checker/linearizability/words.h"

namespace fracas::checker::linearizability {
namespace {

/// One value's operations.
struct Cluster {
  std::uint32_t written = kNever;  ///< where its write began; kNever: nobody writes it
  std::uint32_t end = kNever;      ///< where that write ended
  std::uint32_t low = kNever;      ///< of its reads, the first end
  std::uint32_t high = 0;          ///< of its reads, the last beginning

  bool used() const { return written != kNever || low != kNever; }
};

/// When a cluster, or a chain of them, has to happen.
struct Zone {
  std::uint32_t low = kNever;
  std::uint32_t high = 0;
  /// No two of what is told apart are equal: events have one operation each.
  std::uint32_t point() const { return std::max(low, high); }
};

class Zones {
 public:
  Zones(const KeyCase& key, Model model) : key_(key) {
    if (model == Model::reg) {
      read_operations();
    } else if (model == Model::cas_register) {
      read_steps();
    } else {
      why_not_ = fmt::format("zones are for registers, not for {}", to_string(model));
    }
  }

  Judged judge() {
    if (!why_not_.empty()) return not_for(why_not_);
    if (auto found = check_clusters()) return *std::move(found);
    if (auto found = chain_up()) return *std::move(found);
    return check_zones();
  }

  /// Only after `judge` has found nothing.
  Linearization order() const {
    std::vector<std::tuple<std::uint32_t, std::uint64_t, std::uint32_t>> places;
    visit([&](Act act, ValueId value, ValueId to, std::uint32_t begin, std::uint32_t) {
      const std::uint32_t cluster = place(act == Act::cas ? to : value);
      const std::uint32_t point = zone(head_of(cluster)).point();
      if (point == kNever) return;  // of unknown outcome, and nobody saw it
      places.emplace_back(point, 2 * rank_of(cluster) + (act == Act::read ? 1 : 0), begin);
    });
    std::sort(places.begin(), places.end());
    Linearization result;
    result.order.reserve(places.size());
    for (const auto& at : places) result.order.push_back(std::get<2>(at));
    return result;
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  /// What happened, or may have, one at a time: (act, value, to, begin, end).
  template <typename Visit>
  void visit(Visit&& each) const {
    if (object_) {
      for (const Step& s : object_->steps) each(s.act, s.value, s.to, s.invoked, s.completed);
      return;
    }
    for (const auto& o : key_.operations) {
      if (o->outcome == Outcome::fail) continue;
      const bool read = o->f == Function::read;
      if (read && o->outcome != Outcome::ok) continue;
      each(read ? Act::read : Act::write, o->f == Function::remove_key ? kNullText : o->value, 0U, o->invoked,
           o->completed);
    }
  }

  void read_operations() {
    for (const auto& o : key_.operations) {
      if (o->f == Function::read || o->f == Function::write || o->f == Function::remove_key) continue;
      why_not_ = fmt::format("{} holds {}, which is none of a register", key_.name(), to_string(o->f));
      return;
    }
    initial_ = key_.history().find(key_.judged_as().initial).value_or(kNone);
    fill();
  }

  void read_steps() {
    auto object = object_of(key_, Model::cas_register);
    if (!object) {
      why_not_ = object.error();
      return;
    }
    narrow(*object);
    object_ = *std::move(object);
    initial_ = object_->initial;
    fill();
  }

  void fill() {
    std::uint32_t least = kNone;
    std::uint32_t most = 0;
    std::size_t count = 0;
    visit([&](Act act, ValueId value, ValueId to, std::uint32_t, std::uint32_t) {
      ++count;
      least = std::min({least, value, act == Act::cas ? to : value});
      most = std::max({most, value, act == Act::cas ? to : value});
    });
    first_ = count == 0 ? 0 : least;
    // Values that lie close together index an array; those of one key among many are looked up.
    dense_ = count == 0 || most - least < 4 * count + 64;
    if (dense_) clusters_.resize(count == 0 ? 0 : most - least + 1);
    visit([&](Act act, ValueId value, ValueId to, std::uint32_t begin, std::uint32_t end) {
      if (act != Act::write) {
        Cluster& cluster = clusters_[make(value)];
        cluster.low = std::min(cluster.low, end);
        cluster.high = std::max(cluster.high, begin);
      }
      if (act == Act::read) return;
      const ValueId written = act == Act::cas ? to : value;
      const std::uint32_t at = make(written);
      Cluster& cluster = clusters_[at];
      if (cluster.written != kNever || written == initial_) twice_ = written;
      cluster.written = begin;
      cluster.end = end;
      if (act == Act::cas) ties_.push_back({make(value), at});
    });
    if (twice_ != kNone) {
      why_not_ = fmt::format("{} of {} is written twice, or as at the beginning: zones need unique values",
                             text(twice_), key_.name());
    }
  }

  std::uint32_t make(ValueId value) {
    if (dense_) return value - first_;
    const auto [known, first] = places_.try_emplace(value, static_cast<std::uint32_t>(clusters_.size()));
    if (first) {
      clusters_.emplace_back();
      values_.push_back(value);
    }
    return known->second;
  }
  std::uint32_t place(ValueId value) const { return dense_ ? value - first_ : places_.find(value)->second; }
  ValueId value_of(std::uint32_t cluster) const { return dense_ ? first_ + cluster : values_[cluster]; }
  std::string_view text(ValueId value) const {
    return object_ ? object_->values.text(value) : key_.history().text(value);
  }
  std::string named(std::uint32_t cluster) const {
    return fmt::format("{}", text(value_of(cluster)) == "null" ? "nothing" : text(value_of(cluster)));
  }
  bool is_initial(std::uint32_t cluster) const { return value_of(cluster) == initial_; }

  /// Everything that is read has been written, and not later.
  std::optional<Judged> check_clusters() const {
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) {
      const Cluster& c = clusters_[i];
      if (c.written == kNever && (c.low == kNever || is_initial(i))) continue;
      if (c.written != kNever && c.low > c.written) continue;
      const Operation* read = ended_at(key_, c.low);
      if (read == nullptr) continue;
      if (c.written == kNever) {
        return unexplained(
            key_, *read,
            fmt::format("nobody had written {}, or only what was reported as failed", text(value_of(i))));
      }
      const Operation* write = begun_at(key_, c.written);
      return unexplained(key_, *read, "that was written only after it had ended", {write});
    }
    return std::nullopt;
  }

  /// Follows the compare-and-sets from each value that was written without one.
  std::optional<Judged> chain_up() {
    if (ties_.empty()) return std::nullopt;
    std::vector<std::uint32_t> next(clusters_.size(), kNone);
    std::vector<bool> tied(clusters_.size(), false);
    for (const auto& [from, to] : ties_) {
      if (next[from] != kNone) return two_sets(from, next[from], to);
      next[from] = to;
      tied[to] = true;
    }
    heads_.assign(clusters_.size(), kNone);
    ranks_.assign(clusters_.size(), 0);
    chains_.assign(clusters_.size(), {});
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) {
      if (tied[i] || !clusters_[i].used()) continue;
      if (auto found = follow(i, next)) return found;
    }
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) {
      if (heads_[i] != kNone || !clusters_[i].used()) continue;
      const Operation* set = begun_at(key_, clusters_[i].written);
      return unexplained(key_, *set, "what it expected came only from what it wrote");
    }
    return std::nullopt;
  }

  std::optional<Judged> follow(std::uint32_t head, const std::vector<std::uint32_t>& next) {
    Zone& zone = chains_[head];
    std::uint64_t rank = 0;
    std::uint32_t latest = 0;  // beginning, of what comes earlier in the chain
    for (std::uint32_t i = head; i != kNone; i = next[i]) {
      const Cluster& c = clusters_[i];
      heads_[i] = head;
      ranks_[i] = rank++;
      if (c.written != kNever) {
        if (c.end < latest) return out_of_order(c.end, latest);
        latest = std::max(latest, c.written);
      }
      if (c.low < latest) return out_of_order(c.low, latest);
      latest = std::max(latest, c.high);
      zone.low = std::min({zone.low, c.low, c.written != kNever ? c.end : kNever});
    }
    zone.high = latest;
    if (is_initial(head)) zone.low = 0;
    return std::nullopt;
  }

  std::optional<Judged> out_of_order(std::uint32_t end, std::uint32_t begin) const {
    const Operation* ended = ended_at(key_, end);
    const Operation* began = begun_at(key_, begin);
    return unexplained(
        key_, *ended, "by the compare-and-sets between them it came after an operation that began only later",
        {began});
  }

  std::optional<Judged> two_sets(std::uint32_t from, std::uint32_t a, std::uint32_t b) const {
    const Operation* one = begun_at(key_, clusters_[a].written);
    const Operation* other = begun_at(key_, clusters_[b].written);
    return unexplained(key_, *one,
                       fmt::format("another one set {} as well, which was there only once", named(from)),
                       {other});
  }

  std::uint32_t head_of(std::uint32_t cluster) const { return heads_.empty() ? cluster : heads_[cluster]; }
  std::uint64_t rank_of(std::uint32_t cluster) const { return ranks_.empty() ? 0 : ranks_[cluster]; }
  Zone zone(std::uint32_t head) const {
    if (!chains_.empty()) return chains_[head];
    const Cluster& c = clusters_[head];
    if (is_initial(head)) return {0, c.high};
    return {std::min(c.low, c.end), std::max(c.high, c.written)};
  }
  bool is_head(std::uint32_t cluster) const {
    return clusters_[cluster].used() && head_of(cluster) == cluster;
  }

  Judged check_zones() const {
    std::vector<std::uint64_t> forward;  // low, high
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) {
      if (!is_head(i)) continue;
      const Zone z = zone(i);
      if (z.low < z.high) forward.push_back(std::uint64_t{z.low} << 32 | z.high);
    }
    if (!std::is_sorted(forward.begin(), forward.end())) std::sort(forward.begin(), forward.end());
    const auto low = [&](std::size_t i) { return static_cast<std::uint32_t>(forward[i] >> 32); };
    const auto high = [&](std::size_t i) { return static_cast<std::uint32_t>(forward[i]); };
    for (std::size_t i = 1; i < forward.size(); ++i) {
      if (low(i) < high(i - 1)) return conflict(low(i - 1), low(i));
    }
    // The first value is there before event 0. The last zone that begins before another one is near where it
    // was for the one before.
    std::size_t at = 0;
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) {
      if (!is_head(i)) continue;
      const Zone z = zone(i);
      if (z.low <= z.high || forward.empty()) continue;
      while (at + 1 < forward.size() && low(at + 1) <= z.high) ++at;
      while (at > 0 && low(at) > z.high) --at;
      if (low(at) <= z.high && z.low < high(at)) return conflict(low(at), z.low);
    }
    return {};
  }

  /// The zones with these lows.
  Judged conflict(std::uint32_t low_a, std::uint32_t low_b) const {
    std::uint32_t a = kNone;
    std::uint32_t b = kNone;
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) {
      if (!is_head(i)) continue;
      if (zone(i).low == low_a && a == kNone) a = i;
      if (zone(i).low == low_b) b = i;
    }
    const auto name = [&](std::uint32_t head) {
      return fmt::format("the time for which {} held {}{}", key_.name(), named(head),
                         chains_.empty() ? "" : ", or what was set from it");
    };
    const auto writer = [&](std::uint32_t head) {
      return clusters_[head].written == kNever ? nullptr : begun_at(key_, clusters_[head].written);
    };
    const Operation* end_a = low_a == 0 ? nullptr : ended_at(key_, low_a);
    if (end_a == nullptr) return before_the_first(b, zone(a).high);
    BothWays pair{.first = name(a),
                  .second = name(b),
                  .end_of_first = end_a,
                  .begin_of_second = begun_at(key_, zone(b).high),
                  .end_of_second = ended_at(key_, low_b),
                  .begin_of_first = begun_at(key_, zone(a).high)};
    return with_chains(both_ways(key_, pair, {writer(a), writer(b)}), {a, b});
  }

  /// What was there at the beginning is read when something else had been there already.
  Judged before_the_first(std::uint32_t other, std::uint32_t read) const {
    const Operation* ended = ended_at(key_, zone(other).low);
    const Operation* writer = begun_at(key_, clusters_[other].written);
    const Operation* reader = begun_at(key_, read);
    return with_chains(unexplained(key_, *reader,
                                   fmt::format("{} had been overwritten for good before that began: {}",
                                               key_.name(), describe(key_.history(), *ended)),
                                   {writer, ended}),
                       {other});
  }

  /// Together with the compare-and-sets that tie a chain.
  Judged with_chains(Judged judged, std::initializer_list<std::uint32_t> heads) const {
    if (chains_.empty()) return judged;
    for (std::uint32_t i = 0; i < clusters_.size(); ++i) {
      if (std::find(heads.begin(), heads.end(), heads_[i]) != heads.end() && clusters_[i].written != kNever) {
        judged.operations.push_back(clusters_[i].written);
      }
    }
    std::sort(judged.operations.begin(), judged.operations.end());
    judged.operations.erase(std::unique(judged.operations.begin(), judged.operations.end()),
                            judged.operations.end());
    return judged;
  }

  const KeyCase& key_;
  std::optional<Object> object_;  ///< with compare-and-set; a plain register needs no copy of its operations
  std::string why_not_;
  ValueId initial_ = kNone;
  ValueId twice_ = kNone;
  ValueId first_ = 0;
  bool dense_ = true;
  std::vector<Cluster> clusters_;
  boost::unordered_flat_map<ValueId, std::uint32_t> places_;  ///< unless dense
  std::vector<ValueId> values_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ties_;  ///< compare-and-sets, from cluster to cluster
  std::vector<std::uint32_t> heads_;                           ///< of each cluster's chain, if there are ties
  std::vector<std::uint64_t> ranks_;
  std::vector<Zone> chains_;  ///< by head
};

}  // namespace

Judged judge_by_zones(const KeyCase& key, Model model) { return Zones(key, model).judge(); }

std::optional<Linearization> order_by_zones(const KeyCase& key, Model model) {
  Zones zones(key, model);
  if (zones.judge().answer != Judged::Answer::linearizable) return std::nullopt;
  return zones.order();
}

}  // namespace fracas::checker::linearizability
