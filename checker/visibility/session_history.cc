#include "checker/visibility/session_history.h"

#include <fmt/format.h>

#include <algorithm>

#include "checker/explain.h"

namespace fracas::checker {
namespace {

constexpr std::uint32_t kNone = kNever;

bool writes_register(const Operation& o) { return o.f == Function::write || o.f == Function::remove_key; }

class Builder {
 public:
  Builder(const Case& whole, SessionHistory& out)
      : whole_(whole), history_(whole.history()), operations_(history_.operations()), out_(out) {}

  void build() {
    number_keys();
    sort_by_value();
    find_sources();
    number_sessions();
    number_writes();
    order_steps();
  }

 private:
  std::uint32_t key_of(const Operation& o) const { return key_of_text_[o.key]; }
  bool counts(const Operation& o) const { return key_of(o) != kNone; }
  /// Acknowledged: its session's later operations come after it.
  bool binds(const Operation& o) const { return counts(o) && writes_register(o) && o.outcome == Outcome::ok; }

  void number_keys() {
    key_of_text_.assign(history_.texts(), kNone);
    for (const KeyCase& key : whole_.keys()) {
      if (key.kind == KeyKind::reg) key_of_text_[key.key] = keys_++;
    }
  }

  /// Writes that may have happened, by value, key and beginning.
  void sort_by_value() {
    first_of_value_.assign(history_.texts() + 1, 0);
    const auto each = [&](const auto& visit) {
      for (std::uint32_t i = 0; i < operations_.size(); ++i) {
        const Operation& o = operations_[i];
        if (counts(o) && writes_register(o) && o.outcome != Outcome::fail) visit(o.value, i);
      }
    };
    each([&](TextId value, std::uint32_t) { ++first_of_value_[value + 1]; });
    for (std::size_t v = 0; v < history_.texts(); ++v) first_of_value_[v + 1] += first_of_value_[v];
    by_value_.resize(first_of_value_.back());
    auto next = first_of_value_;
    each([&](TextId value, std::uint32_t i) { by_value_[next[value]++] = i; });
    for (std::size_t v = 0; v < history_.texts(); ++v) {
      if (first_of_value_[v + 1] - first_of_value_[v] < 2) continue;
      std::sort(by_value_.begin() + first_of_value_[v], by_value_.begin() + first_of_value_[v + 1],
                [&](std::uint32_t a, std::uint32_t b) {
                  return std::pair(operations_[a].key, a) < std::pair(operations_[b].key, b);
                });
    }
  }

  /// Those of the read's value and key, by beginning.
  std::span<const std::uint32_t> writers_of(const Operation& read) const {
    const auto all = std::span(by_value_).subspan(
        first_of_value_[read.value], first_of_value_[read.value + 1] - first_of_value_[read.value]);
    const auto begin = std::lower_bound(all.begin(), all.end(), read.key, [&](std::uint32_t i, TextId key) {
      return operations_[i].key < key;
    });
    auto end = begin;
    // Whether there are none, one or more is all that is asked.
    while (end != all.end() && end - begin < 2 && operations_[*end].key == read.key) ++end;
    return {begin, end};
  }

  /// The write that each read saw.
  void find_sources() {
    const auto initial = history_.find(whole_.judged_as().initial);
    source_.assign(operations_.size(), kNone);
    read_initial_.assign(operations_.size(), false);
    readers_.assign(operations_.size(), 0);
    happened_.resize(operations_.size());
    for (std::size_t i = 0; i < operations_.size(); ++i)
      happened_[i] = operations_[i].outcome == Outcome::ok ? operations_[i].completed : kNever;
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      const Operation& read = operations_[i];
      if (!counts(read) || read.f != Function::read || read.outcome != Outcome::ok) continue;
      auto writers = writers_of(read);
      while (!writers.empty() && operations_[writers.back()].invoked > read.completed)
        writers = writers.first(writers.size() - 1);
      const bool found_initial = initial && read.value == *initial;
      if (writers.size() + (found_initial ? 1 : 0) > 1) {
        ++out_.ambiguous;
        if (writers.size() > 1 && operations_[writers[0]].f == Function::write && out_.equal_values.empty())
          out_.equal_values =
              fmt::format("{} was written to {} twice: which write a read of it saw cannot be told",
                          shown(history_.text(read.value)), history_.text(read.key));
      } else if (found_initial) {
        read_initial_[i] = true;
      } else if (!writers.empty()) {
        source_[i] = writers[0];
        ++readers_[writers[0]];
        happened_[writers[0]] = std::min(happened_[writers[0]], read.completed);
      }
    }
    by_value_ = {};
    first_of_value_ = {};
  }

  bool is_step(std::uint32_t i) const {
    return binds(operations_[i]) || readers_[i] > 0 || source_[i] != kNone || read_initial_[i];
  }

  /// Those that write come first: only they have a place in clocks.
  void number_sessions() {
    session_of_.assign(operations_.size(), kNone);
    std::vector<bool> writes(history_.sessions());
    std::vector<bool> steps(history_.sessions());
    std::vector<std::uint32_t> ended(history_.sessions(), 0);  // when the last answer came
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      if (!is_step(i)) continue;
      const Operation& o = operations_[i];
      const SessionId session = history_.session_id(o);
      session_of_[i] = session;
      if (o.invoked < ended[session] && out_.out_of_order.empty()) {
        out_.out_of_order = fmt::format(
            "session {} had two operations open at a time (one began at index {}): in which order it did "
            "what "
            "cannot be told",
            history_.session(o), o.invoked);
      }
      steps[session] = true;
      if (binds(o)) writes[session] = true;
      if (o.outcome == Outcome::ok) ended[session] = o.completed;
    }
    std::vector<std::uint32_t> renumbered(writes.size());
    for (std::size_t s = 0; s < writes.size(); ++s)
      if (writes[s]) renumbered[s] = out_.writing++;
    out_.sessions = out_.writing;
    for (std::size_t s = 0; s < writes.size(); ++s)
      if (steps[s] && !writes[s]) renumbered[s] = out_.sessions++;
    for (std::uint32_t& session : session_of_)
      if (session != kNone) session = renumbered[session];
  }

