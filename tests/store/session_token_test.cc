// Session tokens: what a session has seen comes back as it was, nothing else is taken for it, and a read is
// enough exactly if it covers that.
#include "store/session_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>

#include "bug_story.h"
#include "store/base64url.h"
#include "store/bytes.h"
#include "store/hash.h"
#include "store/stamp_clock.h"

namespace fracas::store {
namespace {

using testing::HasSubstr;

constexpr std::size_t many = 1000;

Actor actor(int i) { return Actor::of(static_cast<NodeIndex>(i), {}); }

Context any_context() {
  Context context;
  const int actors = *rc::gen::inRange(1, 6);
  for (int i = 0; i < actors; ++i) context[actor(i)] = *rc::gen::inRange<std::uint64_t>(1, 5);
  return context;
}

/// A state that has seen exactly this.
KeyState state_of(const Context& context) {
  DvvSet::Entries entries;
  for (const auto& [who, n] : context) entries[who] = {n, {}};
  return DvvSet(std::move(entries));
}

std::string sealed(const std::string& body) {
  std::string bytes = body;
  ByteWriter(bytes).u64(hash128(body).high);
  return to_base64url(bytes);
}

SessionToken again(const SessionToken& token) { return *SessionToken::parse(token.text()); }

bool at_most(const Context& a, const Context& b) {
  return std::all_of(a.begin(), a.end(), [&](const auto& one) {
    return contains(b, Dot{one.first, one.second});
  });
}

RC_GTEST_PROP(SessionToken, is_covered_by_what_has_seen_all_that_it_tells, ()) {
  SessionToken token;
  const Context first = any_context(), second = any_context(), found = any_context();
  token.saw("k", first, many);
  token.saw("other", any_context(), many);
  token.saw("k", second, many);
  RC_ASSERT(again(token).covered_by("k", state_of(found)) ==
            (at_most(first, found) && at_most(second, found)));
  RC_ASSERT(again(token).covered_by("unknown", KeyState{}));
  RC_ASSERT(!again(token).covered_by("k", KeyState{}));
}

RC_GTEST_PROP(SessionToken, is_covered_by_stamps_that_are_not_lower, ()) {
  SessionToken token;
  const auto stamp = [] {
    return Stamp{*rc::gen::inRange(1, 4), actor(*rc::gen::inRange(0, 3)),
                 *rc::gen::inRange<std::uint64_t>(1, 3)};
  };
  const Stamp first = stamp(), second = stamp(), found = stamp();
  token.saw("k", LwwCell{first, {}}, many);
  token.saw("k", LwwCell{second, {}}, many);
  RC_ASSERT(again(token).covered_by("k", LwwCell{found, {}}) == (found >= std::max(first, second)));
  RC_ASSERT(again(token).stamp_us("k") == std::max(first, second).wall_us);
  RC_ASSERT(again(token).stamp_us("other") == 0);
}

RC_GTEST_PROP(SessionToken, is_refused_when_tampered_with, ()) {
  SessionToken token;
  token.saw("k", any_context(), many);
  const std::string text = token.text();
  std::string tampered = text;
  tampered[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
  RC_PRE(tampered != text);
  RC_ASSERT(SessionToken::parse(tampered).has_error());
}

RC_GTEST_PROP(SessionToken, any_text_is_a_token_or_an_error, (const std::string& text)) {
  const auto parsed = SessionToken::parse(text);
  RC_ASSERT((parsed.has_error() || text == "new" || parsed->text() == text));
}

/// What a client could send that makes its own checksums: read as it is written, or refused.
RC_GTEST_PROP(SessionToken, any_sealed_bytes_are_a_token_or_an_error, ()) {
  SessionToken token;
  const int keys = *rc::gen::inRange(0, 4);
  for (int i = 0; i < keys; ++i) {
    const std::string key = std::to_string(i);
    if (*rc::gen::arbitrary<bool>()) {
      token.saw(key, any_context(), many);
    } else {
      token.saw(key, LwwCell{Stamp{*rc::gen::inRange(0, 9), actor(1), 1}, {}}, many);
    }
  }
  std::string body = *from_base64url(token.text());
  body.resize(body.size() - 8);
  const int changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes; ++i)
    body[*rc::gen::inRange<std::size_t>(0, body.size())] = *rc::gen::inRange<char>(0, 20);
  const std::string text = sealed(body);
  const auto parsed = SessionToken::parse(text);
  RC_ASSERT((parsed.has_error() || parsed->text() == text));
  RC_ASSERT((parsed.has_error() || parsed->stamp_us("0") >= 0));
}

TEST(SessionToken, with_what_no_node_writes_is_refused) {
  const auto refused = [](const std::function<void(ByteWriter&)>& write) {
    std::string body;
    ByteWriter out(body);
    write(out);
    return SessionToken::parse(sealed(body)).has_error();
  };
  // Version, nothing forgotten, actors, one key, its hash and kind; then what is wrong.
  const auto begin = [](ByteWriter& out, int actors, int kind) {
    out.u8(1);
    out.varint(0);
    out.varint(static_cast<std::uint64_t>(actors));
    for (int i = 0; i < actors; ++i) out.actor(actor(i));
    out.varint(1);
    out.u64(42);
    out.u8(static_cast<std::uint8_t>(kind));
  };
  const auto context = [&](int actors, std::uint64_t place, std::uint64_t counter) {
    return refused([&](ByteWriter& out) {
      begin(out, actors, 1);
      out.varint(1);
      out.varint(place);
      out.varint(counter);
    });
  };
  EXPECT_FALSE(context(1, 0, 1)) << "this one is sound";
  EXPECT_TRUE(context(1, 1, 1)) << "an actor that it does not name";
  EXPECT_TRUE(context(2, 0, 1)) << "one that it names in vain";
  EXPECT_TRUE(context(1, 0, 0)) << "no counter is 0";
  EXPECT_TRUE(context(1, 0, max_counter + 1));
  const auto stamp = [&](std::uint64_t us, int kind) {
    return refused([&](ByteWriter& out) {
      begin(out, 1, kind);
      out.u64(us);
      out.varint(0);
      out.u64(1);
    });
  };
  EXPECT_FALSE(stamp(7, 2));
  EXPECT_TRUE(stamp(static_cast<std::uint64_t>(StampClock::max_us) + 1, 2)) << "one above it would overflow";
  EXPECT_TRUE(stamp(7, 3)) << "of no kind";
  EXPECT_TRUE(refused([](ByteWriter& out) { out.u8(2); })) << "of another version";
}

/// A node must take what nodes hand out.
TEST(SessionToken, forgets_rather_than_grow_beyond_what_is_read) {
  SessionToken token;
  for (int i = 0; i < 400; ++i) {
    Context context;
    for (int who = 0; who < 60; ++who) context[actor(who)] = 1'000'000;
    token.saw(std::to_string(i), context, many);
  }
  EXPECT_LE(token.text().size(), max_session_chars);
  EXPECT_GT(token.text().size(), max_session_chars / 2);
  EXPECT_GT(token.forgotten(), 0U);
  EXPECT_TRUE(again(token).covered_by("0", KeyState{}));
  EXPECT_FALSE(again(token).covered_by("399", KeyState{}));
}

TEST(SessionToken, has_room_for_what_a_long_run_brings) {
  SessionToken token;
  for (int i = 0; i < 128; ++i) {
    Context context;
    for (int who = 0; who < 100; ++who) context[actor(who)] = 100;
    token.saw(std::to_string(i), context, many);
  }
  EXPECT_EQ(again(token).forgotten(), 0U);
}

TEST(SessionToken, forgets_the_key_used_longest_ago_and_counts_it) {
  SessionToken token;
  const Context seen{{actor(0), 1}};
  token.saw("a", seen, 2);
  token.saw("b", seen, 2);
  token.saw("a", seen, 2);
  EXPECT_EQ(token.forgotten(), 0U);
  token.saw("c", seen, 2);
  EXPECT_EQ(again(token).forgotten(), 1U);
  EXPECT_TRUE(again(token).covered_by("b", KeyState{}));
  EXPECT_FALSE(again(token).covered_by("a", KeyState{}));
  EXPECT_FALSE(again(token).covered_by("c", KeyState{}));
}

TEST(SessionToken, over_the_limit_is_refused_with_what_to_do) {
  const auto refused = SessionToken::parse(std::string(max_session_chars + 1, 'A'));
  ASSERT_TRUE(refused.has_error());
  EXPECT_THAT(refused.error().message, HasSubstr("begin another session"));
}

}  // namespace
}  // namespace fracas::store
