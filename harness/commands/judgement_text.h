// A judgement as people read it: a line per property, and the sentences of what proves a violation.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/judge.h"

namespace fracas::harness {

/// Property, what was promised, what was seen (in capitals if it should not be), how often, how much was
/// looked at; below it the reasons of what could not be decided. Fits 80 columns.
std::string properties_text(const Judgement&);
/// Up to `most` witnesses of every violated property, what was not to be first: the sentence, the proof in
/// words, the drawing.
std::string witnesses_text(const Judgement&, std::size_t most = 3);
/// {"verdict", "reason", "exit", "properties": [...]}
nlohmann::ordered_json judgement_json(const Judgement&);

}  // namespace fracas::harness
