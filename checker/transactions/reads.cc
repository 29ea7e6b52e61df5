// What the reads of one transaction show by themselves: that they are of what failed (G1a) or of what was
// written over (G1b: Adya 1999), of what nobody wrote, of what comes only later, that they disagree with each
// other; and what the list of one key shows. One pass; a list that is a prefix of its key's longest is judged
// by its length.
#include <fmt/format.h>

#include <algorithm>

#include "checker/transactions/findings.h"
#include "checker/transactions/tell.h"

namespace fracas::checker::transactions {
namespace {

class Reads {
 public:
  Reads(const Transactions& txns, Findings& findings)
      : txns_(txns),
        findings_(findings),
        previous_(txns.keys.size(), kNone),
        last_append_(txns.keys.size(), kNone),
        places_(txns.keys.size()) {}

  void run() {
    if (txns_.lists) judge_lists();
    for (TxnId txn = 0; txns_.lists && txn < txns_.all.size(); ++txn)
      if (!txns_.failed(txn)) judge_own_order(txn);
    for (TxnId txn = 0; txn < txns_.all.size(); ++txn)
      if (txns_.all[txn].outcome == Outcome::ok) judge(txn);
    judge_updates();
  }

 private:
  /// Where the longest list of a key first shows what failed, and what nobody wrote.
  struct Places {
    std::uint32_t failed = kNone;
    std::uint32_t garbage = kNone;
  };
  enum class Fault : std::uint8_t { none, failed, garbage };

  Fault fault_of(VersionId version) const {
    const Version& v = txns_.versions[version];
    if (v.nil) return Fault::none;
    if (v.writer == kNone) return Fault::garbage;
    return txns_.failed(v.writer) ? Fault::failed : Fault::none;
  }

  void judge_lists() {
    for (KeyId key = 0; key < txns_.keys.size(); ++key) {
      const Key& of = txns_.keys[key];
      Places& places = places_[key];
      VersionId failed = kNone;
      for (std::uint32_t i = 0; i < of.list.size(); ++i) {
        const Fault fault = fault_of(of.list[i]);
        if (fault == Fault::failed) places.failed = std::min(places.failed, i);
        if (fault == Fault::garbage) places.garbage = std::min(places.garbage, i);
        if (fault == Fault::failed) failed = of.list[i];
        if (fault == Fault::none && committed(of.list[i]) && failed != kNone) {
          report_dirty_update(key, failed, of.list[i]);
          failed = kNone;
        }
      }
      if (of.repeats)
        findings_.add(Phenomenon::duplicate_elements, [&] {
          return Story{fmt::format("a list of {} shows an element twice, though every element was appended "
                                   "once at most",
                                   of.text),
                       readers_of(key, 1)};
        });
    }
  }

  /// A list that shows one of a transaction's appends without those before it, or in front of them.
  void judge_own_order(TxnId txn) {
    for (const MicroOp& step : txns_.micro_ops_of(txn)) {
      if (step.access == Access::read) continue;
      VersionId& before = last_append_[step.key];
      const std::uint32_t place = txns_.versions[step.version].place;
      if (before != kNone && place != kNone && txns_.versions[before].place > place)
        report_own_order(txn, before, step.version);
      before = step.version;
    }
    for (const MicroOp& step : txns_.micro_ops_of(txn)) last_append_[step.key] = kNone;
  }

  void report_own_order(TxnId txn, VersionId first, VersionId second) {
    findings_.add(Phenomenon::incompatible_order, [&] {
      return Story{fmt::format("{}; {} was read with {} but without {} in front of it, which T1 had appended "
                               "before",
                               let(txns_, {txn}), txns_.keys[txns_.versions[first].key].text,
                               shown_value(txns_, second), shown_value(txns_, first)),
                   {txn}};
    });
  }

  bool committed(VersionId version) const {
    return txns_.all[txns_.versions[version].writer].outcome == Outcome::ok;
  }

  void report_dirty_update(KeyId key, VersionId failed, VersionId on_top) {
    findings_.add(Phenomenon::dirty_update, [&] {
      const std::vector<TxnId> both{txns_.versions[failed].writer, txns_.versions[on_top].writer};
      return Story{
          fmt::format("{}; T1 failed, yet its {} stays in {} in front of the {} of T2", let(txns_, both),
                      shown_value(txns_, failed), txns_.keys[key].text, shown_value(txns_, on_top)),
          both};
    });
  }

