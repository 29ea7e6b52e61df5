#include "checker/linearizability/states.h"

#include <algorithm>
#include <vector>

#include "checker/json_text.h"

namespace fracas::checker::linearizability {
namespace {

/// Whatever a number that is none stands for: no sum.
constexpr std::int64_t kLargest = std::int64_t{1} << 61;

}  // namespace

std::optional<std::int64_t> CounterStates::number(std::string_view json) {
  if (json == "null") return 0;
  JsonCursor cursor(json);
  const std::int64_t value = cursor.signed_integer();
  if (!cursor.done() || value > kLargest || value < -kLargest) return std::nullopt;
  return value;
}

CounterStates::CounterStates(Object& object) : object_(&object) {
  id(number(object.values.text(object.initial)).value_or(0));
}

State CounterStates::id(std::int64_t sum) {
  const auto [known, first] = ids_.try_emplace(sum, static_cast<State>(sums_.size()));
  if (first) sums_.push_back(sum);
  return known->second;
}

State CounterStates::after(State state, const Step& step) {
  const auto [known, first] = numbers_.try_emplace(step.value);
  if (first) known->second = number(object_->values.text(step.value));
  if (!known->second) return kImpossible;
  if (step.act == Act::read) return sums_[state] == *known->second ? state : kImpossible;
  const std::int64_t sum = sums_[state] + *known->second;
  return sum > kLargest || sum < -kLargest ? kImpossible : id(sum);
}

ContentStates::ContentStates(Object& object) : object_(&object) { initial_ = shown(object.initial); }

Manner ContentStates::manner(const Step& step) const {
  // A dequeue that found something takes what is first; one that found nothing had an empty queue before it.
  const bool found_nothing = step.act == Act::dequeue && step.must_happen() && step.value == kNullText;
  return {.shows = step.act == Act::read || found_nothing,
          .always = step.act != Act::read && step.act != Act::dequeue,
          .hides = step.act == Act::write};
}

State ContentStates::id(Content content) {
  const auto [known, first] = ids_.try_emplace(content, static_cast<State>(contents_.size()));
  if (first) {
    room_ += content.size() + 8;
    contents_.push_back(std::move(content));
  }
  return known->second;
}

ContentStates::Content ContentStates::parse(ValueId value) {
  const std::string_view json = object_->values.text(value);
  Content content;
  if (json == "null") return content;
  if (object_->model == Model::kv_append && !object_->lists) {
    // Byte by byte: what is appended need not be a text of its own in the whole.
    const std::string_view inner = json.starts_with('"') ? json.substr(1, json.size() - 2) : json;
    for (const char c : inner) content.push_back(static_cast<unsigned char>(c));
    return content;
  }
  for (const std::string_view part : array_parts(json)) content.push_back(object_->values.id(part));
  if (object_->model == Model::set) {
    std::sort(content.begin(), content.end());
    content.erase(std::unique(content.begin(), content.end()), content.end());
  }
  return content;
}

State ContentStates::shown(ValueId value) {
  const auto known = shown_.find(value);
  if (known != shown_.end()) return known->second;
  const State state = id(parse(value));
  shown_.emplace(value, state);
  return state;
}

State ContentStates::after(State state, const Step& step) {
  if (step.act == Act::read) return shown(step.value) == state ? state : kImpossible;
  if (step.act == Act::write) return shown(step.value);
  const std::uint64_t what = std::uint64_t{step.value} << 8 | static_cast<std::uint64_t>(step.act) << 1 |
                             (step.must_happen() ? 1U : 0U);
  const auto known = after_.find({state, what});
  if (known != after_.end()) return known->second;
  const State next = change(state, step);
  after_.emplace(std::pair(state, what), next);
  return next;
}

State ContentStates::change(State state, const Step& step) {
  Content content = contents_[state];
  const auto place = std::lower_bound(content.begin(), content.end(), step.value);
  const bool there = place != content.end() && *place == step.value;
  switch (step.act) {
    case Act::append:
      content += object_->lists ? Content(1, step.value) : parse(step.value);
      break;
    case Act::add:
      if (!there) content.insert(place, step.value);
      break;
    case Act::remove:
      if (there) content.erase(place);
      break;
    case Act::enqueue:
      content.push_back(step.value);
      break;
    case Act::dequeue:
      if (step.must_happen() && step.value == kNullText) return content.empty() ? state : kImpossible;
      if (content.empty()) return kImpossible;  // of unknown outcome: it had no effect
      if (step.must_happen() && content.front() != step.value) return kImpossible;
      content.erase(0, 1);
      break;
    default:
      return kImpossible;
  }
  return id(std::move(content));
}

}  // namespace fracas::checker::linearizability
