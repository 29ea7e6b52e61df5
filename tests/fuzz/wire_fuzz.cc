// Whatever bytes come from a peer, a client or a disk: a message, a context, a session or a state, or an
// error; and what was accepted is written back as the same bytes, for each thing has one encoding. A node
// that gets such a message goes on.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzzed_node.h"
#include "store/base64url.h"
#include "store/bytes.h"
#include "store/context_token.h"
#include "store/hash.h"
#include "store/key_state.h"
#include "store/session_token.h"
#include "store/wire.h"

namespace {

using namespace fracas::store;

void frames(std::string_view bytes) {
  const auto decoded = next_frame(bytes);
  if (!decoded) {
    require(!decoded.error().message.empty());
  } else if (*decoded) {
    require(*encode((*decoded)->envelope) == bytes.substr(0, (*decoded)->size));
  }
}

/// A peer is believed, but nothing that it says breaks a node.
void received(const Envelope& envelope, std::uint8_t which) {
  auto node = FuzzedNode::open(FuzzedNode::config(which), {});
  node->step(FromPeer{envelope.from, envelope.message});
  node->step(FromPeer{envelope.from, envelope.message});
  node->pass(2'000'000'000);
  node->inspect();
}

/// The fuzzer will not guess a checksum, so its bytes also go behind it.
void payloads(std::string_view bytes) {
  const auto envelope = decode_payload(bytes);
  if (!envelope) return;
  require(encode(*envelope)->substr(frame_header_bytes) == bytes);
  for (const auto which : std::array<std::uint8_t, 4>{0, 1, 7, 62}) received(*envelope, which);
}

void states(std::string_view bytes) {
  const auto state = decode_state(bytes);
  if (!state) return;
  std::string again;
  encode(*state, again);
  require(again == bytes);
  KeyState merged = *state;
  require(!merge(merged, *state));
}

void tokens(std::string_view bytes) {
  const auto context = parse_token("k", bytes);
  if (context) require(make_token("k", *context) == bytes);
}

void use(SessionToken token, std::string_view bytes) {
  if (const auto state = decode_state(bytes)) {
    token.saw("k", *state, 2);
    require(token.covered_by("k", *state));
  }
  require(token.stamp_us("k") >= 0);
  const auto again = SessionToken::parse(token.text());
  require(again.has_value() && again->text() == token.text());
}

/// As a client may send it; and, since the fuzzer will not guess a checksum, as the body of one that is
/// sound.
void sessions(std::string_view bytes) {
  if (bytes == "new") return;
  if (const auto token = SessionToken::parse(bytes)) require(token->text() == bytes);
  std::string sealed(bytes);
  ByteWriter(sealed).u64(hash128(bytes).high);
  const std::string text = to_base64url(sealed);
  const auto token = SessionToken::parse(text);
  if (!token) return;
  require(token->text() == text);
  use(*token, bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  frames(bytes);
  payloads(bytes);
  states(bytes);
  tokens(bytes);
  sessions(bytes);
  return 0;
}
