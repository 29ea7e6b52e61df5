// The stamps that a last-write-wins store shows are those of what was written: one version has one value and
// one write, and a value is seen under the stamp that its write was acknowledged with. Causal truth never
// rests on stamps; here they are checked against it. (That a stamp goes back within a session is
// monotonic-writes' business: honest clocks may do that.) Registers only.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

class KeyCheck {
 public:
  KeyCheck(const KeyCase& key, VerdictBuilder& verdict)
      : history_(key.history()), key_(key), verdict_(verdict) {}

  void run() {
    for (const Operation* o : key_.operations) {
      const Stamp* stamp = o->outcome == Outcome::ok ? history_.stamp(*o) : nullptr;
      if (stamp == nullptr) continue;
      verdict_.checked();
      shown_.push_back({stamp, o});
      compare_with_write(*o, *stamp);
    }
    std::stable_sort(shown_.begin(), shown_.end(), [](const Shown& a, const Shown& b) {
      const auto all = [](const Stamp& s) { return std::tie(s.us, s.actor, s.sequence); };
      return all(*a.stamp) < all(*b.stamp);
    });
    for (std::size_t i = 0, first = 0; i < shown_.size(); ++i) {
      if (*shown_[i].stamp != *shown_[first].stamp) first = i;
      compare(shown_[first], shown_[i]);
    }
  }

 private:
  struct Shown {
    const Stamp* stamp = nullptr;
    const Operation* operation = nullptr;
  };

  static std::string text(const Stamp& s) { return fmt::format("[{}, {}, {}]", s.us, s.actor, s.sequence); }

  void report(const Operation& a, const Operation& b, std::string_view but) {
    verdict_.violated([&] {
      return witness(fmt::format("{}; and {}; {}.", describe_first(history_, a), describe(history_, b), but),
                     {&a, &b});
    });
  }

  /// What a read returned has one write, whose stamp is known.
  void compare_with_write(const Operation& read, const Stamp& stamp) {
    if (read.f != Function::read || read.value == kNullText) return;
    const auto writers = key_.writers().of(read.value);
    if (writers.size() != 1 || writers[0]->outcome != Outcome::ok) return;
    const Stamp* written = history_.stamp(*writers[0]);
    if (written == nullptr || *written == stamp) return;
    report(*writers[0], read,
           fmt::format("the same value was stamped {} and then {}", text(*written), text(stamp)));
  }

  void compare(const Shown& first, const Shown& later) {
    if (&first == &later) return;
    const bool both_write = writes(*first.operation) && writes(*later.operation);
    if (!both_write && first.operation->value == later.operation->value) return;
    report(*first.operation, *later.operation,
           fmt::format("both are version {}, which is used twice", text(*first.stamp)));
  }

  const History& history_;
  const KeyCase& key_;
  VerdictBuilder& verdict_;
  std::vector<Shown> shown_;
};

}  // namespace

Verdict check_honest_versions(const Case& whole) {
  VerdictBuilder verdict("honest-versions");
  if (whole.conflict() == Conflict::siblings) return std::move(verdict).finish("siblings have no stamps");
  for (const KeyCase& key : whole.keys())
    if (key.kind == KeyKind::reg) KeyCheck(key, verdict).run();
  return std::move(verdict).finish("no register was shown with a stamp");
}

}  // namespace fracas::checker
