#include "harness/sim/message_size.h"

#include <variant>

#include "store/key_state.h"

namespace fracas::harness {
namespace {

constexpr std::size_t kStateOverhead = 24;  // of a clock, for each value

std::size_t size_of(const store::KeyState& state) {
  if (const auto* cell = std::get_if<store::LwwCell>(&state))
    return kStateOverhead + (cell->value ? cell->value->size() : 0);
  std::size_t bytes = kStateOverhead;
  if (const auto* set = std::get_if<store::DvvSet>(&state)) {
    for (const auto& [actor, entry] : set->entries()) {
      bytes += kStateOverhead;
      for (const store::Value& value : entry.values) bytes += value ? value->size() : 0;
    }
  }
  return bytes;
}

std::size_t size_of(const store::KeyStates& states) {
  std::size_t bytes = 0;
  for (const auto& [key, state] : states) bytes += key.size() + size_of(state);
  return bytes;
}

struct Size {
  std::size_t operator()(const store::ReadRequest& m) const { return m.key.size(); }
  std::size_t operator()(const store::ReadReply& m) const { return size_of(m.state); }
  std::size_t operator()(const store::WriteRequest& m) const { return m.key.size() + size_of(m.state); }
  std::size_t operator()(const store::ForwardRequest& m) const {
    return m.key.size() + m.value.size() + m.context.size();
  }
  std::size_t operator()(const store::ForwardReply& m) const {
    std::size_t bytes = m.context.size() + m.clock.size();
    for (const std::string& value : m.values) bytes += value.size();
    return bytes;
  }
  std::size_t operator()(const store::ExchangeRoots& m) const { return m.roots.size() * 18; }
  std::size_t operator()(const store::ExchangeBuckets& m) const {
    std::size_t bytes = 0;
    for (const auto& partition : m.partitions) bytes += partition.buckets.size() * 18;
    return bytes;
  }
  std::size_t operator()(const store::ExchangeKeys& m) const {
    return m.slots.size() * 2 + size_of(m.clocks);
  }
  std::size_t operator()(const store::ExchangeStates& m) const { return size_of(m.states); }
  std::size_t operator()(const store::ExchangePush& m) const { return size_of(m.states); }
  std::size_t operator()(const store::StampRequest& m) const { return m.key.size(); }
  std::size_t operator()(const store::StampReply&) const { return 0; }
  std::size_t operator()(const store::HintRequest& m) const { return 2 + m.key.size() + size_of(m.state); }
  std::size_t operator()(const store::HintReply&) const { return 2; }
  std::size_t operator()(const store::WriteReply&) const { return 0; }
  std::size_t operator()(const store::ExchangePushed&) const { return 0; }
  std::size_t operator()(const store::Refusal&) const { return 0; }
  std::size_t operator()(const store::SequenceQuery&) const { return 0; }
  std::size_t operator()(const store::SequenceReply&) const { return 0; }
  std::size_t operator()(const store::TombstoneQuery& m) const { return size_of(m.tombstones); }
  std::size_t operator()(const store::TombstoneReply& m) const {
    std::size_t bytes = 0;
    for (const std::string& key : m.agreed) bytes += key.size();
    return bytes;
  }
  std::size_t operator()(const store::TombstoneDrop& m) const { return size_of(m.tombstones); }
  std::size_t operator()(const store::RingNotice& m) const { return m.document.size(); }
  std::size_t operator()(const store::RingPrepare&) const { return 0; }
  std::size_t operator()(const store::RingPromise& m) const { return m.accepted.size(); }
  std::size_t operator()(const store::RingAccept& m) const { return m.document.size(); }
  std::size_t operator()(const store::RingAccepted&) const { return 0; }
  std::size_t operator()(const store::RingQuery&) const { return 0; }
  std::size_t operator()(const store::RingState& m) const { return m.accepted.size(); }
  std::size_t operator()(const store::RingProgress&) const { return 0; }
};

}  // namespace

std::size_t message_size(const store::Message& message) {
  return kSmallestMessage + std::visit(Size{}, message);
}

}  // namespace fracas::harness