  /// Committed transactions that read the key, the first few.
  std::vector<TxnId> readers_of(KeyId key, std::size_t count) const {
    std::vector<TxnId> readers;
    for (TxnId txn = 0; txn < txns_.all.size() && readers.size() < count; ++txn)
      for (const MicroOp& step : txns_.micro_ops_of(txn))
        if (step.access == Access::read && step.key == key) {
          readers.push_back(txn);
          break;
        }
    return readers;
  }

  void judge(TxnId txn) {
    const auto steps = txns_.micro_ops_of(txn);
    before_.assign(steps.size(), kNone);
    for (std::uint32_t i = 0; i < steps.size(); ++i) {
      before_[i] = previous_[steps[i].key];
      previous_[steps[i].key] = i;
      if (steps[i].access == Access::read) {
        judge_sources(txn, steps[i]);
        judge_against_own(txn, steps, i);
      }
      if (steps[i].access != Access::read) judge_earlier_reads(txn, steps, i);
    }
    for (const MicroOp& step : steps) previous_[step.key] = kNone;
  }

  void judge_sources(TxnId txn, const MicroOp& read) {
    if (const VersionId failed = first_fault(read, Fault::failed); failed != kNone)
      report_pair(Phenomenon::g1a, failed, txn, read, "which had failed: it was never to be seen");
    if (const VersionId garbage = first_fault(read, Fault::garbage); garbage != kNone)
      findings_.add(Phenomenon::garbage_read, [&] {
        return Story{fmt::format("{}; T1 read {} of {}, which nobody wrote", let(txns_, {txn}),
                                 shown_value(txns_, garbage), txns_.keys[read.key].text),
                     {txn}};
      });
    const Version& last = txns_.versions[read.version];
    if (last.intermediate && last.writer != txn && !txns_.failed(last.writer))
      report_pair(Phenomenon::g1b, read.version, txn, read,
                  "which that transaction itself wrote over: it was never to be seen");
    if (read.strayed)
      findings_.add(Phenomenon::incompatible_order, [&] {
        std::vector<TxnId> readers{txn};
        for (const TxnId other : readers_of(read.key, 2))
          if (other != txn && readers.size() < 2) readers.push_back(other);
        return Story{
            fmt::format("{}; what T1 read of {} is no prefix of the longest list that was read, nor is that "
                        "one of it: no single order of appends explains both",
                        let(txns_, readers), txns_.keys[read.key].text),
            readers};
      });
  }

  VersionId first_fault(const MicroOp& read, Fault fault) const {
    if (!txns_.lists) return fault_of(read.version) == fault ? read.version : kNone;
    if (!read.strayed) {
      const std::uint32_t at = fault == Fault::failed ? places_[read.key].failed : places_[read.key].garbage;
      return at < read.length ? txns_.keys[read.key].list[at] : kNone;
    }
    for (const VersionId version : txns_.list_of(read))
      if (fault_of(version) == fault) return version;
    return kNone;
  }

  void report_pair(Phenomenon phenomenon, VersionId version, TxnId reader, const MicroOp& read,
                   std::string_view why) {
    findings_.add(phenomenon, [&] {
      const std::vector<TxnId> both{txns_.versions[version].writer, reader};
      return Story{fmt::format("{}; T2 read {} of {}, written by T1, {}", let(txns_, both),
                               shown_value(txns_, version), txns_.keys[read.key].text, why),
                   both};
    });
  }

  /// What the transaction itself has read of the key and written to it before.
  void judge_against_own(TxnId txn, std::span<const MicroOp> steps, std::uint32_t at) {
    if (before_[at] == kNone) return;
    if (txns_.lists) {
      judge_list_against_own(txn, steps, at);
    } else if (const MicroOp& before = steps[before_[at]]; before.version != steps[at].version) {
      report_own(txn, steps[at], wrote_before(steps, at));
    }
  }

