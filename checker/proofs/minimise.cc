#include "checker/proofs/minimise.h"

#include <algorithm>
#include <functional>

#include "checker/proofs/sub_history.h"
#include "checker/proofs/traces.h"

namespace fracas::checker {
namespace {

/// In order of invocation.
using Part = std::vector<const Operation*>;

constexpr auto kByInvocation = [](const Operation* a, const Operation* b) { return a->invoked < b->invoked; };

bool has(const Part& part, const Operation* o) {
  return std::binary_search(part.begin(), part.end(), o, kByInvocation);
}

void put_in_order(Part& part) {
  std::sort(part.begin(), part.end(), kByInvocation);
  part.erase(std::unique(part.begin(), part.end()), part.end());
}

class Search {
 public:
  Search(const PropertyInfo& property, const Case& whole, const ProofLimits& limits)
      : property_(property), whole_(whole), traces_(traces(whole)), limits_(limits) {}

  void prove(Witness& witness) {
    witness_ = &witness;
    accused_.clear();
    for (const std::uint32_t name : witness.operations)
      if (const Operation* o = whole_.history().invoked_at(name)) accused_.push_back(o);
    put_in_order(accused_);
    if (accused_.empty() && witness.key.empty()) return;
    for (const Growth grow : {&Search::nothing_more, &Search::final_values, &Search::same_sessions,
                              &Search::same_time, &Search::same_keys}) {
      Part part = accused_;
      (this->*grow)(part);
      if (!close(part)) return;
      if (!violates(part)) continue;
      shrink(part);
      for (const Operation* o : part) witness.proof.push_back(o->invoked);
      if (witness.key.empty() && !dumps().empty() && !violates(part, false))
        witness.key = whole_.history().text(accused_.back()->key);
      return;
    }
  }

 private:
  using Growth = void (Search::*)(Part&) const;

  // What else may be needed, from little to much.
  void nothing_more(Part&) const {}
  /// Who wrote what the replicas hold at the end.
  void final_values(Part& part) const {
    for (const KeyDump* dump : dumps())
      for (const ReplicaState& replica : dump->replicas)
        for (const std::string& value : replica.values) {
          const auto writers = traces_.writers({dump->key, value});
          part.insert(part.end(), writers.begin(), writers.end());
        }
  }
  void same_sessions(Part& part) const {
    final_values(part);
    add_beside(part, [&](const Operation& o) {
      return in_time(o) && std::any_of(accused_.begin(), accused_.end(), [&](const Operation* a) {
               return whole_.history().session(*a) == whole_.history().session(o);
             });
    });
  }
  void same_time(Part& part) const {
    final_values(part);
    add_beside(part, [&](const Operation& o) { return in_time(o); });
  }
  void same_keys(Part& part) const {
    add_beside(part, [](const Operation&) { return true; });
  }

  std::vector<const KeyDump*> dumps() const {
    std::vector<const KeyDump*> found;
    const auto add = [&](std::string_view key) {
      const KeyDump* dump = whole_.dump(key);
      if (dump != nullptr && std::find(found.begin(), found.end(), dump) == found.end())
        found.push_back(dump);
    };
    for (const Operation* o : accused_) add(whole_.history().text(o->key));
    add(witness_->key);
    return found;
  }

  /// Overlaps the time from the first of the accused operations to the end of the last.
  bool in_time(const Operation& o) const {
    if (accused_.empty()) return true;
    return o.invoked <= accused_.back()->completed && accused_.front()->invoked <= o.completed;
  }

  void add_beside(Part& part, const std::function<bool(const Operation&)>& wanted) const {
    std::vector<TextId> done;
    for (const Operation* accused : accused_) {
      if (std::find(done.begin(), done.end(), accused->key) != done.end()) continue;
      done.push_back(accused->key);
      for (const Operation* o : traces_.beside(*accused)) {
        if (part.size() > limits_.operations) return;
        if (wanted(*o)) part.push_back(o);
      }
    }
  }

