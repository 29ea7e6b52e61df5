// The operations of witnesses, as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "checker/history.h"
#include "results/run_folder.h"

namespace fracas::results {

/// Operations shown per witness; what is left out is counted in `operations_omitted`.
inline constexpr std::size_t kMaxWitnessOperations = 50;
/// Bytes of a value's JSON text; longer ones are shown as the text's begin and "...".
inline constexpr std::size_t kMaxValueBytes = 2000;

/// Of the sentence and of the proof: {"explanation", "operations": [{"index", "f", "key", ...}]}. An index
/// that is no invocation of the history is an error of verdicts.json.
Read<nlohmann::ordered_json> witness_json(const WitnessRecord&, const checker::History&);

}  // namespace fracas::results
