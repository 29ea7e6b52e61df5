#include "checker/linearizability/object.h"

#include <fmt/format.h>

#include <algorithm>

#include "checker/json_text.h"

namespace fracas::checker::linearizability {
namespace {

std::optional<Act> act_of(Function f) {
  switch (f) {
    case Function::read:
      return Act::read;
    case Function::write:
    case Function::remove_key:
      return Act::write;
    case Function::cas:
      return Act::cas;
    case Function::append:
      return Act::append;
    case Function::add:
      return Act::add;
    case Function::remove:
      return Act::remove;
    case Function::increment:
      return Act::increment;
    case Function::enqueue:
      return Act::enqueue;
    case Function::dequeue:
      return Act::dequeue;
    case Function::generate:
    case Function::txn:
      break;
  }
  return std::nullopt;
}

constexpr unsigned bit(Act act) { return 1U << static_cast<unsigned>(act); }

/// What each model can do beside reading.
unsigned acts_of(Model model) {
  switch (model) {
    case Model::reg:
      return bit(Act::read) | bit(Act::write);
    case Model::cas_register:
      return bit(Act::read) | bit(Act::write) | bit(Act::cas);
    case Model::kv_append:
      return bit(Act::read) | bit(Act::write) | bit(Act::append);
    case Model::set:
      return bit(Act::read) | bit(Act::add) | bit(Act::remove);
    case Model::counter:
      return bit(Act::read) | bit(Act::increment);
    case Model::queue:
      return bit(Act::enqueue) | bit(Act::dequeue);
    case Model::list_append:
    case Model::rw_register:
      break;
  }
  return 0;
}

/// Its outcome says nothing if it is not known: it changes nothing.
bool only_shows(Act act) { return act == Act::read; }

/// Some read of an appended key shows an array.
bool shows_lists(const KeyCase& key) {
  return std::any_of(key.operations.begin(), key.operations.end(), [&](const Operation* o) {
    return o->f == Function::read && o->outcome == Outcome::ok &&
           key.history().text(o->value).starts_with('[');
  });
}

}  // namespace

ValueId Values::id(std::string_view json) {
  if (const auto known = history_->find(json)) return *known;
  const auto next = static_cast<ValueId>(history_->texts() + own_.size());
  const auto [id, first] = own_ids_.try_emplace(json, next);
  if (first) own_.push_back(json);
  return id->second;
}

std::optional<Model> model_of(const KeyCase& key) {
  if (key.judged_as().model) return key.judged_as().model;
  unsigned acts = 0;
  for (const Operation* o : key.operations) {
    const auto act = act_of(o->f);
    if (!act) return std::nullopt;
    // Entries of a cart take each other's place: no set of elements.
    if (*act == Act::add && key.history().text(o->value).starts_with('{')) return std::nullopt;
    acts |= bit(*act);
  }
  for (const Model model :
       {Model::reg, Model::cas_register, Model::kv_append, Model::set, Model::counter, Model::queue}) {
    if ((acts & ~acts_of(model)) == 0) return model;
  }
  return std::nullopt;
}

boost::system::result<Object, std::string> object_of(const KeyCase& key, Model model) {
  Object object{.model = model, .values = Values(key.history())};
  object.initial = object.values.id(key.judged_as().initial);
  object.lists = model == Model::kv_append && shows_lists(key);
  object.steps.reserve(key.operations.size());
  for (const Operation* o : key.operations) {
    const auto act = act_of(o->f);
    if (!act || (acts_of(model) & bit(*act)) == 0) {
      return fmt::format("{} holds {}, which is nothing that the model {} can do", key.name(),
                         to_string(o->f), to_string(model));
    }
    if (o->outcome == Outcome::fail || (only_shows(*act) && o->outcome != Outcome::ok)) continue;
    Step step{.invoked = o->invoked, .completed = o->completed, .value = o->value, .act = *act};
    if (o->f == Function::remove_key) step.value = kNullText;
    if (*act == Act::cas) {
      const auto parts = array_parts(key.history().text(o->value));
      if (parts.size() != 2) {
        return fmt::format("{}: cas of {}, expected [from, to]", key.name(), key.history().text(o->value));
      }
      step.value = object.values.id(parts[0]);
      step.to = object.values.id(parts[1]);
    }
    object.steps.push_back(step);
  }
  return object;
}

namespace {

/// Who writes, and who needs, one value.
struct Need {
  std::uint32_t writers = 0;
  std::uint32_t first_end = kNever;  ///< of those who read it or compared with it
  bool needed = false;
};

using Needs = boost::unordered_flat_map<ValueId, Need>;

ValueId written(const Step& step) { return step.act == Act::cas ? step.to : step.value; }

void need(Needs& needs, const Step& step, std::vector<ValueId>& fresh) {
  Need& value = needs[step.value];
  value.first_end = std::min(value.first_end, step.completed);
  if (!value.needed) fresh.push_back(step.value);
  value.needed = true;
}

}  // namespace

namespace {

void narrow_register(Object& object);
void narrow_set(Object& object);

}  // namespace

void narrow(Object& object) {
  if (std::all_of(object.steps.begin(), object.steps.end(), [](const Step& s) { return s.must_happen(); })) {
    return;
  }
  if (object.model == Model::reg || object.model == Model::cas_register) narrow_register(object);
  if (object.model == Model::set) narrow_set(object);
}

namespace {

void narrow_register(Object& object) {
  Needs needs;
  std::vector<ValueId> fresh;
  std::vector<std::uint32_t> unsure_cas;
  for (std::uint32_t i = 0; i < object.steps.size(); ++i) {
    const Step& step = object.steps[i];
    if (step.act != Act::read) ++needs[written(step)].writers;
    if (step.act != Act::write && step.must_happen()) need(needs, step, fresh);
    if (step.act == Act::cas && !step.must_happen()) unsure_cas.push_back(i);
  }
  // What an unsure cas writes may be needed, and then so is what it expects.
  std::stable_sort(unsure_cas.begin(), unsure_cas.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return object.steps[a].to < object.steps[b].to; });
  while (!fresh.empty()) {
    const ValueId value = fresh.back();
    fresh.pop_back();
    const auto first = std::lower_bound(unsure_cas.begin(), unsure_cas.end(), value,
                                        [&](std::uint32_t i, ValueId v) { return object.steps[i].to < v; });
    for (auto i = first; i != unsure_cas.end() && object.steps[*i].to == value; ++i) {
      need(needs, object.steps[*i], fresh);
    }
  }
  std::erase_if(object.steps, [&](Step& step) {
    if (step.act == Act::read || step.must_happen()) return false;
    const Need& value = needs[written(step)];
    if (!value.needed) return true;
    const bool only_one = value.writers == 1 && written(step) != object.initial;
    if (only_one && value.first_end > step.invoked) step.completed = value.first_end;
    return false;
  });
}

void narrow_set(Object& object) {
  Needs needs;
  for (const Step& step : object.steps) {
    if (step.act == Act::add) ++needs[step.value].writers;
  }
  for (const Step& step : object.steps) {
    if (step.act != Act::read) continue;
    for (const std::string_view element : array_parts(object.values.text(step.value))) {
      Need& value = needs[object.values.id(element)];
      value.first_end = std::min(value.first_end, step.completed);
      value.needed = true;
    }
  }
  std::erase_if(object.steps, [&](Step& step) {
    if (step.act != Act::add || step.must_happen()) return false;
    const Need& value = needs[step.value];
    if (!value.needed) return true;
    if (value.writers == 1 && value.first_end > step.invoked) step.completed = value.first_end;
    return false;
  });
}

}  // namespace

}  // namespace fracas::checker::linearizability