  /// Adds what the operations need to make sense. False: too many.
  bool close(Part& part) const {
    put_in_order(part);
    Part fresh = part;
    while (!fresh.empty()) {
      Part needed;
      const auto need = [&](const Operation* o) {
        if (!has(part, o)) needed.push_back(o);
      };
      for (const Operation* o : fresh) {
        // What was answered before the first of the accused began cannot have seen any of them.
        if (const Operation* before = traces_.context(*o); before != nullptr && in_time(*before))
          need(before);
        // What others were shown can be told without the values of those who are left out; what an accused
        // read returned is the point.
        const bool the_point = o->f == Function::read && has(accused_, o);
        if (traces_.separable(*o) && !the_point) continue;
        for (const Operation* other : traces_.needs(*o)) need(other);
      }
      put_in_order(needed);
      part.insert(part.end(), needed.begin(), needed.end());
      put_in_order(part);
      if (part.size() > limits_.operations) return false;
      fresh = std::move(needed);
    }
    return true;
  }

  /// A set of which only reads are left would be taken for a register.
  bool same_kinds(const Case& alone) const {
    return std::all_of(alone.keys().begin(), alone.keys().end(), [&](const KeyCase& key) {
      return traces_.kind(*whole_.history().find(key.name())) == key.kind;
    });
  }

  bool violates(const Part& part, bool with_dumps = true) {
    const std::uint64_t cost = part.size() + 10;
    if (spent_ + cost > limits_.judged) return false;
    spent_ += cost;
    SubHistory sub = sub_history(whole_, part, witness_->key);
    if (!with_dumps) sub.evidence.dumps.reset();
    const Case alone(sub.history, sub.evidence, whole_.judged_as());
    if (!same_kinds(alone)) return false;
    const Verdict verdict = property_.check(alone);
    return verdict.result == Result::violated &&
           std::any_of(verdict.witnesses.begin(), verdict.witnesses.end(),
                       [&](const Witness& found) { return same_crime(found, sub); });
  }

  bool same_crime(const Witness& found, const SubHistory& sub) const {
    if (!witness_->key.empty() && found.key != witness_->key) return false;
    std::vector<std::uint32_t> names;
    for (const std::uint32_t name : found.operations) names.push_back(sub.names[name]);
    std::sort(names.begin(), names.end());
    return std::all_of(accused_.begin(), accused_.end(), [&](const Operation* o) {
      return std::binary_search(names.begin(), names.end(), o->invoked);
    });
  }

  /// Leaves out halves, then quarters..., at last single operations until none can be spared.
  void shrink(Part& part) {
    for (std::size_t chunk = std::max<std::size_t>(part.size() / 2, 1);;
         chunk = std::max<std::size_t>(chunk / 2, 1)) {
      bool smaller = false;
      for (std::size_t begin = 0; begin < part.size();) {
        Part fewer = without(part, begin, chunk);
        if (fewer.size() < part.size() && violates(fewer)) {
          part = std::move(fewer);
          smaller = true;
        } else {
          begin += chunk;
        }
      }
      if (chunk == 1 && !smaller) return;
    }
  }

  Part without(const Part& part, std::size_t begin, std::size_t count) const {
    Part fewer;
    for (std::size_t i = 0; i < part.size(); ++i)
      if (i < begin || i >= begin + count || has(accused_, part[i])) fewer.push_back(part[i]);
    return close(fewer) ? fewer : part;
  }

  const PropertyInfo& property_;
  const Case& whole_;
  const Traces& traces_;
  const ProofLimits& limits_;
  std::uint64_t spent_ = 0;
  const Witness* witness_ = nullptr;
  Part accused_;  ///< the operations that the witness names
};

}  // namespace

void minimise(Verdict& verdict, const PropertyInfo& property, const Case& whole, const ProofLimits& limits) {
  if (verdict.result != Result::violated) return;
  Search search(property, whole, limits);
  for (Witness& witness : verdict.witnesses) search.prove(witness);
}

}  // namespace fracas::checker
