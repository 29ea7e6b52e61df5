// Every element that was acknowledged stays in its set: none is missed by a read that began after that, and
// by all reads that began later. (Jepsen's set-full. There an element counts as known from the first read
// that shows it, too; who is only told by a read of an add that goes on may be told otherwise by the next
// one, which is monotonic-reads' business.) No read shows an element twice, where reads show no siblings.
#include <fmt/format.h>

#include <algorithm>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/set_elements.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

/// Lists are read as sets are, but may hold an element more than once.
bool is_set(const KeyCase& key) {
  return key.kind == KeyKind::set &&
         std::none_of(key.operations.begin(), key.operations.end(),
                      [](const Operation* o) { return o->f == Function::append; });
}

Witness lost(const KeyCase& key, const SetElement& element) {
  const History& history = key.history();
  const Operation& add = *element.acknowledged;
  const std::string since = element.last_shown == nullptr
                                ? std::string("no read ever showed it")
                                : fmt::format("the last read that showed it began at {}",
                                              seconds(history.invoked_ns(*element.last_shown)));
  Witness found = witness(
      fmt::format(
          "{}, yet the read of session {} that began at {} misses it, and no later one shows it: {}{}.",
          describe_first(history, add), history.session(*element.last_missed),
          seconds(history.invoked_ns(*element.last_missed)), since,
          faults_around(key.evidence(), history.invoked_ns(add), history.invoked_ns(*element.last_missed))),
      {&add, element.last_missed});
  if (element.last_shown != nullptr) found.operations.push_back(element.last_shown->invoked);
  return found;
}

void judge_twice(const KeyCase& key, VerdictBuilder& verdict) {
  std::vector<TextId> values;
  for (const Operation* o : key.operations) {
    if (o->f != Function::read || o->outcome != Outcome::ok) continue;
    const auto shown_values = key.answers().of(key.place_of(*o));
    values.assign(shown_values.begin(), shown_values.end());
    std::sort(values.begin(), values.end());
    const auto twice = std::adjacent_find(values.begin(), values.end());
    if (twice == values.end()) continue;
    verdict.violated([&] {
      return witness(fmt::format("{}, which shows {} more than once.", describe_first(key.history(), *o),
                                 shown(key.answers().text(*twice))),
                     {o});
    });
  }
}

/// How many elements some read tells of.
std::uint64_t judge(const KeyCase& key, VerdictBuilder& verdict) {
  const auto elements = set_elements(key);
  std::uint64_t read = 0;
  for (const SetElement& element : elements) {
    if (element.fate() != ElementFate::never_read) ++read;
    if (element.lost_though_acknowledged()) verdict.violated([&] { return lost(key, element); });
  }
  verdict.checked(read);
  if (key.conflict() != Conflict::siblings) judge_twice(key, verdict);
  return read;
}

}  // namespace

Verdict check_set_full(const Case& whole) {
  VerdictBuilder verdict("set-full");
  std::uint64_t sets = 0;
  std::uint64_t read = 0;
  for (const KeyCase& key : whole.keys()) {
    if (!is_set(key)) continue;
    ++sets;
    read += judge(key, verdict);
  }
  if (sets > 0 && read == 0) verdict.undecided("no read tells whether a set kept what was added to it");
  return std::move(verdict).finish("nothing was added to a set");
}

}  // namespace fracas::checker
