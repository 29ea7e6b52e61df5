// What an algorithm answers about one object.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checker/linearizability/linearization.h"
#include "checker/linearizability/object.h"

namespace fracas::checker::linearizability {

struct Judged {
  enum class Answer : std::uint8_t { linearizable, contradiction, undecided, not_applicable };
  Answer answer = Answer::linearizable;
  std::string words{};  ///< contradiction: why it is one; else what is missing, or which limit was reached
  std::vector<std::uint32_t> operations{};  ///< contradiction: Operation::invoked of those that prove it
};

inline Judged not_for(std::string why) { return {Judged::Answer::not_applicable, std::move(why), {}}; }

/// A way to judge objects of some models.
struct Algorithm {
  std::string_view name;      ///< on the command line
  std::string_view sentence;  ///< when it applies, for `fracas list algorithms`
  Judged (*judge)(const KeyCase&, Model);
  std::optional<Linearization> (*order)(const KeyCase&, Model);
};

/// All of them, the fastest first. The last one applies to every model.
std::span<const Algorithm> algorithms();
const Algorithm* find_algorithm(std::string_view name);

/// By the algorithm that the case asks for, else by the first one that applies.
Judged judge(const KeyCase&, Model);

/// The keys of a case, and what has no key: a queue.
std::vector<const KeyCase*> objects_of(const Case&);

Judged judge_by_zones(const KeyCase&, Model);
Judged judge_by_search(const KeyCase&, Model);
std::optional<Linearization> order_by_zones(const KeyCase&, Model);
std::optional<Linearization> order_by_search(const KeyCase&, Model);

}  // namespace fracas::checker::linearizability
