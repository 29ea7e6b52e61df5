#include "results/staleness.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "results/html.h"
#include "results/quantile.h"

namespace fracas::results {

using checker::staleness::Atomicity;
using checker::staleness::KeyAtomicity;
using checker::staleness::Measurement;
using nlohmann::ordered_json;

namespace {

constexpr std::size_t kMostKeysNamed = 10;

double milliseconds(std::int64_t ns) { return static_cast<double>(ns / 1000) / 1e3; }

ordered_json k_json(const Atomicity& of) { return {{"at_least", of.k_at_least}, {"at_most", of.k_at_most}}; }

ordered_json delta_json(const Atomicity& of) {
  return {{"at_least", milliseconds(of.delta_at_least_ns)}, {"at_most", milliseconds(of.delta_at_most_ns)}};
}

/// The worst first; of equals, the one that the history names first.
ordered_json worst_keys_json(std::vector<KeyAtomicity> keys, const checker::History& history) {
  std::stable_sort(keys.begin(), keys.end(), [](const KeyAtomicity& a, const KeyAtomicity& b) {
    return a.of.k_at_most != b.of.k_at_most ? a.of.k_at_most > b.of.k_at_most
                                            : a.of.delta_at_most_ns > b.of.delta_at_most_ns;
  });
  if (keys.size() > kMostKeysNamed) keys.resize(kMostKeysNamed);
  ordered_json list = ordered_json::array();
  for (const KeyAtomicity& key : keys)
    list.push_back({{"key", history.text(key.key)}, {"k", k_json(key.of)}, {"delta_ms", delta_json(key.of)}});
  return list;
}

/// "k = 2", "k = 3 to 5".
std::string range(const char* name, const ordered_json& of, const char* unit) {
  const std::string least = decimal(of["at_least"]), most = decimal(of["at_most"]);
  return least == most ? fmt::format("{} = {}{}", name, least, unit)
                       : fmt::format("{} = {} to {}{}", name, least, most, unit);
}

}  // namespace

ordered_json staleness_json(const Measurement& m, const checker::History& history) {
  std::vector<std::uint32_t> ages_us = m.ages_us;
  const auto age_ms = [&](std::uint32_t permille) {
    return ages_us.empty() ? ordered_json(nullptr)
                           : ordered_json(static_cast<double>(quantile(ages_us, permille)) / 1e3);
  };
  ordered_json json;
  json["stale_reads"] = m.stale_reads;
  json["reads"] = m.reads;
  json["p50_ms"] = age_ms(500);
  json["p99_ms"] = age_ms(990);
  json["max_ms"] = age_ms(1000);
  json["max_versions"] = m.max_versions;
  json["versions"] = ordered_json::array();
  for (const auto& group : m.versions)
    json["versions"].push_back({{"at_most", group.at_most}, {"reads", group.reads}});
  json["visibility"] = ordered_json::array();
  for (const auto& group : m.visibility)
    if (group.reads > 0)
      json["visibility"].push_back(
          {{"from_ms", group.from_ms}, {"reads", group.reads}, {"seen", group.seen}});
  json["k"] = k_json(m.all);
  json["delta_ms"] = delta_json(m.all);
  json["keys"] = m.keys;
  json["keys_left_out"] = m.keys_left_out;
  json["keys_not_atomic"] = m.not_atomic.size();
  json["worst_keys"] = worst_keys_json(m.not_atomic, history);
  return json;
}

std::string staleness_sentence(const ordered_json& staleness) {
  const std::uint64_t stale = staleness["stale_reads"], reads = staleness["reads"];
  const std::uint64_t keys = staleness["keys"], left_out = staleness["keys_left_out"];
  if (reads == 0) return "No read could be measured for staleness.";
  std::string text;
  if (stale == 0) {
    text = fmt::format("None of {} was stale.", counted(reads, "measured register read"));
  } else {
    text = fmt::format(
        "{} of {} ({:.3f} %) returned a value that had been superseded before the read began: by up to {}, "
        "and for up to {} ms in 99 % of these.",
        grouped(stale), counted(reads, "measured register read"),
        100.0 * static_cast<double>(stale) / static_cast<double>(reads),
        counted(staleness["max_versions"], "newer version"), decimal(staleness["p99_ms"]));
  }
  if (keys == 0) return text;
  const std::string without =
      left_out == 0 ? "" : fmt::format(" ({} with siblings or repeated values left out)", grouped(left_out));
  if (staleness["k"]["at_most"] == 1)
    return text + fmt::format(" {} atomic{}: k = 1.",
                              keys == 1 ? "The one key is" : fmt::format("All {} keys are", grouped(keys)),
                              without);
  const std::uint64_t not_atomic = staleness["keys_not_atomic"];
  return text + fmt::format(
                    " {} of {} not atomic{}: {} (in one order, every read returns one of the k "
                    "latest writes), {} (by so much all reads would have to begin earlier).",
                    grouped(not_atomic), counted(keys, "key") + (not_atomic == 1 ? " is" : " are"), without,
                    range("k", staleness["k"], ""), range("delta", staleness["delta_ms"], " ms"));
}

}  // namespace fracas::results
