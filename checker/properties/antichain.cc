// No answer and no replica shows a sibling beside one that had superseded it, nor one version twice: what is
// returned is an antichain of the causal order. Registers with siblings only.
#include <fmt/format.h>

#include "checker/explain.h"
#include "checker/properties/all.h"
#include "checker/side_by_side.h"
#include "checker/verdict.h"

namespace fracas::checker {
namespace {

std::string sentence(const KeyCase& key, const Reappearance& found) {
  const History& history = key.history();
  if (found.below == found.above)
    return fmt::format("{}; yet {}, with that one version twice: one write has two dots.",
                       describe_first(history, *found.below), where(key, found));
  return fmt::format("{}; then {}, having seen it; yet {}, with both side by side.",
                     describe_first(history, *found.below), describe(history, *found.above),
                     where(key, found));
}

}  // namespace

Verdict check_antichain(const Case& whole) {
  VerdictBuilder verdict("antichain");
  if (whole.conflict() != Conflict::siblings) return std::move(verdict).finish("the store keeps no siblings");
  for (const KeyCase& key : whole.keys()) {
    if (key.kind != KeyKind::reg) continue;
    const SideBySideCheck& check = check_side_by_side(key);
    verdict.checked(check.answers);
    if (!check.undecided.empty()) verdict.undecided(check.undecided);
    for (const Reappearance& found : check.found) {
      verdict.violated([&] {
        Witness proof = witness(sentence(key, found), {found.below});
        if (found.above != found.below) proof.operations.push_back(found.above->invoked);
        if (found.answer != nullptr && found.answer != found.above)
          proof.operations.push_back(found.answer->invoked);
        return proof;
      });
    }
  }
  return std::move(verdict).finish("no register with siblings showed a value");
}

}  // namespace fracas::checker
