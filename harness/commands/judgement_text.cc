#include "harness/commands/judgement_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/commands/table.h"

namespace fracas::harness {
namespace {

std::string checked(const checker::Verdict& verdict) {
  const checker::PropertyInfo* info = checker::find_property(verdict.property);
  return fmt::format("{} {}", verdict.checked, info == nullptr ? "" : info->unit);
}

std::string remark(const Judged& judged) {
  if (!judged.met) return judged.promise.guaranteed ? "<- this was guaranteed" : "<- not as expected";
  return judged.verdict.reason;
}

}  // namespace

std::string properties_text(const Judgement& judgement) {
  std::vector<Row> rows;
  for (const Judged& judged : judgement.properties) {
    const checker::Verdict& v = judged.verdict;
    rows.push_back({v.property, judged.promise.guaranteed ? "guaranteed" : "not guaranteed",
                    std::string(checker::to_string(v.result)), std::to_string(v.count), checked(v),
                    remark(judged)});
  }
  return table({"property", "promise", "result", "count", "checked", ""}, rows);
}

std::string witnesses_text(const Judgement& judgement, std::size_t most) {
  std::string text;
  for (const Judged& judged : judgement.properties) {
    const checker::Verdict& v = judged.verdict;
    if (v.result != checker::Result::violated) continue;
    text += fmt::format("{}, violated {} times ({}):\n", v.property, v.count,
                        judged.promise.guaranteed ? "guaranteed" : "not guaranteed");
    const std::size_t shown = std::min(most, v.witnesses.size());
    for (std::size_t i = 0; i < shown; ++i) text += "  - " + wrapped(v.witnesses[i].explanation, 4) + '\n';
    if (v.count > shown) text += fmt::format("  ... and {} more\n", v.count - shown);
  }
  return text;
}

nlohmann::ordered_json judgement_json(const Judgement& judgement) {
  return {{"verdict", judgement.verdict},
          {"reason", judgement.sentence},
          {"exit", static_cast<int>(judgement.exit)},
          {"properties", properties_json(judgement)}};
}

}  // namespace fracas::harness
