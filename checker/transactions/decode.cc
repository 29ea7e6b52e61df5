// Texts to numbers. Most of a list-append history is lists that are read again and again, each a prefix of
// the longest: a list is compared with the text of the longest so far, byte for byte, and only what is new at
// its end is taken apart. (Equal values are equal bytes: values are compact JSON.)
#include <fmt/format.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstring>

#include "checker/explain.h"
#include "checker/transactions/micro_op_text.h"
#include "checker/transactions/transactions.h"

namespace fracas::checker::transactions {
namespace {

/// A value of a key: small numbers are themselves, other texts are numbered.
struct KeyValue {
  std::uint64_t key = 0;
  std::uint64_t value = 0;
  bool operator==(const KeyValue&) const = default;
};

struct HashKeyValue {
  std::size_t operator()(const KeyValue& v) const {
    std::uint64_t h = (v.value + 1) * 0x9E3779B97F4A7C15ULL ^ (v.key + 1) * 0xD6E8FEB86659FD93ULL;
    h ^= h >> 32;
    h *= 0xD6E8FEB86659FD93ULL;
    return h ^ h >> 29;
  }
};

struct HashText {
  std::size_t operator()(std::string_view text) const {
    std::uint64_t h = text.size();
    while (!text.empty()) {
      std::uint64_t word = 0;
      const std::size_t length = std::min(text.size(), sizeof word);
      std::memcpy(&word, text.data(), length);
      text.remove_prefix(length);
      h = (h ^ word) * 0xD6E8FEB86659FD93ULL;
      h ^= h >> 32;
    }
    return h * 0x9E3779B97F4A7C15ULL;
  }
};

using Numbers = boost::unordered_flat_map<std::string_view, std::uint32_t, HashText>;  // only asked

constexpr std::uint64_t kNumbered = 1ULL << 63;

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const std::size_t length = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; at + 8 <= length; at += 8) {
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    std::memcpy(&x, a.data() + at, 8);
    std::memcpy(&y, b.data() + at, 8);
    if (x != y) break;
  }
  while (at < length && a[at] == b[at]) ++at;
  return at;
}

/// The longest list of a key as it is written, without its brackets, and where each element ends in it.
struct LongestText {
  std::string_view text{};
  std::vector<std::uint32_t> ends{};
};

/// Versions of a key by values that are small numbers and come about in their order: an array, where the rest
/// needs a table.
struct Small {
  std::vector<VersionId> versions{};
  bool others = false;  ///< there are some in the table
};
constexpr std::uint64_t kAtOnce = 64;

class Decoder {
 public:
  Decoder(const History& history, const JudgedAs& judged_as) : initial_(judged_as.initial) {
    out_.history = &history;
    out_.sessions = static_cast<std::uint32_t>(history.sessions());
    asked_ = judged_as.model;
  }

  Transactions run() && {
    const auto operations = out_.history->operations();
    std::size_t count = 0;
    for (const Operation& o : operations) count += o.f == Function::txn ? 1 : 0;
    out_.lists = asked_ ? *asked_ == Model::list_append : shows_lists();
    out_.all.reserve(count);
    out_.micro_ops.reserve(count * 3);
    out_.versions.reserve(count * 2);
    out_.values.reserve(count * 2);
    for (std::size_t i = 0; i < operations.size() && out_.problem.empty(); ++i)
      if (operations[i].f == Function::txn) add(static_cast<std::uint32_t>(i));
    if (out_.problem.empty()) finish();
    return std::move(out_);
  }

 private:
  /// The first write decides; without any, whether reads return arrays.
  bool shows_lists() const {
    bool arrays = false;
    for (const Operation& o : out_.history->operations()) {
      if (o.f != Function::txn) continue;
      TransactionText text(out_.history->text(o.value));
      while (text.next()) {
        if (text.access() != Access::read) return text.access() == Access::append;
        arrays = arrays || text.value().starts_with('[');
      }
    }
    return arrays;
  }

  void add(std::uint32_t operation) {
    const Operation& o = out_.history->operations()[operation];
    Transaction txn{.operation = operation,
                    .first = static_cast<std::uint32_t>(out_.micro_ops.size()),
                    .invoked = o.invoked,
                    .completed = o.completed,
                    .session = out_.history->session_id(o),
                    .outcome = o.outcome};
    TransactionText text(out_.history->text(o.value));
    while (out_.problem.empty() && text.next()) {
      const KeyId key = key_of(text.key());
      if (text.access() != Access::read) {
        add_write(o, text, key);
      } else if (o.outcome != Outcome::ok) {
        text.value();
      } else if (out_.lists) {
        add_list(o, text, key);
      } else {
        const std::string_view value = text.value();
        const bool nil = value == "null" || value == initial_;
        out_.micro_ops.push_back({.key = key, .version = nil ? out_.keys[key].nil : version_of(key, value)});
      }
    }
    if (text.malformed() && out_.problem.empty()) refuse_shape(o);
    txn.count = static_cast<std::uint32_t>(out_.micro_ops.size()) - txn.first;
    out_.committed += txn.outcome == Outcome::ok ? 1 : 0;
    out_.all.push_back(txn);
  }