  void judge_list_against_own(TxnId txn, std::span<const MicroOp> steps, std::uint32_t at) {
    const auto list = txns_.list_of(steps[at]);
    std::size_t left = list.size();
    std::uint32_t i = before_[at];
    for (; i != kNone && steps[i].access == Access::append; i = before_[i]) {
      if (left == 0 || list[left - 1] != steps[i].version) return report_own(txn, steps[at], true);
      --left;
    }
    if (i == kNone) return;
    const auto earlier = txns_.list_of(steps[i]);
    const bool same = earlier.size() == left && ((!steps[i].strayed && !steps[at].strayed) ||
                                                 std::equal(earlier.begin(), earlier.end(), list.begin()));
    if (!same) report_own(txn, steps[at], wrote_before(steps, i));
  }

  bool wrote_before(std::span<const MicroOp> steps, std::uint32_t at) const {
    std::uint32_t i = before_[at];
    while (i != kNone && steps[i].access == Access::read) i = before_[i];
    return i != kNone;
  }

  /// Before its first write a transaction may find two things where the model lets it; from then on, its own.
  void report_own(TxnId txn, const MicroOp& read, bool wrote) {
    findings_.add(wrote ? Phenomenon::internal : Phenomenon::non_repeatable_read, [&] {
      return Story{
          fmt::format("{}; what T1 read of {} is not what {}", let(txns_, {txn}), txns_.keys[read.key].text,
                      wrote ? "its own steps before had left there" : "it had found there before"),
          {txn}};
    });
  }

  /// A read in front of this write that shows it already.
  void judge_earlier_reads(TxnId txn, std::span<const MicroOp> steps, std::uint32_t at) {
    std::uint32_t i = before_[at];
    while (i != kNone && (steps[i].access != Access::read || !shows(steps[i], steps[at].version)))
      i = before_[i];
    if (i == kNone) return;
    findings_.add(Phenomenon::future_read, [&] {
      return Story{fmt::format("{}; T1 read {} of {} before it wrote it", let(txns_, {txn}),
                               shown_value(txns_, steps[at].version), txns_.keys[steps[at].key].text),
                   {txn}};
    });
  }

  bool shows(const MicroOp& read, VersionId version) const {
    if (!txns_.lists) return read.version == version;
    if (!read.strayed) return txns_.versions[version].place < read.length;
    const auto list = txns_.list_of(read);
    return std::find(list.begin(), list.end(), version) != list.end();
  }

  /// Lost updates: committed transactions that first read the same version of a key and then wrote the key.
  void judge_updates() {
    std::vector<TxnId> first(txns_.versions.size(), kNone);
    std::vector<bool> told(txns_.versions.size(), false);
    for (TxnId txn = 0; txn < txns_.all.size(); ++txn) {
      if (txns_.all[txn].outcome != Outcome::ok) continue;
      for_each_update(txn, [&](VersionId version) {
        if (first[version] == kNone) {
          first[version] = txn;
        } else if (!told[version]) {
          told[version] = true;
          report_lost_update(version, first[version], txn);
        }
      });
    }
  }

  template <typename Found>
  void for_each_update(TxnId txn, Found&& found) {
    const auto steps = txns_.micro_ops_of(txn);
    for (std::uint32_t i = 0; i < steps.size(); ++i) {
      std::uint32_t& first = previous_[steps[i].key];
      const bool writes = steps[i].access != Access::read;
      if (first == kNone) {
        first = writes ? kWrote : i;
      } else if (writes && first != kWrote) {
        if (!steps[first].strayed) found(steps[first].version);
        first = kWrote;
      }
    }
    for (const MicroOp& step : steps) previous_[step.key] = kNone;
  }

  void report_lost_update(VersionId version, TxnId one, TxnId other) {
    findings_.add(Phenomenon::lost_update, [&] {
      const std::vector<TxnId> both{one, other};
      return Story{
          fmt::format("{}; both read {} of {} and then wrote it, so that one of the two has not seen what "
                      "the other did to it",
                      let(txns_, both), shown_value(txns_, version),
                      txns_.keys[txns_.versions[version].key].text),
          both};
    });
  }

  static constexpr std::uint32_t kWrote = kNone - 1;

  const Transactions& txns_;
  Findings& findings_;
  std::vector<std::uint32_t> previous_;  ///< step of the transaction at hand that touched each key
  std::vector<VersionId> last_append_;   ///< of the transaction at hand, to each key
  std::vector<std::uint32_t> before_;    ///< of each of its steps, the one before on the same key
  std::vector<Places> places_;
};

}  // namespace

void find_in_reads(const Transactions& txns, Findings& findings) { Reads(txns, findings).run(); }

}  // namespace fracas::checker::transactions
