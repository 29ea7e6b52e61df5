#include "harness/explore/property.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

namespace fracas::harness::explore {
namespace {

struct Entry {
  Property property;
  std::string_view name;
  std::string_view sentence;
  bool about_the_end;
  bool (*holds)(const Story&);
};

bool ended_before(const Story& story, std::size_t a, std::size_t b) {
  return (story.operations[b].before >> a & 1) != 0;
}

bool is_write(const Told& told) { return !told.read; }
bool may_have_happened(const Told& told) {
  return told.status == Status::ok || told.status == Status::unknown || told.status == Status::open;
}
bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// Whether `write` (an index) could have left what a reader of one value saw.
bool left(const Story& story, std::size_t write, const std::vector<std::string>& seen) {
  const Told& told = story.operations[write];
  return is_write(told) && may_have_happened(told) &&
         (seen.empty() ? told.removal : !told.removal && told.value == seen.front());
}

/// Siblings: the write is among the values, or a write that had seen it is, or is a removal.
bool kept(const Story& story, std::size_t write, const std::vector<std::string>& values) {
  if (story.operations[write].removal || contains(values, story.operations[write].value)) return true;
  for (std::size_t later = 0; later < story.operations.size(); ++later) {
    const Told& told = story.operations[later];
    if (!is_write(told) || !may_have_happened(told) || later == write) continue;
    if (contains(told.saw, story.operations[write].value) && kept(story, later, values)) return true;
  }
  return false;
}

// --- linearizable ---

/// Tries every order: `done` has been placed, the register holds `value` (empty: nothing).
bool can_continue(const Story& story, std::uint32_t done, const std::string& value) {
  bool all_answered_placed = true;
  for (std::size_t i = 0; i < story.operations.size(); ++i) {
    const Told& told = story.operations[i];
    if ((done >> i & 1) != 0 || !may_have_happened(told)) continue;
    if (told.status != Status::ok && told.read) continue;
    if (told.status == Status::ok) all_answered_placed = false;
    bool next = true;  // nothing acknowledged and not yet placed may have ended before it began
    for (std::size_t j = 0; j < story.operations.size(); ++j) {
      const bool waiting = (done >> j & 1) == 0 && story.operations[j].status == Status::ok;
      if (waiting && ended_before(story, j, i)) next = false;
    }
    if (!next) continue;
    const std::string seen = told.values.empty() ? "" : told.values.front();
    if (told.read && seen != value) continue;
    if (can_continue(story, done | std::uint32_t{1} << i, told.read ? value : told.value)) return true;
  }
  return all_answered_placed;
}

bool linearizable(const Story& story) {
  assert(story.lww);
  return can_continue(story, 0, "");
}

// --- regular ---

/// An acknowledged write ended before the read began, and what the read returned had ended before that one
/// began. `returned` is npos for the initial nothing.
bool superseded(const Story& story, std::size_t returned, std::size_t read) {
  for (std::size_t w = 0; w < story.operations.size(); ++w) {
    const Told& told = story.operations[w];
    if (!is_write(told) || told.status != Status::ok || !ended_before(story, w, read)) continue;
    if (returned == std::string::npos) return true;
    if (story.operations[returned].status == Status::ok && ended_before(story, returned, w)) return true;
  }
  return false;
}

bool regular_read(const Story& story, std::size_t read) {
  const auto& seen = story.operations[read].values;
  if (!story.lww) {
    for (std::size_t w = 0; w < story.operations.size(); ++w) {
      const Told& told = story.operations[w];
      if (is_write(told) && told.status == Status::ok && ended_before(story, w, read) &&
          !kept(story, w, seen))
        return false;
    }
    return true;
  }
  if (seen.empty() && !superseded(story, std::string::npos, read)) return true;
  for (std::size_t w = 0; w < story.operations.size(); ++w) {
    if (left(story, w, seen) && !ended_before(story, read, w) && !superseded(story, w, read)) return true;
  }
  return false;
}

bool regular(const Story& story) {
  for (std::size_t i = 0; i < story.operations.size(); ++i) {
    const Told& told = story.operations[i];
    if (told.read && told.status == Status::ok && !regular_read(story, i)) return false;
  }
  return true;
}

// --- sessions ---

/// Calls `good` for every acknowledged operation and every acknowledged read that its client made after it.
bool for_later_reads(const Story& story, bool of_reads,
                     const std::function<bool(std::size_t first, std::size_t read)>& good) {
  for (std::size_t read = 0; read < story.operations.size(); ++read) {
    const Told& later = story.operations[read];
    if (!later.read || later.status != Status::ok) continue;
    for (std::size_t first = 0; first < read; ++first) {
      const Told& told = story.operations[first];
      const bool concerned =
          told.client == later.client && told.status == Status::ok && told.read == of_reads;
      if (concerned && !good(first, read)) return false;
    }
  }
  return true;
}

/// The clock of a last-write-wins cell as JSON: [stamp, actor, sequence], which compares as the store does.
bool newer_or_equal(const std::string& clock, const std::string& than) {
  const auto a = nlohmann::json::parse(clock), b = nlohmann::json::parse(than);
  return b.is_null() || (!a.is_null() && a >= b);
}

bool read_your_writes(const Story& story) {
  return for_later_reads(story, false, [&](std::size_t own, std::size_t read) {
    const Told& later = story.operations[read];
    if (!story.lww) return kept(story, own, later.values);
    return newer_or_equal(later.clock, story.operations[own].clock);
  });
}

bool monotonic_reads(const Story& story) {
  return for_later_reads(story, true, [&](std::size_t first, std::size_t read) {
    const Told &earlier = story.operations[first], &later = story.operations[read];
    if (story.lww) return newer_or_equal(later.clock, earlier.clock);
    for (std::size_t w = 0; w < story.operations.size(); ++w) {
      const Told& told = story.operations[w];
      if (is_write(told) && contains(earlier.values, told.value) && !kept(story, w, later.values))
        return false;
    }
    return true;
  });
}

// --- failures ---

bool seen_anywhere(const Story& story, const std::string& value) {
  for (const Told& told : story.operations) {
    if (told.status == Status::ok && told.read && contains(told.values, value)) return true;
  }
  return story.ending && contains(story.ending->values, value);
}

bool honest_failures(const Story& story) {
  return std::none_of(story.operations.begin(), story.operations.end(), [&](const Told& told) {
    return is_write(told) && told.status == Status::failed && !told.removal &&
           seen_anywhere(story, told.value);
  });
}

bool reads_ok(const Told& told) { return told.read && told.status == Status::ok; }

/// A read that began after the write was given up missed it, and a read after that one sees it.
bool no_late_effects(const Story& story) {
  const auto& all = story.operations;
  for (std::size_t write = 0; write < all.size(); ++write) {
    if (!is_write(all[write]) || all[write].status != Status::unknown) continue;
    for (std::size_t first = 0; first < all.size(); ++first) {
      const bool missed = reads_ok(all[first]) && ended_before(story, write, first) &&
                          !contains(all[first].values, all[write].value);
      for (std::size_t later = 0; missed && later < all.size(); ++later) {
        const bool sees = reads_ok(all[later]) && contains(all[later].values, all[write].value);
        if (sees && ended_before(story, first, later)) return false;
      }
    }
  }
  return true;
}

// --- the end ---

bool all_acknowledged_writes(const Story& story, const std::function<bool(std::size_t)>& good) {
  for (std::size_t i = 0; story.ending && i < story.operations.size(); ++i) {
    const Told& told = story.operations[i];
    if (is_write(told) && told.status == Status::ok && !good(i)) return false;
  }
  return true;
}

bool durability(const Story& story) {
  return all_acknowledged_writes(story, [&](std::size_t write) {
    if (story.lww) return newer_or_equal(story.ending->clock, story.operations[write].clock);
    return kept(story, write, story.ending->values);
  });
}

bool lost_writes(const Story& story) {
  return all_acknowledged_writes(story, [&](std::size_t write) {
    if (!story.lww) return kept(story, write, story.ending->values);
    for (std::size_t last = 0; last < story.operations.size(); ++last) {
      if (last == write || !left(story, last, story.ending->values)) continue;
      const bool over = story.operations[last].status == Status::ok && ended_before(story, last, write);
      if (!over) return true;
    }
    return left(story, write, story.ending->values);
  });
}

bool has_element(const std::vector<std::string>& arrays, const std::string& element) {
  return std::any_of(arrays.begin(), arrays.end(), [&](const std::string& text) {
    const auto array = nlohmann::json::parse(text);
    const auto wanted = nlohmann::json::parse(element);
    return array.is_array() && std::find(array.begin(), array.end(), wanted) != array.end();
  });
}

bool lost_updates(const Story& story) {
  return all_acknowledged_writes(story, [&](std::size_t write) {
    const Told& told = story.operations[write];
    if (!told.element.empty()) return has_element(story.ending->values, told.element);
    return kept(story, write, story.ending->values);
  });
}

/// Of siblings, what a removal had not seen stays; under last write wins it goes all the same.
bool no_resurrection(const Story& story) {
  return all_acknowledged_writes(story, [&](std::size_t write) {
    const Told& told = story.operations[write];
    return !told.removal || std::none_of(told.saw.begin(), told.saw.end(), [&](const std::string& value) {
      return contains(story.ending->values, value);
    });
  });
}

bool no_repetition(const Story& story) {
  const auto different = [](std::vector<std::string> values) {
    std::sort(values.begin(), values.end());
    return std::adjacent_find(values.begin(), values.end()) == values.end();
  };
  return (!story.ending || different(story.ending->values)) &&
         std::all_of(story.operations.begin(), story.operations.end(),
                     [&](const Told& told) { return different(told.values); });
}

bool convergence(const Story& story) { return !story.ending || story.ending->equal; }

constexpr std::array<Entry, static_cast<std::size_t>(Property::count)> table{{
    {Property::linearizable, "linearizable",
     "one order of all operations, which keeps the order of those that did not overlap, explains every "
     "answer",
     false, linearizable},
    {Property::regular, "regular", "a read returns nothing that was superseded before it began", false,
     regular},
    {Property::read_your_writes, "read-your-writes", "a client reads what it wrote, or something later",
     false, read_your_writes},
    {Property::monotonic_reads, "monotonic-reads",
     "a client's later read returns nothing older than its earlier one", false, monotonic_reads},
    {Property::honest_failures, "honest-failures", "what was reported as failed is never seen", false,
     honest_failures},
    {Property::no_late_effects, "no-late-effects",
     "a write that was given up, and that a read then missed, is not seen by a later read", false,
     no_late_effects},
    {Property::durability, "durability",
     "in the end every acknowledged write is there, or a later version (lww) or one that had seen it "
     "(siblings)",
     true, durability},
    {Property::lost_writes, "lost-writes",
     "in the end no acknowledged write has lost to one that had ended before it began", true, lost_writes},
    {Property::lost_updates, "lost-updates",
     "in the end every acknowledged write is there, or one that had seen it", true, lost_updates},
    {Property::no_resurrection, "no-resurrection",
     "in the end nothing is there that an acknowledged removal had seen", true, no_resurrection},
    {Property::no_repetition, "no-repetition", "no write is there twice, as a sibling of itself", true,
     no_repetition},
    {Property::convergence, "convergence", "in the end all homes hold the same", true, convergence},
}};

const Entry& entry(Property property) {
  const Entry& found = table[static_cast<std::size_t>(property)];
  assert(found.property == property);
  return found;
}

}  // namespace

std::string_view to_string(Property property) { return entry(property).name; }
std::string_view sentence(Property property) { return entry(property).sentence; }
bool is_about_the_end(Property property) { return entry(property).about_the_end; }

std::string text_of(const Story& story) {
  std::string text;
  for (const Told& told : story.operations) {
    text += fmt::format("{} {} {} {} {} {}; ", told.client, told.read ? "reads" : "writes " + told.value,
                        static_cast<int>(told.status), told.before, fmt::join(told.values, " "), told.clock);
  }
  if (story.ending)
    text += fmt::format("end {} {}", fmt::join(story.ending->values, " "), story.ending->clock);
  return text;
}

bool holds(Property property, const Story& story) { return entry(property).holds(story); }

}  // namespace fracas::harness::explore
