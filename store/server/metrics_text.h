// /metrics: the text format of Prometheus, with a sentence and a type for each family.
#pragma once

#include <span>
#include <string_view>

#include "store/node.h"
#include "store/server/http_answer.h"

namespace fracas::store {

/// A family of series. Counters end in _total, all others are gauges; seconds and bytes are in the name.
struct MetricInfo {
  std::string_view name;
  std::string_view help;
};
std::span<const MetricInfo> metric_families();

void write_metrics(HttpAnswer&, const Metrics&);

}  // namespace fracas::store
