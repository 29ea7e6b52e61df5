// Frames: what was sent arrives, whatever arrives is either a message or an error.
#include "store/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "store/bytes.h"

namespace fracas::store {
namespace {

using testing::HasSubstr;

Actor any_actor() {
  Actor actor;
  actor.bytes = *rc::gen::container<std::array<std::uint8_t, 16>>(rc::gen::arbitrary<std::uint8_t>());
  return actor;
}

Value any_value() {
  return *rc::gen::maybe(rc::gen::arbitrary<std::string>()) ? Value(*rc::gen::arbitrary<std::string>())
                                                            : std::nullopt;
}

KeyState any_state() {
  const int kind = *rc::gen::inRange(0, 3);
  if (kind == 0) return {};
  if (kind == 1) {
    return LwwCell{{*rc::gen::arbitrary<std::int64_t>(), any_actor(), *rc::gen::arbitrary<std::uint64_t>()},
                   any_value()};
  }
  DvvSet set;
  const int puts = *rc::gen::inRange(1, 6);
  for (int i = 0; i < puts; ++i) {
    const bool blind = *rc::gen::arbitrary<bool>();
    set.put(blind ? Context{} : set.join(), any_value(),
            Actor::of(static_cast<NodeIndex>(*rc::gen::inRange(0, 3)), {}));
  }
  return set;
}

std::string any_text() { return *rc::gen::arbitrary<std::string>(); }
std::uint64_t any_number() { return *rc::gen::arbitrary<std::uint64_t>(); }
Hash any_hash() { return {any_number(), any_number()}; }

KeyStates any_states() {
  KeyStates states;
  const int count = *rc::gen::inRange(0, 4);
  for (int i = 0; i < count; ++i) states.emplace_back(any_text(), any_state());
  return states;
}

Message any_message() {
  switch (*rc::gen::inRange(0, 30)) {
    case 0:
      return ReadRequest{any_number(), any_text()};
    case 1:
      return ReadReply{any_number(), any_actor(), any_state()};
    case 2:
      return WriteRequest{any_number(), any_text(), any_state(), any_number(), 12};
    case 3:
      return WriteReply{any_number(), any_actor(), any_number(), *rc::gen::arbitrary<bool>()};
    case 4:
      return ForwardRequest{
          any_number(), *rc::gen::arbitrary<bool>(), any_text(), any_text(), any_text(), 3, 2, -1};
    case 5:
      return ForwardReply{any_number(), 3,   any_text(), any_text(), {any_text(), any_text()},
                          any_text(),   "c", 2,          1};
    case 6:
      return ExchangeRoots{any_number(), {{0, any_hash()}, {63, any_hash()}}};
    case 7:
      return ExchangeBuckets{
          any_number(), {{5, {{0, any_hash()}, {1023, any_hash()}}}, {6, {}}}, any_number()};
    case 8:
      return ExchangeKeys{any_number(), {1, 65535}, any_states()};
    case 9:
      return ExchangeStates{any_number(), any_states(), {any_text()}, 34};
    case 10:
      return ExchangePush{any_number(), any_states(), 56};
    case 11:
      return ExchangePushed{any_number(), *rc::gen::arbitrary<std::int64_t>()};
    case 12:
      return StampRequest{any_number(), any_text()};
    case 13:
      return StampReply{any_number(), any_actor(), 7, -1};
    case 14:
      return HintRequest{any_number(), 3, any_text(), any_state(), -1};
    case 15:
      return Refusal{any_number(), any_actor()};
    case 16:
      return SequenceQuery{any_number(), any_actor(), any_number(), true};
    case 17:
      return SequenceReply{any_number(), any_number(), any_number(), true, any_number(), false};
    case 18:
      return TombstoneQuery{any_number(), any_states(), any_number()};
    case 19:
      return TombstoneReply{any_number(), any_actor(), {any_text(), any_text()}, any_number()};
    case 20:
      return TombstoneDrop{any_states()};
    case 22:
      return RingNotice{any_text()};
    case 23:
      return RingPrepare{any_number()};
    case 24:
      return RingPromise{any_number(), any_number(), any_number(), any_text()};
    case 25:
      return RingAccept{any_number(), any_text()};
    case 26:
      return RingAccepted{any_number(), any_number()};
    case 27:
      return RingProgress{};
    case 28:
      return RingQuery{any_number()};
    case 29:
      return RingState{any_number(), true, any_number(), any_number(), any_text()};
    default:
      return HintReply{any_number(), any_actor(), 3, *rc::gen::arbitrary<bool>(), 7};
  }
}

std::string frame_of(const Message& message, NodeIndex from = 2, std::uint64_t cluster = 77) {
  return *encode(Envelope{from, cluster, message});
}

RC_GTEST_PROP(Wire, what_was_sent_arrives, ()) {
  const std::string frame = frame_of(any_message());
  const auto decoded = next_frame(frame);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(decoded->has_value());
  RC_ASSERT((*decoded)->size == frame.size());
  RC_ASSERT((*decoded)->envelope.from == 2);
  RC_ASSERT((*decoded)->envelope.cluster == 77U);
  RC_ASSERT(frame_of((*decoded)->envelope.message) == frame);
}

RC_GTEST_PROP(Wire, states_survive_the_journey, ()) {
  const KeyState state = any_state();
  const auto decoded = next_frame(frame_of(WriteRequest{1, "k", state}));
  RC_ASSERT(std::get<WriteRequest>((*decoded)->envelope.message).state == state);
}

RC_GTEST_PROP(Wire, frames_are_taken_off_a_stream_one_by_one, ()) {
  const std::string first = frame_of(any_message());
  const std::string second = frame_of(any_message());
  const std::string stream = first + second;
  const auto decoded = next_frame(stream);
  RC_ASSERT((*decoded)->size == first.size());
  const auto rest = next_frame(std::string_view(stream).substr((*decoded)->size));
  RC_ASSERT((*rest)->size == second.size());
}

RC_GTEST_PROP(Wire, a_frame_that_is_not_complete_yet_is_no_error, ()) {
  const std::string frame = frame_of(any_message());
  const auto cut = *rc::gen::inRange<std::size_t>(0, frame.size());
  const auto decoded = next_frame(std::string_view(frame).substr(0, cut));
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(!decoded->has_value());
}

RC_GTEST_PROP(Wire, a_flipped_bit_in_the_payload_is_noticed, ()) {
  std::string frame = frame_of(any_message());
  const auto at = *rc::gen::inRange(frame_header_bytes, frame.size());
  frame[at] = static_cast<char>(frame[at] ^ 1 << *rc::gen::inRange(0, 8));
  RC_ASSERT(next_frame(frame).has_error());
}

RC_GTEST_PROP(Wire, any_bytes_are_survived, (const std::string& bytes)) {
  std::string input(1, static_cast<char>(wire_version));
  input += bytes;
  (void)next_frame(input);
  (void)next_frame(bytes);
}

RC_GTEST_PROP(Wire, a_damaged_payload_behind_a_right_checksum_is_survived_and_has_one_encoding, ()) {
  const std::string payload = frame_of(any_message()).substr(frame_header_bytes);
  const auto cut = *rc::gen::inRange<std::size_t>(0, payload.size() + 1);
  const std::string damaged = payload.substr(0, cut) + any_text();
  const auto decoded = decode_payload(damaged);
  if (decoded) RC_ASSERT(encode(*decoded)->substr(frame_header_bytes) == damaged);
}

TEST(Wire, another_version_is_refused_by_name) {
  std::string frame = frame_of(ExchangePushed{1});
  frame[0] = 9;
  EXPECT_THAT(next_frame(frame).error().message, HasSubstr("version 9"));
}

TEST(Wire, a_frame_over_the_limit_is_refused_before_it_is_read) {
  std::string header;
  ByteWriter writer(header);
  writer.u8(wire_version);
  writer.u32(0xffffffff);
  writer.u32(0);
  EXPECT_THAT(next_frame(header).error().message, HasSubstr("max_frame_bytes"));
}

TEST(Wire, a_message_over_the_limit_is_not_encoded) {
  const auto frame = encode(Envelope{0, 0, ReadRequest{1, std::string(max_frame_bytes, 'x')}});
  ASSERT_TRUE(frame.has_error());
  EXPECT_THAT(frame.error().message, HasSubstr("max_frame_bytes"));
}

RC_GTEST_PROP(KeyState, equal_states_have_equal_bytes_and_only_those, ()) {
  const KeyState left = any_state();
  const KeyState right = any_state();
  std::string left_bytes;
  std::string right_bytes;
  encode(left, left_bytes);
  encode(right, right_bytes);
  RC_ASSERT((left == right) == (left_bytes == right_bytes));
}

RC_GTEST_PROP(KeyState, comparing_without_values_is_comparing, ()) {
  const KeyState left = any_state();
  const KeyState right = any_state();
  RC_ASSERT(covers(left, right) == covers(without_values(left), without_values(right)));
  RC_ASSERT(covers(left, right) == covers(left, without_values(right)));
}

RC_GTEST_PROP(KeyState, merge_reports_whether_it_changed_anything, ()) {
  const KeyState left = any_state();
  const KeyState right = any_state();
  KeyState merged = left;
  const bool changed = merge(merged, right);
  RC_ASSERT(changed == !(merged == left));
  RC_ASSERT(changed == !covers(left, right));
  RC_ASSERT(covers(merged, right));
}

}  // namespace
}  // namespace fracas::store
