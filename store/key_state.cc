#include "store/key_state.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "store/bytes.h"

namespace fracas::store {
namespace {

constexpr std::uint8_t kind_none = 0;
constexpr std::uint8_t kind_siblings = 1;
constexpr std::uint8_t kind_lww = 2;

/// Counters beyond this are no real history; keeps n + 1 from wrapping.
constexpr std::uint64_t max_counter = std::uint64_t{1} << 62;

void write(ByteWriter& out, const Value& value) {
  out.u8(value ? 1 : 0);
  if (value) out.text(*value);
}

Value read_value(ByteReader& in) {
  const std::uint8_t flag = in.u8();
  if (flag > 1) in.fail();
  if (flag != 1) return std::nullopt;
  return std::string(in.text());
}

void write(ByteWriter& out, const DvvSet& set) {
  out.varint(set.entries().size());
  for (const auto& [actor, entry] : set.entries()) {
    out.actor(actor);
    out.varint(entry.n);
    out.varint(entry.values.size());
    for (const Value& value : entry.values) write(out, value);
  }
}

DvvSet::Entry read_entry(ByteReader& in) {
  DvvSet::Entry entry;
  entry.n = in.varint();
  const std::size_t values = in.count();
  if (entry.n == 0 || entry.n > max_counter || values > entry.n) in.fail();
  for (std::size_t i = 0; i < values && !in.failed(); ++i) entry.values.push_back(read_value(in));
  return entry;
}

/// Actors must ascend: equal sets have equal bytes, and so do their hashes.
DvvSet read_set(ByteReader& in) {
  DvvSet::Entries entries;
  const std::size_t count = in.count();
  if (count == 0) in.fail();
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const Actor actor = in.actor();
    if (!entries.empty() && !(entries.rbegin()->first < actor)) in.fail();
    entries.emplace_hint(entries.end(), actor, read_entry(in));
  }
  return in.failed() ? DvvSet{} : DvvSet(std::move(entries));
}

LwwCell read_cell(ByteReader& in) {
  LwwCell cell;
  cell.stamp.wall_us = static_cast<std::int64_t>(in.u64());
  cell.stamp.actor = in.actor();
  cell.stamp.sequence = in.u64();
  cell.value = read_value(in);
  return cell;
}

}  // namespace

bool covers(const KeyState& state, const KeyState& other, const BugSet& bugs) {
  if (std::holds_alternative<std::monostate>(other)) return true;
  if (std::holds_alternative<std::monostate>(state)) return false;
  if (state.index() != other.index()) return true;
  if (const auto* set = std::get_if<DvvSet>(&state)) return set->covers(std::get<DvvSet>(other), bugs);
  return std::get<LwwCell>(state).covers(std::get<LwwCell>(other), bugs);
}

bool merge(KeyState& state, const KeyState& other, const BugSet& bugs) {
  if (covers(state, other, bugs)) return false;
  auto* set = std::get_if<DvvSet>(&state);
  if (set == nullptr) {
    state = other;  // none so far, or a lesser stamp
  } else {
    set->sync(std::get<DvvSet>(other), bugs);
  }
  return true;
}

KeyState without_values(const KeyState& state) {
  if (const auto* cell = std::get_if<LwwCell>(&state)) return LwwCell{cell->stamp, std::nullopt};
  const auto* set = std::get_if<DvvSet>(&state);
  if (set == nullptr) return {};
  DvvSet::Entries bare;
  for (const auto& [actor, entry] : set->entries()) {
    bare.emplace_hint(bare.end(), actor, DvvSet::Entry{entry.n, std::vector<Value>(entry.values.size())});
  }
  return DvvSet(std::move(bare));
}

std::vector<std::string> live_values(const KeyState& state) {
  std::vector<std::string> values;
  if (const auto* cell = std::get_if<LwwCell>(&state)) {
    if (cell->value) values.push_back(*cell->value);
  } else if (const auto* set = std::get_if<DvvSet>(&state)) {
    for (const auto& [actor, entry] : set->entries()) {
      for (const Value& value : entry.values) {
        if (value) values.push_back(*value);
      }
    }
  }
  return values;
}

bool has_live_values(const KeyState& state) {
  if (const auto* cell = std::get_if<LwwCell>(&state)) return cell->value.has_value();
  const auto* set = std::get_if<DvvSet>(&state);
  if (set == nullptr) return false;
  return std::any_of(set->entries().begin(), set->entries().end(), [](const auto& of) {
    const std::vector<Value>& values = of.second.values;
    return std::any_of(values.begin(), values.end(), [](const Value& value) { return value.has_value(); });
  });
}

std::size_t count_live_values(const KeyState& state) {
  const auto* set = std::get_if<DvvSet>(&state);
  if (set == nullptr) return has_live_values(state) ? 1 : 0;
  std::ptrdiff_t count = 0;
  for (const auto& [actor, entry] : set->entries())
    count += std::count_if(entry.values.begin(), entry.values.end(),
                           [](const Value& value) { return value.has_value(); });
  return static_cast<std::size_t>(count);
}

std::vector<Dot> live_dots(const DvvSet& set) {
  std::vector<Dot> dots;
  for (const auto& [actor, entry] : set.entries()) {
    for (std::size_t i = 0; i < entry.values.size(); ++i) {
      if (entry.values[i]) dots.push_back({actor, entry.n - i});
    }
  }
  return dots;
}

void encode(const KeyState& state, std::string& out) {
  ByteWriter writer(out);
  if (const auto* set = std::get_if<DvvSet>(&state)) {
    out.reserve(out.size() + 16 + (sizeof(Actor) + 4) * (set->entries().size() + 2));
    writer.u8(kind_siblings);
    write(writer, *set);
  } else if (const auto* cell = std::get_if<LwwCell>(&state)) {
    writer.u8(kind_lww);
    writer.u64(static_cast<std::uint64_t>(cell->stamp.wall_us));
    writer.actor(cell->stamp.actor);
    writer.u64(cell->stamp.sequence);
    write(writer, cell->value);
  } else {
    writer.u8(kind_none);
  }
}

std::optional<KeyState> decode_state(ByteReader& in) {
  KeyState state;
  switch (in.u8()) {
    case kind_none:
      break;
    case kind_siblings:
      state = read_set(in);
      break;
    case kind_lww:
      state = read_cell(in);
      break;
    default:
      in.fail();
  }
  if (in.failed()) return std::nullopt;
  return state;
}

std::optional<KeyState> decode_state(std::string_view bytes) {
  ByteReader in(bytes);
  auto state = decode_state(in);
  return in.complete() ? state : std::nullopt;
}

}  // namespace fracas::store
