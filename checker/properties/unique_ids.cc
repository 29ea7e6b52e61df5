// No two operations that generate something were given the same. (Jepsen's unique-ids.)
#include <fmt/format.h>

#include <vector>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/verdict.h"

namespace fracas::checker {

Verdict check_unique_ids(const Case& whole) {
  const History& history = whole.history();
  VerdictBuilder verdict("unique-ids");
  std::vector<const Operation*> first(history.texts());  // that was given it
  for (const Operation& o : history.operations()) {
    if (o.f != Function::generate || o.outcome != Outcome::ok || o.value == kNullText) continue;
    verdict.checked();
    const Operation*& before = first[o.value];
    if (before == nullptr) {
      before = &o;
      continue;
    }
    verdict.violated([&] {
      return witness(fmt::format("{}, yet {}.", describe_first(history, *before), describe(history, o)),
                     {before, &o});
    });
  }
  return std::move(verdict).finish("nothing was generated");
}

}  // namespace fracas::checker
