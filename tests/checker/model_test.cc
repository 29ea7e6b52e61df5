#include "checker/model.h"

#include <gtest/gtest.h>

namespace fracas::checker {
namespace {

TEST(Model, IsFoundByTheNameThatItHas) {
  for (const ModelInfo& info : models()) {
    EXPECT_EQ(to_string(info.model), info.name);
    EXPECT_EQ(model_from(info.name), info.model);
  }
  EXPECT_EQ(model_from("regsiter"), std::nullopt);
}

}  // namespace
}  // namespace fracas::checker
