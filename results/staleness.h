// How stale reads were (checker/staleness), as report.json has it and in a sentence.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "checker/history.h"
#include "checker/staleness/measure.h"

namespace fracas::results {

nlohmann::ordered_json staleness_json(const checker::staleness::Measurement&, const checker::History&);

/// "k <= 2 (exact), delta = 130 ms, 12 of 3,000 measured register reads (0.400 %) were stale ...", of that.
std::string staleness_sentence(const nlohmann::ordered_json& staleness);

}  // namespace fracas::results