  void add_write(const Operation& o, TransactionText& text, KeyId key) {
    if ((text.access() == Access::append) != out_.lists) {
      return refuse(o, out_.lists
                           ? R"(it has ["w", key, value] in a history of lists: judge one model at a time)"
                           : R"(it has ["append", key, element] in a history of registers: judge one )"
                             "model at a time");
    }
    const std::string_view value = text.value();
    if (value.empty()) return;
    if (value == "null" || (!out_.lists && value == initial_))
      return refuse(
          o, fmt::format("it writes {} to {}, which a read cannot tell from a key that nobody wrote", value,
                         out_.keys[key].text));
    const VersionId version = version_of(key, value);
    Version& written = out_.versions[version];
    if (written.writer != kNone) {
      const bool own = written.writer == out_.all.size();
      const Operation& other = own ? o : out_.operation(written.writer);
      return refuse(o, fmt::format("it writes {} to {}, as the operation of index {} does: values have to be "
                                   "unique to a key",
                                   shown(value), out_.keys[key].text, other.invoked));
    }
    written.writer = static_cast<TxnId>(out_.all.size());
    written.micro_op = static_cast<std::uint32_t>(out_.micro_ops.size());
    out_.micro_ops.push_back({.key = key, .version = version, .access = text.access()});
  }

  void add_list(const Operation& o, TransactionText& text, KeyId key) {
    const std::string_view rest = text.rest();
    MicroOp read{.key = key, .version = out_.keys[key].nil};
    if (rest.starts_with("null")) {
      text.value();
    } else if (!rest.starts_with('[')) {
      return refuse(o, fmt::format("it reads {} of {}, where a list was expected", shown(text.value()),
                                   out_.keys[key].text));
    } else if (!take_prefix(text, rest.substr(1), read)) {
      add_stray(text.value(), read);
    }
    out_.micro_ops.push_back(read);
  }

  /// Of a list that agrees with the longest so far; makes it the longest if it is longer.
  bool take_prefix(TransactionText& text, std::string_view rest, MicroOp& read) {
    const KeyId key = read.key;
    LongestText& longest = longest_[key];
    const std::size_t same = common_prefix(longest.text, rest);
    if (same == rest.size()) return false;
    std::vector<VersionId>& list = out_.keys[key].list;
    if (same < longest.text.size()) {
      if (rest[same] != ']') return false;
      if (same > 0) {
        const auto end = std::lower_bound(longest.ends.begin(), longest.ends.end(), same);
        if (end == longest.ends.end() || *end != same) return false;
        read.length = static_cast<std::uint32_t>(end - longest.ends.begin()) + 1;
      }
    } else {
      if (rest[same] == ',' && same > 0) {
        extend(key, rest, same + 1);
      } else if (same == 0 && rest[0] != ']') {
        extend(key, rest, 0);
      } else if (rest[same] != ']') {
        return false;
      }
      read.length = static_cast<std::uint32_t>(list.size());
    }
    if (read.length > 0) read.version = list[read.length - 1];
    const std::size_t bytes = read.length == 0 ? 0 : longest_[key].ends[read.length - 1];
    text.skip_value(bytes + 2);
    return true;
  }

  void extend(KeyId key, std::string_view rest, std::size_t at) {
    for (;;) {
      const std::string_view element = first_value(rest.substr(at));
      const VersionId version = version_of(key, element);
      if (out_.versions[version].place != kNone) out_.keys[key].repeats = true;
      auto& list = out_.keys[key].list;
      if (out_.versions[version].place == kNone)
        out_.versions[version].place = static_cast<std::uint32_t>(list.size());
      list.push_back(version);
      at += element.size();
      longest_[key].ends.push_back(static_cast<std::uint32_t>(at));
      if (at >= rest.size() || rest[at] != ',') break;
      ++at;
    }
    longest_[key].text = rest.substr(0, at);
  }

