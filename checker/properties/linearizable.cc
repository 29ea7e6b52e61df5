// Each object's operations can be put in one order that extends real time and in which each answer is right
// (Herlihy & Wing 1990). Objects are judged one by one: together they are linearizable if each is.
#include "checker/linearizability/judged.h"
#include "checker/properties/all.h"
#include "checker/verdict.h"

namespace fracas::checker {

Verdict check_linearizable(const Case& whole) {
  constexpr std::string_view kName = "linearizable";
  if (whole.conflict() == Conflict::siblings)
    return not_applicable(kName, "a key that keeps siblings holds several values at once: it is no register");
  VerdictBuilder verdict(kName);
  std::string nothing = "no operation on an object of a model that linearizability knows";
  for (const KeyCase* key : linearizability::objects_of(whole)) {
    const auto model = linearizability::model_of(*key);
    if (!model) continue;
    linearizability::Judged judged = linearizability::judge(*key, *model);
    using Answer = linearizability::Judged::Answer;
    if (judged.answer == Answer::not_applicable) {
      nothing = std::move(judged.words);
      continue;
    }
    verdict.checked(key->operations.size());
    if (judged.answer == Answer::undecided) verdict.undecided(std::move(judged.words));
    if (judged.answer != Answer::contradiction) continue;
    verdict.violated([&] { return Witness{std::move(judged.words), std::move(judged.operations)}; });
  }
  return std::move(verdict).finish(nothing);
}

}  // namespace fracas::checker
