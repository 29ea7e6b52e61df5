// Every recorded history is read as what it is: as many operations as its verdicts file says.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "checker/formats/format.h"
#include "checker/property.h"
#include "tests/checker/recorded_histories.h"

namespace fracas::checker {
namespace {

nlohmann::json known_verdicts() {
  std::ifstream file(recorded_histories() / "verdicts.json");
  return nlohmann::json::parse(file);
}

TEST(RecordedFormats, EveryHistoryIsReadWithAllItsOperations) {
  FRACAS_SKIP_WITHOUT(recorded_histories());
  const nlohmann::json known = known_verdicts();
  for (const auto& [name, verdict] : known.items()) {
    const auto read = read_foreign_history(recorded_histories() / name, Format::detect);
    ASSERT_TRUE(read) << read.error().to_string();
    EXPECT_EQ(read->history.operations().size(), verdict["operations"]) << name;
  }
}

TEST(RecordedFormats, ADetectedFormatIsTheOneThatIsNamed) {
  FRACAS_SKIP_WITHOUT(recorded_histories());
  const nlohmann::json known = known_verdicts();
  for (const auto& [name, verdict] : known.items()) {
    const Format format = verdict["format"] == "edn" ? Format::edn : Format::porcupine;
    const auto named = read_history(recorded_histories() / name, format);
    ASSERT_TRUE(named) << named.error().to_string();
    EXPECT_EQ(named->operations().size(), verdict["operations"]) << name;
  }
}

TEST(RecordedFormats, WhatIsLinearizableIsAccusedOfNothing) {
  FRACAS_SKIP_WITHOUT(recorded_histories());
  const nlohmann::json known = known_verdicts();
  for (const auto& [name, verdict] : known.items()) {
    if (!verdict["linearizable"].get<bool>()) continue;
    const JudgedAs as{.model = model_from(verdict["model"].get<std::string>()),
                      .initial = name.starts_with("knossos") ? "0" : "null"};
    const auto history = read_history(recorded_histories() / name, Format::detect, as.initial);
    ASSERT_TRUE(history) << history.error().to_string();
    const Evidence nothing;
    const Case whole(*history, nothing, as);
    for (const PropertyInfo& property : properties()) {
      const Verdict found = property.check(whole);
      EXPECT_NE(found.result, Result::violated)
          << name << ", " << property.name << ": " << found.witnesses.at(0).explanation;
    }
  }
}

}  // namespace
}  // namespace fracas::checker
