// Collects what a property finds and turns it into a verdict: violated before unknown before holds.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "checker/property.h"

namespace fracas::checker {

class VerdictBuilder {
 public:
  explicit VerdictBuilder(std::string_view property) { verdict_.property = property; }

  void checked(std::uint64_t count = 1) { verdict_.checked += count; }

  /// Counts a violation; `witness` is called only while there is room for one more.
  template <typename MakeWitness>
  void violated(MakeWitness&& witness) {
    if (++verdict_.count <= kMaxWitnesses) {
      verdict_.witnesses.push_back(std::forward<MakeWitness>(witness)());
      auto& operations = verdict_.witnesses.back().operations;
      std::sort(operations.begin(), operations.end());
    }
  }

  /// Something could not be decided; the first reason is kept.
  void undecided(std::string reason) {
    if (undecided_.empty()) undecided_ = std::move(reason);
  }

  /// `nothing`: why nothing was checked, should that be so.
  Verdict finish(std::string_view nothing) && {
    if (verdict_.count > 0) {
      verdict_.result = Result::violated;
    } else if (!undecided_.empty()) {
      verdict_.result = Result::unknown;
      verdict_.reason = std::move(undecided_);
    } else if (verdict_.checked == 0) {
      verdict_.result = Result::not_applicable;
      verdict_.reason = nothing;
    } else {
      verdict_.result = Result::holds;
    }
    return std::move(verdict_);
  }

 private:
  Verdict verdict_;
  std::string undecided_;
};

inline Verdict not_applicable(std::string_view property, std::string_view reason) {
  return VerdictBuilder(property).finish(reason);
}

}  // namespace fracas::checker
