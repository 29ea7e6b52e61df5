// A violation told as a proof: "Let A be..., then..., however...: a contradiction", the same for every
// property, with the operations drawn below it. (The manner is Elle's: Kingsbury, Alvaro: Elle, 2020.)
#pragma once

#include <string>
#include <vector>

#include "checker/proofs/space_time.h"
#include "checker/property.h"

namespace fracas::checker {

/// Operations that are told and drawn; of more, the first.
inline constexpr std::size_t kToldOperations = 12;

struct ProofText {
  std::vector<std::string> let{};  ///< "A: session 1 wrote "1-1" to k via n1 (acknowledged at 1.000 s)"
  std::string then{};              ///< how they lie to each other in time, and what was read from whom
  std::string however{};           ///< what the property asks for
  std::vector<Bar> bars{};
  std::vector<Band> bands{};
};

/// Of the operations that the witness names and those of its proof.
ProofText proof_text(const Witness&, const PropertyInfo&, const Case&);

/// All of it in lines of at most `columns` columns.
std::string to_string(const ProofText&, std::size_t columns);

}  // namespace fracas::checker
