#include "harness/verify/verify.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

namespace fracas::verify {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

struct Op {
  std::uint64_t invoked = 0;
  std::uint64_t completed = kNever;  ///< kNever: of unknown outcome
  std::int64_t session = 0;
  std::string f, key, type;  ///< type: "ok", "fail", "info"; empty: never answered
  Json value;
  bool versions = false;  ///< the answer showed a version

  bool ok() const { return type == "ok"; }
  bool failed() const { return type == "fail"; }
  bool updates() const { return f != "read"; }
};

/// By invocation.
using Ops = std::map<std::uint64_t, Op>;

/// Throws with file and line where a line is not JSON.
void each_line(const std::filesystem::path& file, const std::function<void(const Json&)>& each) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file.string() + ": cannot be read");
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    try {
      each(Json::parse(line));
    } catch (const Json::exception& error) {
      throw std::runtime_error(file.string() + ":" + std::to_string(number) + ": " + error.what());
    }
  }
}

Ops read_operations(const std::filesystem::path& history_jsonl) {
  Ops ops;
  std::map<std::int64_t, std::uint64_t> open;  // of each process
  std::uint64_t index = 0;
  each_line(history_jsonl, [&](const Json& event) {
    const std::int64_t process = event.at("process");
    const std::string type = event.at("type");
    if (type == "invoke") {
      open[process] = index;
      Op& op = ops[index];
      op.invoked = index;
      op.session = event.value("session", process);
      op.f = event.at("f");
      op.key = event.value("key", "");
      op.value = event.value("value", Json());
    } else {
      Op& op = ops.at(open.at(process));
      op.type = type;
      if (type != "info") op.completed = index;
      if (type == "ok" && (op.f == "read" || op.f == "dequeue")) op.value = event.value("value", Json());
      op.versions = event.contains("clock") && !event["clock"].is_null();
    }
    ++index;
  });
  return ops;
}

/// The history, and what is asked of it again and again.
struct Run {
  Ops ops;
  std::map<std::string, std::vector<const Op*>> of_key{};
  std::string conflict{};  ///< as in run.json; empty: not known
};

void add_leaves(const Json& value, std::vector<Json>& out) {
  if (!value.is_array()) return out.push_back(value);
  for (const Json& part : value) add_leaves(part, out);
}

/// The elements of a set, however its siblings are wrapped.
std::vector<Json> leaves(const Json& value) {
  std::vector<Json> out;
  add_leaves(value, out);
  return out;
}

bool shows(const Op& read, const Json& element) {
  const std::vector<Json> elements = leaves(read.value);
  return std::find(elements.begin(), elements.end(), element) != elements.end();
}

// Holds: an order is replayed.

/// One step of the object; false: its answer is not what the order makes it.
bool step(Json& state, const Op& op) {
  if (op.f == "read") {
    if (!state.is_array()) return state == op.value || (state.is_null() && op.value == Json::array());
    const std::vector<Json> seen = leaves(op.value), held = leaves(state);
    return std::is_permutation(seen.begin(), seen.end(), held.begin(), held.end());
  }
  if (op.f == "write") state = op.value;
  if (op.f == "delete") state = nullptr;
  if (op.f == "increment")
    state = (state.is_null() ? Json(0) : state).get<std::int64_t>() + op.value.get<std::int64_t>();
  if (op.f == "append")
    state = (state.is_null() ? std::string() : state.get<std::string>()) + op.value.get<std::string>();
  if (op.f == "cas") {
    if (state != op.value.at(0)) return !op.ok();
    state = op.value.at(1);
  }
  if (op.f == "add" || op.f == "remove" || op.f == "enqueue") {
    if (!state.is_array()) state = Json::array();
    const auto at = std::find(state.begin(), state.end(), op.value);
    if (op.f == "enqueue" || (op.f == "add" && at == state.end())) state.push_back(op.value);
    if (op.f == "remove" && at != state.end()) state.erase(at);
  }
  if (op.f == "dequeue") {
    if (!state.is_array() || state.empty()) return op.value.is_null();
    if (op.ok() && state.front() != op.value) return false;
    state.erase(state.begin());
  }
  return true;
}

