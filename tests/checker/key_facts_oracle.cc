// The enumerations of key_facts.h: every question is answered by walking over the whole history.
#include "tests/checker/key_facts.h"

#include "checker/json_text.h"

namespace fracas::checker::definitions {
namespace {

/// The last completed answer of the version's session, if it sent a context.
const Operation* answer_behind(const History& h, const Operation& version) {
  const Operation* last = nullptr;
  if (!version.contextual) return nullptr;
  for (const Operation& o : h.operations()) {
    if (h.session(o) == h.session(version) && o.outcome == Outcome::ok && o.completed < version.invoked)
      last = &o;
  }
  return last;
}

}  // namespace

bool find_writes(const History& h, std::string_view json, std::uint32_t end, Versions& found) {
  bool all = true;
  if (json.empty() || json == "null") return true;
  for (const std::string_view value : array_parts(json)) {
    const Operation* writer = nullptr;
    for (const Operation& o : h.operations()) {
      if (o.f == Function::write && may_be_seen(o, end) && h.text(o.value) == value) writer = &o;
    }
    if (writer != nullptr) found.insert(writer);
    all = all && writer != nullptr;
  }
  return all;
}

Versions shown_by(const History& h, const Operation& answer) {
  Versions shown;
  find_writes(h, h.text(answer.f == Function::read ? answer.value : h.siblings(answer)), answer.completed,
              shown);
  if (answer.f != Function::read) shown.insert(&answer);
  return shown;
}

void add_with_past(Versions& to, const Operation* v, const Pasts& pasts) {
  to.insert(v);
  const auto past = pasts.find(v);
  if (past != pasts.end()) to.insert(past->second.begin(), past->second.end());
}

Pasts all_pasts(const History& h, const std::map<const Operation*, Versions>& hidden) {
  Pasts pasts;
  for (const Operation& v : h.operations()) {
    if (!is_version(v)) continue;
    const Operation* answer = answer_behind(h, v);
    if (answer == nullptr) continue;
    for (const Operation* seen : shown_by(h, *answer)) add_with_past(pasts[&v], seen, pasts);
    const auto beside = hidden.find(answer);
    if (beside == hidden.end()) continue;
    for (const Operation* d : beside->second) add_with_past(pasts[&v], d, pasts);
  }
  return pasts;
}

bool meets(const Versions& a, const Versions& b) {
  return std::any_of(a.begin(), a.end(), [&](const Operation* v) { return b.count(v) > 0; });
}

Versions cover(const History& h, const Versions& values, std::uint32_t end, bool tombstones,
               const Pasts& pasts) {
  Versions covered;
  for (const Operation* v : values) add_with_past(covered, v, pasts);
  for (const Operation& d : h.operations()) {
    if (!tombstones || d.f != Function::remove_key || !may_be_seen(d, end)) continue;
    const auto past = pasts.find(&d);
    if (past == pasts.end() || !meets(past->second, values)) add_with_past(covered, &d, pasts);
  }
  return covered;
}

const Stamp* version_of(const History& h, const Operation& answer) {
  if (h.stamp(answer) != nullptr || !is_read(answer)) return h.stamp(answer);
  for (const Operation& o : h.operations())
    if (o.f == Function::write && o.value == answer.value && h.stamp(o) != nullptr) return h.stamp(o);
  return nullptr;
}

}  // namespace fracas::checker::definitions
