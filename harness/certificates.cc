#include "harness/certificates.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "checker/linearizability/judged.h"

namespace fracas::harness {
namespace {

using Json = nlohmann::ordered_json;

std::string line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

/// Each name as its distance from the one before: small numbers, since an order is nearly that of time.
Json distances(const std::vector<std::uint32_t>& order) {
  Json list = Json::array();
  std::int64_t before = 0;
  for (const std::uint32_t name : order) {
    list.push_back(std::int64_t{name} - before);
    before = name;
  }
  return list;
}

std::string orders(const checker::Verdict& verdict, const checker::Case& whole) {
  std::string lines;
  std::size_t certified = 0;
  for (const checker::KeyCase* object : checker::linearizability::objects_of(whole)) {
    Json json = {{"property", verdict.property}, {"result", "holds"}, {"object", object->name()}};
    certified += object->operations.size();
    const auto found = certified > kMaxCertified ? std::nullopt : checker::linearization(*object);
    if (found) {
      json["initial"] = Json::parse(whole.judged_as().initial, nullptr, false);
      json["order"] = distances(found->order);
    } else {
      json["omitted"] =
          certified > kMaxCertified
              ? fmt::format("the orders of all objects have more than {} operations", kMaxCertified)
              : "no order was found within the limits, or the object has no model";
    }
    lines += line(json);
  }
  return lines;
}

}  // namespace

std::string certificates(const checker::Verdict& verdict, const checker::Case& whole) {
  if (verdict.result == checker::Result::holds && verdict.property == "linearizable")
    return orders(verdict, whole);
  std::string lines;
  if (verdict.result != checker::Result::violated) return lines;
  for (const checker::Witness& witness : verdict.witnesses)
    lines += line({{"property", verdict.property},
                   {"result", "violated"},
                   {"operations", witness.proof.empty() ? witness.operations : witness.proof}});
  return lines;
}

}  // namespace fracas::harness
