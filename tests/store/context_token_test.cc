// Context tokens: they bring back the context for their own key, and nothing else.
#include "store/context_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace fracas::store {
namespace {

using testing::HasSubstr;

Context any_context() {
  Context context;
  const int actors = *rc::gen::inRange(1, 6);
  for (int i = 0; i < actors; ++i) {
    context[Actor::of(static_cast<NodeIndex>(i), {})] = *rc::gen::inRange<std::uint64_t>(1, 1ULL << 40);
  }
  return context;
}

RC_GTEST_PROP(ContextToken, brings_back_the_context, (const std::string& key)) {
  const Context context = any_context();
  const auto parsed = parse_token(key, make_token(key, context));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == context);
}

RC_GTEST_PROP(ContextToken, is_refused_for_another_key, (const std::string& key, const std::string& other)) {
  RC_PRE(key != other);
  const auto parsed = parse_token(other, make_token(key, any_context()));
  RC_ASSERT(parsed.has_error());
  RC_ASSERT(parsed.error().message.find("another key") != std::string::npos);
}

RC_GTEST_PROP(ContextToken, is_refused_when_tampered_with, ()) {
  const std::string token = make_token("k", any_context());
  std::string tampered = token;
  tampered[*rc::gen::inRange<std::size_t>(0, token.size())] = *rc::gen::arbitrary<char>();
  RC_PRE(tampered != token);
  RC_ASSERT(parse_token("k", tampered).has_error());
}

RC_GTEST_PROP(ContextToken, is_refused_when_cut, ()) {
  const std::string token = make_token("k", any_context());
  RC_ASSERT(parse_token("k", token.substr(0, *rc::gen::inRange<std::size_t>(1, token.size()))).has_error());
}

RC_GTEST_PROP(ContextToken, any_text_is_survived, (const std::string& text)) { (void)parse_token("k", text); }

TEST(ContextToken, of_nothing_is_empty_and_back) {
  EXPECT_EQ(make_token("k", {}), "");
  EXPECT_TRUE(parse_token("k", "")->empty());
}

TEST(ContextToken, over_the_limit_is_refused_by_name) {
  EXPECT_THAT(parse_token("k", std::string(max_token_chars + 1, 'A')).error().message, HasSubstr("limit"));
}

TEST(ContextToken, travels_in_a_header) {
  const std::string token = make_token("k", {{Actor::of(1, {}), 300}});
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

}  // namespace
}  // namespace fracas::store