/// What is wrong with an order; empty: nothing.
std::string replay(const Run& run, const Json& certificate) {
  Json state = certificate.value("initial", Json());
  std::map<std::uint64_t, bool> placed;
  std::uint64_t name = 0, latest_begin = 0;
  for (const Json& delta : certificate.at("order")) {
    name += static_cast<std::uint64_t>(delta.get<std::int64_t>());
    const auto found = run.ops.find(name);
    if (found == run.ops.end()) return "the order names " + std::to_string(name) + ", which is no operation";
    const Op& op = found->second;
    const std::string what = "operation " + std::to_string(name);
    if (op.key != certificate.at("object")) return what + " is of another object";
    if (op.failed()) return what + " failed, and is in the order";
    if (placed[name]) return what + " is in the order twice";
    placed[name] = true;
    if (op.completed < latest_begin)
      return what + " had ended before one that the order puts before it began";
    latest_begin = std::max(latest_begin, op.invoked);
    if (!step(state, op)) return what + " was answered otherwise than the order makes it";
  }
  const auto all = run.of_key.find(certificate.at("object"));
  if (all == run.of_key.end()) return "there is no such object";
  for (const Op* op : all->second)
    if (op->ok() && !placed[op->invoked])
      return "operation " + std::to_string(op->invoked) + " was answered, and is not in the order";
  return "";
}

// Violated: the definition is asked of the operations that are named.

using Part = std::vector<const Op*>;

/// Who wrote the element, or tried to, and had begun before the read ended.
Part tried(const Run& run, const Op& read, const Json& element) {
  Part found;
  for (const Op* op : run.of_key.at(read.key))
    if (op->updates() && op->value == element && op->invoked < read.completed) found.push_back(op);
  return found;
}

/// Those of them who may have succeeded.
Part writers(const Run& run, const Op& read) {
  Part found = tried(run, read, read.value);
  std::erase_if(found, [](const Op* op) { return op->f != "write" || op->failed(); });
  return found;
}

/// The read shows nothing that was still there when `later` began.
bool outdated(const Run& run, const Op& read, const Op& later) {
  if (read.value.is_null()) {
    return std::none_of(run.of_key.at(read.key).begin(), run.of_key.at(read.key).end(), [&](const Op* op) {
      return op->f == "delete" && !op->failed() && op->invoked < read.completed &&
             op->completed >= later.invoked;
    });
  }
  const auto by = writers(run, read);
  return !by.empty() &&
         std::all_of(by.begin(), by.end(), [&](const Op* w) { return w->completed < later.invoked; });
}

bool grows(const Run& run, const Op& op) {
  const auto& all = run.of_key.at(op.key);
  return std::all_of(all.begin(), all.end(),
                     [](const Op* o) { return o->f == "read" || o->f == "add" || o->f == "append"; }) &&
         std::any_of(all.begin(), all.end(), [](const Op* o) { return o->updates(); });
}

/// Some read of the part and some operation that had ended before it, for which this is true.
bool some_pair(const Part& part, const std::function<bool(const Op& first, const Op& read)>& broken) {
  for (const Op* read : part)
    for (const Op* first : part)
      if (read->f == "read" && read->ok() && first->ok() && first->key == read->key &&
          first->completed < read->invoked && broken(*first, *read))
        return true;
  return false;
}

/// An update that the later read had to see and does not.
bool unseen(const Run& run, const Op& update, const Op& read) {
  if (grows(run, read)) return update.updates() && !shows(read, update.value);
  return (update.f == "write" || update.f == "delete") && outdated(run, read, update) &&
         !(update.f == "delete" && read.value.is_null());
}

bool went_back(const Run& run, const Op& before, const Op& read) {
  if (before.f != "read" || before.session != read.session) return false;
  if (grows(run, read)) {
    const std::vector<Json> seen = leaves(before.value);
    return std::any_of(seen.begin(), seen.end(),
                       [&](const Json& e) { return !e.is_null() && !shows(read, e); });
  }
  const auto by = writers(run, before);
  return !before.value.is_null() && !by.empty() && before.value != read.value &&
         std::all_of(by.begin(), by.end(), [&](const Op* w) { return outdated(run, read, *w); });
}

bool some_element(const Run& run, const Part& part, const std::function<bool(const Part& by)>& broken) {
  for (const Op* read : part) {
    if (read->f != "read" || !read->ok()) continue;
    const bool whole = !tried(run, *read, read->value).empty();
    const std::vector<Json> seen = whole ? std::vector<Json>{read->value} : leaves(read->value);
    for (const Json& element : seen)
      if (!element.is_null() && broken(tried(run, *read, element))) return true;
  }
  return false;
}

constexpr std::size_t kMostTried = 10;

