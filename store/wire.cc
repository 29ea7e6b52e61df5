#include "store/wire.h"

#include <boost/crc.hpp>
#include <concepts>
#include <type_traits>
#include <utility>

#include "store/bytes.h"

namespace fracas::store {
namespace {

using boost::system::result;

/// CRC-32C (Castagnoli).
std::uint32_t checksum(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

// Each message lists its fields once, for writing and reading alike.

template <class M, class T>
concept Is = std::same_as<std::remove_const_t<M>, T>;

void fields(auto& io, Is<ReadRequest> auto& m) { io(m.operation), io(m.key); }
void fields(auto& io, Is<ReadReply> auto& m) { io(m.operation), io(m.incarnation), io(m.state); }
void fields(auto& io, Is<WriteRequest> auto& m) {
  io(m.operation), io(m.key), io(m.state), io(m.storage_sequence), io(m.until_ns);
}
void fields(auto& io, Is<WriteReply> auto& m) {
  io(m.operation), io(m.incarnation), io(m.storage_sequence), io(m.votes);
}
void fields(auto& io, Is<HintRequest> auto& m) {
  io(m.operation), io(m.target), io(m.key), io(m.state), io(m.until_ns);
}
void fields(auto& io, Is<HintReply> auto& m) { io(m.operation), io(m.incarnation), io(m.target), io(m.kept); }
void fields(auto& io, Is<ForwardRequest> auto& m) {
  io(m.operation), io(m.remove), io(m.key), io(m.value), io(m.context), io(m.n), io(m.w), io(m.timeout_ns);
}
void fields(auto& io, Is<ForwardReply> auto& m) {
  io(m.operation), io(m.error), io(m.field), io(m.message), io(m.values), io(m.context), io(m.clock),
      io(m.acks), io(m.fallbacks);
}
void fields(auto& io, Is<ExchangeRoots> auto& m) { io(m.operation), io(m.roots); }
void fields(auto& io, Is<ExchangeBuckets::Partition> auto& m) { io(m.partition), io(m.buckets); }
void fields(auto& io, Is<ExchangeBuckets> auto& m) { io(m.operation), io(m.partitions), io(m.catching_up); }
void fields(auto& io, Is<ExchangeKeys> auto& m) { io(m.operation), io(m.slots), io(m.clocks); }
void fields(auto& io, Is<ExchangeStates> auto& m) {
  io(m.operation), io(m.states), io(m.wanted), io(m.until_ns);
}
void fields(auto& io, Is<ExchangePush> auto& m) { io(m.operation), io(m.states), io(m.until_ns); }
void fields(auto& io, Is<ExchangePushed> auto& m) { io(m.operation); }
void fields(auto& io, Is<StampRequest> auto& m) { io(m.operation), io(m.key); }
void fields(auto& io, Is<StampReply> auto& m) { io(m.operation), io(m.incarnation), io(m.stamp_us); }
void fields(auto& io, Is<Refusal> auto& m) { io(m.operation), io(m.incarnation); }
void fields(auto& io, Is<SequenceQuery> auto& m) {
  io(m.operation), io(m.incarnation), io(m.sequence), io(m.vouches);
}
void fields(auto& io, Is<SequenceReply> auto& m) {
  io(m.operation), io(m.acknowledged), io(m.announced), io(m.whole), io(m.own), io(m.vouches);
}
void fields(auto& io, Is<TombstoneQuery> auto& m) {
  io(m.operation), io(m.tombstones), io(m.storage_sequence);
}
void fields(auto& io, Is<TombstoneReply> auto& m) {
  io(m.operation), io(m.incarnation), io(m.agreed), io(m.storage_sequence);
}
void fields(auto& io, Is<TombstoneDrop> auto& m) { io(m.tombstones); }
void fields(auto& io, Is<RingNotice> auto& m) { io(m.document); }
void fields(auto& io, Is<RingPrepare> auto& m) { io(m.ballot); }
void fields(auto& io, Is<RingPromise> auto& m) {
  io(m.ballot), io(m.promised), io(m.accepted_ballot), io(m.accepted);
}
void fields(auto& io, Is<RingAccept> auto& m) { io(m.ballot), io(m.document); }
void fields(auto& io, Is<RingAccepted> auto& m) { io(m.ballot), io(m.promised); }
void fields(auto& io, Is<RingQuery> auto& m) { io(m.operation); }
void fields(auto& io, Is<RingState> auto& m) {
  io(m.operation), io(m.knows), io(m.promised), io(m.accepted_ballot), io(m.accepted);
}
void fields(auto&, Is<RingProgress> auto&) {}
/// What follows those.
void common_fields(auto& io, auto& m) { io(m.clock_us), io(m.epoch); }

struct Writing {
  ByteWriter out;

  void operator()(bool value) { out.u8(value ? 1 : 0); }
  void operator()(std::uint8_t value) { out.u8(value); }
  void operator()(std::uint16_t value) { out.u16(value); }
  void operator()(std::uint32_t value) { out.u32(value); }
  void operator()(std::uint64_t value) { out.u64(value); }
  void operator()(std::int64_t value) { out.u64(static_cast<std::uint64_t>(value)); }
  void operator()(const std::string& value) { out.text(value); }
  void operator()(const Actor& value) { out.actor(value); }
  void operator()(const Hash& value) { out.u64(value.high), out.u64(value.low); }
  void operator()(const KeyState& value) { store::encode(value, out.out()); }
  void operator()(const ExchangeBuckets::Partition& value) { fields(*this, value); }
  void operator()(const std::optional<std::uint8_t>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  template <class A, class B>
  void operator()(const std::pair<A, B>& value) {
    (*this)(value.first), (*this)(value.second);
  }
  template <class T>
  void operator()(const std::vector<T>& values) {
    out.varint(values.size());
    for (const T& value : values) (*this)(value);
  }
};

struct Reading {
  ByteReader in;

  void operator()(bool& value) {
    const std::uint8_t byte = in.u8();
    if (byte > 1) in.fail();
    value = byte == 1;
  }
  void operator()(std::uint8_t& value) { value = in.u8(); }
  void operator()(std::uint16_t& value) { value = in.u16(); }
  void operator()(std::uint32_t& value) { value = in.u32(); }
  void operator()(std::uint64_t& value) { value = in.u64(); }
  void operator()(std::int64_t& value) { value = static_cast<std::int64_t>(in.u64()); }
  void operator()(std::string& value) { value = in.text(); }
  void operator()(Actor& value) { value = in.actor(); }
  void operator()(Hash& value) { value.high = in.u64(), value.low = in.u64(); }
  void operator()(ExchangeBuckets::Partition& value) { fields(*this, value); }
  void operator()(KeyState& value) {
    if (auto state = decode_state(in)) {
      value = *std::move(state);
    } else {
      in.fail();
    }
  }
  void operator()(std::optional<std::uint8_t>& value) {
    bool present = false;
    (*this)(present);
    if (present) value = in.u8();
  }
  template <class A, class B>
  void operator()(std::pair<A, B>& value) {
    (*this)(value.first), (*this)(value.second);
  }
  template <class T>
  void operator()(std::vector<T>& values) {
    const std::size_t count = in.count();
    for (std::size_t i = 0; i < count && !in.failed(); ++i) (*this)(values.emplace_back());
  }
};

/// The alternative of Message whose index is `type`, read from `io`; nothing if there is none.
template <std::size_t index = 0>
std::optional<Message> read_message(Reading& io, std::size_t type) {
  if constexpr (index < std::variant_size_v<Message>) {
    if (type != index) return read_message<index + 1>(io, type);
    Message message{std::in_place_index<index>};
    fields(io, std::get<index>(message));
    common_fields(io, std::get<index>(message));
    return message;
  } else {
    return std::nullopt;
  }
}

}  // namespace

result<Envelope, WireError> decode_payload(std::string_view payload) {
  Reading io{ByteReader(payload)};
  Envelope envelope;
  io(envelope.from), io(envelope.cluster);
  const std::uint8_t type = io.in.u8();
  auto message = read_message(io, type);
  if (!message) return WireError{"message type " + std::to_string(type) + " is unknown"};
  if (!io.in.complete()) return WireError{"message of type " + std::to_string(type) + " is malformed"};
  envelope.message = *std::move(message);
  return envelope;
}

result<std::string, WireError> encode(const Envelope& envelope) {
  std::string frame(frame_header_bytes, '\0');
  Writing io{ByteWriter(frame)};
  io(envelope.from), io(envelope.cluster);
  io.out.u8(static_cast<std::uint8_t>(envelope.message.index()));
  std::visit([&](const auto& message) { fields(io, message), common_fields(io, message); }, envelope.message);
  if (frame.size() > max_frame_bytes) {
    return WireError{"a message of " + std::to_string(frame.size()) +
                     " bytes is over the limit max_frame_bytes = " + std::to_string(max_frame_bytes)};
  }
  const auto payload = std::string_view(frame).substr(frame_header_bytes);
  std::string header;
  ByteWriter writer(header);
  writer.u8(wire_version);
  writer.u32(static_cast<std::uint32_t>(payload.size()));
  writer.u32(checksum(payload));
  frame.replace(0, frame_header_bytes, header);
  return {boost::system::in_place_value, std::move(frame)};
}

result<std::optional<DecodedFrame>, WireError> next_frame(std::string_view buffer) {
  ByteReader header(buffer);
  const std::uint8_t version = header.u8();
  if (!buffer.empty() && version != wire_version) {
    return WireError{"frame of version " + std::to_string(version) + "; this node speaks version " +
                     std::to_string(wire_version)};
  }
  const std::size_t length = header.u32();
  const std::uint32_t sum = header.u32();
  if (header.failed()) return std::optional<DecodedFrame>{};
  if (length > max_frame_bytes - frame_header_bytes) {
    return WireError{"frame of " + std::to_string(length) +
                     " bytes is over the limit max_frame_bytes = " + std::to_string(max_frame_bytes)};
  }
  if (header.left() < length) return std::optional<DecodedFrame>{};
  const auto payload = buffer.substr(frame_header_bytes, length);
  if (checksum(payload) != sum) return WireError{"frame with a wrong checksum"};
  auto envelope = decode_payload(payload);
  if (!envelope) return envelope.error();
  return std::optional<DecodedFrame>{DecodedFrame{frame_header_bytes + length, *std::move(envelope)}};
}

}  // namespace fracas::store
