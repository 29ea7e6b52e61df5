// Whatever bytes come from a peer, a client or a disk: a message, a context or a state, or an error; and what
// was accepted is written back as the same bytes, for each thing has one encoding.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "store/context_token.h"
#include "store/key_state.h"
#include "store/wire.h"

namespace {

using namespace fracas::store;

void require(bool condition) {
  if (!condition) std::abort();
}

void frames(std::string_view bytes) {
  const auto decoded = next_frame(bytes);
  if (!decoded) {
    require(!decoded.error().message.empty());
  } else if (*decoded) {
    require(*encode((*decoded)->envelope) == bytes.substr(0, (*decoded)->size));
  }
}

/// The fuzzer will not guess a checksum, so its bytes also go behind it.
void payloads(std::string_view bytes) {
  const auto envelope = decode_payload(bytes);
  if (envelope) require(encode(*envelope)->substr(frame_header_bytes) == bytes);
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  frames(bytes);
  payloads(bytes);
  states(bytes);
  tokens(bytes);
  return 0;
}