/// Whether no order of the part explains its answers: every one is tried. Nothing if the part cannot tell:
/// it is too large, or somebody else may have written what it shows.
std::optional<bool> no_order(const Run& run, const Part& part) {
  const auto elsewhere = [&](const Op* op) { return op->key != part.front()->key; };
  if (part.size() > kMostTried || std::any_of(part.begin(), part.end(), elsewhere)) return std::nullopt;
  const auto inside = [&](const Op* op) { return std::find(part.begin(), part.end(), op) != part.end(); };
  for (const Op* op : part)
    for (const Op* other : run.of_key.at(op->key)) {
      const Json& shown = op->f == "cas" ? op->value.at(0) : op->value;
      const Json made = other->f == "cas" ? other->value.at(1) : other->f == "delete" ? Json() : other->value;
      const bool reads = op->f == "read" || op->f == "cas";
      if (reads && other->updates() && !other->failed() && made == shown && !inside(other))
        return std::nullopt;
      if (other->f != "read" && other->f != "write" && other->f != "delete" && other->f != "cas")
        return std::nullopt;
    }
  const std::function<bool(unsigned, Json)> explained = [&](unsigned done, Json state) {
    bool finished = true;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (((done >> i) & 1U) == 0 && part[i]->ok()) finished = false;
      bool next = ((done >> i) & 1U) == 0 && !part[i]->failed() && (part[i]->ok() || part[i]->updates());
      for (std::size_t j = 0; j < part.size(); ++j)
        next =
            next && (((done >> j) & 1U) != 0 || part[j]->failed() || part[j]->completed >= part[i]->invoked);
      Json after = state;
      if (next && step(after, *part[i]) && explained(done | (1U << i), after)) return true;
    }
    return finished;
  };
  return !explained(0, nullptr);
}

/// True: broken by definition. Nothing: there is no definition here for what this store is judged by.
std::optional<bool> broken(const Run& run, const std::string& property, const Part& part) {
  const bool versions = std::any_of(part.begin(), part.end(), [](const Op* op) { return op->versions; });
  const bool sets = !part.empty() && grows(run, *part.back());
  if (property == "no-phantoms" || property == "honest-failures") {
    // (What a dump shows, or the inner read of an update, is not looked at here.)
    const bool seen = some_element(run, part, [&](const Part& by) {
      const bool all_failed = std::all_of(by.begin(), by.end(), [](const Op* op) { return op->failed(); });
      return by.empty() ? property == "no-phantoms" : all_failed && property == "honest-failures";
    });
    return seen ? std::optional(true) : std::nullopt;
  }
  if (property == "linearizable") return no_order(run, part);
  if (run.conflict == "siblings" && !sets) return std::nullopt;
  if (property == "regular")
    return some_pair(part, [&](const Op& first, const Op& read) { return unseen(run, first, read); });
  if (versions && run.conflict != "siblings") return std::nullopt;
  if (property == "read-your-writes")
    return some_pair(part, [&](const Op& first, const Op& read) {
      return first.session == read.session && unseen(run, first, read);
    });
  if (property == "monotonic-reads")
    return some_pair(part, [&](const Op& first, const Op& read) { return went_back(run, first, read); });
  return std::nullopt;
}

Verified verify(const Run& run, const Json& certificate) {
  const std::string property = certificate.at("property");
  if (certificate.contains("omitted")) return {Finding::not_known, property, certificate["omitted"]};
  if (certificate.at("result") == "holds") {
    const std::string wrong = replay(run, certificate);
    if (!wrong.empty()) return {Finding::refuted, property, wrong};
    return {Finding::confirmed, property, "the order explains every answer"};
  }
  Part part;
  for (const Json& name : certificate.at("operations")) part.push_back(&run.ops.at(name));
  const auto answer = part.empty() ? std::nullopt : broken(run, property, part);
  if (!answer)
    return {Finding::not_known, property,
            "rests on versions, dumps or causality, or on more operations than can be tried"};
  if (!*answer) return {Finding::refuted, property, "the operations do not break the definition"};
  return {Finding::confirmed, property, "the operations break the definition"};
}

}  // namespace

std::vector<Verified> verify_run(const std::filesystem::path& folder) {
  Run run{.ops = read_operations(folder / "history.jsonl")};
  for (const auto& [name, op] : run.ops) run.of_key[op.key].push_back(&op);
  std::ifstream run_json(folder / "run.json");
  run.conflict = Json::parse(run_json).value("conflict", "");
  std::vector<Verified> all;
  each_line(folder / "certificates.jsonl",
            [&](const Json& certificate) { all.push_back(verify(run, certificate)); });
  return all;
}

}  // namespace fracas::verify