  void add_stray(std::string_view json, MicroOp& read) {
    std::vector<VersionId> list;
    for (std::size_t at = 1; at + 1 < json.size();) {
      const std::string_view element = first_value(json.substr(at));
      list.push_back(version_of(read.key, element));
      at += element.size() + 1;
    }
    if (!list.empty()) read.version = list.back();
    std::vector<VersionId> sorted = list;
    std::sort(sorted.begin(), sorted.end());
    if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) out_.keys[read.key].repeats = true;
    out_.keys[read.key].strays = true;
    read.strayed = true;
    read.length = static_cast<std::uint32_t>(out_.strays.size());
    out_.strays.push_back(std::move(list));
  }

  KeyId key_of(std::string_view text) {
    if (!out_.keys.empty() && out_.keys[last_key_].text == text) return last_key_;
    const auto [at, added] = keys_.try_emplace(text, static_cast<std::uint32_t>(out_.keys.size()));
    last_key_ = at->second;
    if (added) {
      out_.keys.push_back({.text = text, .nil = static_cast<VersionId>(out_.versions.size())});
      out_.versions.push_back({.key = last_key_, .nil = true});
      out_.values.emplace_back("null");
      longest_.emplace_back();
      small_.emplace_back();
    }
    return last_key_;
  }

  VersionId version_of(KeyId key, std::string_view value) {
    const std::uint64_t number = number_of(value);
    Small& small = small_[key];
    if (number < small.versions.size() && small.versions[number] != kNone) return small.versions[number];
    if (small.others) {
      const auto found = versions_.find(KeyValue{key, number});
      if (found != versions_.end()) return found->second;
    }
    const auto version = static_cast<VersionId>(out_.versions.size());
    out_.versions.push_back({.key = key});
    out_.values.push_back(value);
    if (number >= kAtOnce + small.versions.size()) {
      small.others = true;
      versions_.emplace(KeyValue{key, number}, version);
    } else {
      if (number >= small.versions.size()) small.versions.resize(number + kAtOnce / 2, kNone);
      small.versions[number] = version;
    }
    return version;
  }

  std::uint64_t number_of(std::string_view value) {
    if (value.size() < 19 && !value.empty() && (value.front() != '0' || value.size() == 1)) {
      std::uint64_t number = 0;
      std::size_t at = 0;
      for (; at < value.size() && value[at] >= '0' && value[at] <= '9'; ++at)
        number = number * 10 + static_cast<std::uint64_t>(value[at] - '0');
      if (at == value.size()) return number;
    }
    return kNumbered | texts_.try_emplace(value, static_cast<std::uint32_t>(texts_.size())).first->second;
  }

  /// What needs all of it: which writes were followed by another of their transaction, and who was observed.
  void finish() {
    std::vector<VersionId> last(out_.keys.size(), kNone);
    std::vector<TxnId> by(out_.keys.size(), kNone);
    for (TxnId txn = 0; txn < out_.all.size(); ++txn) {
      for (const MicroOp& step : out_.micro_ops_of(txn)) {
        if (step.access == Access::read) {
          observe(step);
          continue;
        }
        if (by[step.key] == txn) out_.versions[last[step.key]].intermediate = true;
        by[step.key] = txn;
        last[step.key] = step.version;
      }
    }
    for (const Key& key : out_.keys)
      for (const VersionId version : key.list) observe(version);
  }

  void observe(const MicroOp& read) {
    if (read.strayed) {
      for (const VersionId version : out_.list_of(read)) observe(version);
    } else if (!out_.lists) {
      observe(read.version);
    }
  }
  void observe(VersionId version) {
    const TxnId writer = out_.versions[version].writer;
    if (writer != kNone) out_.all[writer].observed = true;
  }

  void refuse(const Operation& o, std::string_view why) {
    out_.problem = fmt::format("the transaction of index {} cannot be judged: {}", o.invoked, why);
  }
  void refuse_shape(const Operation& o) {
    refuse(o,
           fmt::format(R"(its value is {}, expected [["r", key, null], ["append" or "w", key, value], ...])",
                       shown(out_.history->text(o.value))));
  }

  Transactions out_;
  std::optional<Model> asked_;
  std::string_view initial_;
  Numbers keys_;
  Numbers texts_;
  boost::unordered_flat_map<KeyValue, VersionId, HashKeyValue> versions_;  // only asked
  std::vector<LongestText> longest_;                                       // of each key
  std::vector<Small> small_;                                               // of each key
  KeyId last_key_ = 0;
};

}  // namespace

Transactions decode(const History& history, const JudgedAs& judged_as) {
  return Decoder(history, judged_as).run();
}

}  // namespace fracas::checker::transactions