  /// What a write is sorted by, beside it.
  struct Kept {
    std::uint32_t place = 0;
    std::uint32_t key = 0;
    std::uint32_t rank = 0;  ///< its session; of strays the number after the last
  };

  void number_writes() {
    const auto stray = [&](std::uint32_t i) { return operations_[i].outcome != Outcome::ok; };
    std::vector<Kept> kept;
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      if (writes_register(operations_[i]) && is_step(i))
        kept.push_back({i, key_of(operations_[i]), stray(i) ? out_.writing : session_of_[i]});
    }
    // By session, strays last; then, keeping that, by key.
    kept = counted(kept, std::size_t{out_.writing} + 1, [](const Kept& w) { return w.rank; });
    kept = counted(kept, keys_, [](const Kept& w) { return w.key; });
    const std::size_t count = kept.size();
    out_.operation.resize(count);
    out_.session.resize(count);
    out_.readers.resize(count);
    out_.happened.resize(count);
    write_of_.assign(operations_.size(), kNone);
    for (WriteId w = 0; w < count; ++w) {
      const std::uint32_t i = kept[w].place;
      out_.operation[w] = i;
      out_.session[w] = session_of_[i];
      out_.readers[w] = readers_[i];
      out_.happened[w] = happened_[i];
      write_of_[i] = w;
    }
    out_.position.resize(count);
    std::vector<std::uint32_t> written(out_.sessions, 0);
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      const WriteId w = write_of_[i];
      if (w == kNone) continue;
      out_.position[w] =
          stray(i) ? written[session_of_[i]] | SessionHistory::kStray : written[session_of_[i]]++;
    }
    note_groups(kept);
  }

  /// Stably sorted by a small number.
  template <typename Number>
  static std::vector<Kept> counted(const std::vector<Kept>& items, std::size_t numbers,
                                   const Number& number) {
    std::vector<std::uint32_t> first(numbers + 1, 0);
    for (const Kept& item : items) ++first[number(item) + 1];
    for (std::size_t n = 0; n < numbers; ++n) first[n + 1] += first[n];
    std::vector<Kept> sorted(items.size());
    for (const Kept& item : items) sorted[first[number(item)]++] = item;
    return sorted;
  }

  void note_groups(const std::vector<Kept>& kept) {
    out_.first_group.assign(1, 0);
    WriteId w = 0;
    for (std::uint32_t key = 0; key < keys_; ++key) {
      const auto of_key = [&] { return w < kept.size() && kept[w].key == key; };
      while (of_key() && kept[w].rank < out_.writing) {
        if (out_.groups.size() == out_.first_group.back() || out_.groups.back().session != out_.session[w])
          out_.groups.push_back({.session = out_.session[w], .first = w, .count = 0});
        ++out_.groups.back().count;
        ++w;
      }
      out_.first_stray.push_back(w);
      while (of_key()) ++w;
      out_.end_of_key.push_back(w);
      out_.first_group.push_back(static_cast<std::uint32_t>(out_.groups.size()));
    }
  }

  void order_steps() {
    if (operations_.empty()) return;
    std::uint32_t events = 0;
    for (const Operation& o : operations_)
      events = std::max(events, o.completed == kNever ? o.invoked : o.completed);
    std::vector<std::uint32_t> at(std::size_t{events} + 1, kNone);
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      if (!is_step(i)) continue;
      const Operation& o = operations_[i];
      at[o.f == Function::read ? o.completed : o.invoked] = i;
      ++count;
    }
    out_.steps.reserve(count);
    for (const std::uint32_t i : at) {
      if (i == kNone) continue;
      const bool read = operations_[i].f == Function::read;
      out_.reads += read ? 1 : 0;
      out_.steps.push_back({.session = session_of_[i],
                            .key = key_of(operations_[i]),
                            .write = !read              ? write_of_[i]
                                     : read_initial_[i] ? SessionHistory::kInitial
                                                        : write_of_[source_[i]],
                            .operation = read ? i | SessionHistory::kRead : i});
    }
  }

  const Case& whole_;
  const History& history_;
  std::span<const Operation> operations_;
  SessionHistory& out_;
  std::vector<std::uint32_t> key_of_text_;
  std::uint32_t keys_ = 0;
  std::vector<std::uint32_t> first_of_value_;
  std::vector<std::uint32_t> by_value_;
  // Of each operation.
  std::vector<std::uint32_t> source_;
  std::vector<bool> read_initial_;
  std::vector<std::uint32_t> readers_;
  std::vector<std::uint32_t> happened_;
  std::vector<std::uint32_t> session_of_;
  std::vector<WriteId> write_of_;
};

}  // namespace

SessionHistory::SessionHistory(const Case& whole) : history(&whole.history()) {
  Builder(whole, *this).build();
}

const SessionHistory& session_history(const Case& whole) {
  return whole.once<SessionHistory>([&] { return SessionHistory(whole); });
}

}  // namespace fracas::checker
