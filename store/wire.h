// The peer protocol's frames:
//   version (1 byte) | length of the payload (4) | CRC-32C of the payload (4) | payload
//   payload: sender's index (2) | cluster (8) | type of message (1) | message
// Numbers are little endian. Decoding is total: any bytes give a message or an error, never a crash and never
// more memory than the bytes that came.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/message.h"

namespace fracas::store {

inline constexpr std::uint8_t wire_version = 7;
inline constexpr std::size_t frame_header_bytes = 9;
inline constexpr std::size_t max_frame_bytes = std::size_t{64} << 20;  ///< header included

/// A message and where it comes from.
struct Envelope {
  NodeIndex from = 0;
  std::uint64_t cluster = 0;  ///< cluster_id() of the sender; frames of another cluster are to be dropped
  Message message;
};

struct WireError {
  std::string message;
};

/// The whole frame. Error: the frame would be over max_frame_bytes (to be treated as a message lost).
boost::system::result<std::string, WireError> encode(const Envelope&);

/// What is in a frame whose checksum was right.
boost::system::result<Envelope, WireError> decode_payload(std::string_view payload);

struct DecodedFrame {
  std::size_t size = 0;  ///< bytes to take off the front of the buffer
  Envelope envelope;
};
/// The first frame in `buffer`, or nothing if it is not complete yet. After an error the stream is lost: the
/// connection must be closed.
boost::system::result<std::optional<DecodedFrame>, WireError> next_frame(std::string_view buffer);

}  // namespace fracas::store
