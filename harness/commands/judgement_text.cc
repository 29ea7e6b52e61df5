#include "harness/commands/judgement_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "harness/commands/table.h"
#include "harness/judgement.h"

namespace fracas::harness {
namespace {

/// Of a narrow terminal.
constexpr std::size_t kColumns = 80;

std::string checked(const checker::Verdict& verdict) {
  const checker::PropertyInfo* info = checker::find_property(verdict.property);
  return fmt::format("{} {}", verdict.checked, info == nullptr ? "" : info->unit);
}

/// In capitals where it is not what was promised or expected: seen without colours, and in a pipe.
std::string result(const Judged& judged) {
  std::string text(checker::to_string(judged.verdict.result));
  if (!judged.met)
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string indented(const std::string& lines) {
  std::string text;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin) + 1;
    if (end - begin > 1) text += "    ";
    text += lines.substr(begin, end - begin);
    begin = end;
  }
  return text;
}

/// Below the table, since no column would be wide enough.
std::string remarks(const Judgement& judgement) {
  std::string text;
  for (const Judged& judged : judgement.properties)
    if (const checker::Verdict& v = judged.verdict; !v.reason.empty())
      text += wrapped(fmt::format("{}: {}: {}", v.property, checker::to_string(v.result), v.reason), 2,
                      kColumns) +
              '\n';
  return text.empty() ? text : '\n' + text;
}

}  // namespace

std::string properties_text(const Judgement& judgement) {
  std::vector<Row> rows;
  for (const Judged& judged : judgement.properties) {
    const checker::Verdict& v = judged.verdict;
    rows.push_back({v.property, judged.promise.guaranteed ? "guaranteed" : "not guaranteed", result(judged),
                    std::to_string(v.count), checked(v)});
  }
  return table({"property", "promise", "result", "count", "checked"}, rows, kColumns) + remarks(judgement);
}

std::string witnesses_text(const Judgement& judgement, std::size_t most) {
  std::string text;
  std::vector<const Judged*> sorted = most_telling_first(judgement.properties);
  std::stable_partition(sorted.begin(), sorted.end(), [](const Judged* judged) { return !judged->met; });
  for (const Judged* judged : sorted) {
    const checker::Verdict& v = judged->verdict;
    if (v.result != checker::Result::violated) continue;
    text += fmt::format("{}, violated {} ({}):\n", v.property,
                        v.count == 1 ? "once" : fmt::format("{} times", v.count),
                        judged->promise.guaranteed ? "guaranteed" : "not guaranteed");
    const std::size_t shown = std::min(most, v.witnesses.size());
    for (std::size_t i = 0; i < shown; ++i) {
      text += "  - " + wrapped(v.witnesses[i].explanation, 4, kColumns) + '\n';
      if (i < judged->told.size()) text += '\n' + indented(judged->told[i]) + '\n';
    }
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
