// How random objects are made, and the definition: every order tried on the model as its sentence says.
#include "tests/checker/linearizability/objects.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>

namespace fracas::checker {
namespace {

/// Any of the models, as its definition says.
struct Thing {
  std::string value = "null";  // register; kv: the text without quotes
  std::multiset<std::string> elements{};
  std::deque<std::string> queue{};
  long sum = 0;
};

std::string bare(const std::string& json) {
  if (json == "null") return "";
  return json.size() >= 2 && json[0] == '"' ? json.substr(1, json.size() - 2) : json;
}

std::string set_text(const Thing& thing) {
  const std::set<std::string> each(thing.elements.begin(), thing.elements.end());
  std::string text = "[";
  for (const std::string& element : each) text += (text.size() > 1 ? "," : "") + element;
  return text + "]";
}

/// Applies it; the answer that it has to give, or nothing if it cannot succeed. `known`: what it answered.
std::optional<std::string> apply(Model model, Thing& thing, Function f, const std::string& value) {
  switch (f) {
    case Function::read:
      if (model == Model::kv_append) return thing.value.empty() ? "null" : '"' + thing.value + '"';
      if (model == Model::set) return set_text(thing);
      if (model == Model::counter) return std::to_string(thing.sum);
      return thing.value;
    case Function::write:
      thing.value = model == Model::kv_append ? bare(value) : value;
      return value;
    case Function::remove_key:
      thing.value = model == Model::kv_append ? "" : "null";
      return value;
    case Function::append:
      thing.value += bare(value);
      return value;
    case Function::cas: {
      const std::size_t comma = value.find(',');
      if (thing.value != value.substr(1, comma - 1)) return std::nullopt;
      thing.value = value.substr(comma + 1, value.size() - comma - 2);
      return value;
    }
    case Function::add:
      if (thing.elements.count(value) == 0) thing.elements.insert(value);
      return value;
    case Function::remove:
      thing.elements.erase(value);
      return value;
    case Function::increment:
      thing.sum += std::stol(value);
      return value;
    case Function::enqueue:
      thing.queue.push_back(value);
      return value;
    case Function::dequeue: {
      if (thing.queue.empty()) return "null";
      const std::string first = thing.queue.front();
      thing.queue.pop_front();
      return first;
    }
    default:
      return std::nullopt;
  }
}

bool shows(Function f) { return f == Function::read || f == Function::dequeue; }

Thing fresh(Model model) {
  Thing thing;
  if (model == Model::kv_append) thing.value = "";
  return thing;
}

struct Orders {
  const History& history;
  Model model;
  std::vector<const Operation*> operations{};

  bool take(const Operation& o, Thing& thing) const {
    const std::string value(history.text(o.value));
    const auto answer = apply(model, thing, o.f, shows(o.f) ? "" : value);
    if (!answer) return false;
    return !shows(o.f) || o.outcome != Outcome::ok || *answer == value ||
           (*answer == "null" && model == Model::kv_append && value == "\"\"");
  }

  bool any(std::uint64_t used, const Thing& thing) const {
    bool all = true;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if ((used >> i & 1U) == 0 && operations[i]->outcome == Outcome::ok) all = false;
    }
    if (all) return true;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if ((used >> i & 1U) != 0) continue;
      bool too_early = false;
      for (std::size_t j = 0; j < operations.size(); ++j) {
        too_early = too_early || ((used >> j & 1U) == 0 && operations[j]->completed < operations[i]->invoked);
      }
      if (too_early) continue;
      Thing then = thing;
      if (take(*operations[i], then) && any(used | 1ULL << i, then)) return true;
    }
    return false;
  }
};

Orders orders_of(const History& history, Model model) {
  Orders orders{history, model};
  for (const Operation& o : history.operations()) {
    if (o.outcome == Outcome::fail) continue;
    if (o.f == Function::read && o.outcome != Outcome::ok) continue;
    orders.operations.push_back(&o);
  }
  return orders;
}

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(n)); }
  bool chance(int percent) { return below(100) < percent; }

 private:
  std::mt19937_64 engine_;
};

/// A correct object and its clients, step by step.
class Run {
 public:
  explicit Run(const RandomObject& options)
      : options_(options), draw_(options.seed), thing_(fresh(options.model)) {
    clients_.resize(static_cast<std::size_t>(options.clients));
    for (int i = 0; i < options.clients; ++i) clients_[static_cast<std::size_t>(i)].process = i;
  }

  std::vector<Event> events() {
    int begun = 0;
    int busy = 0;
    while (begun < options_.operations || busy > 0) {
      Client& client = clients_[static_cast<std::size_t>(draw_.below(options_.clients))];
      if (!client.busy) {
        if (begun == options_.operations) continue;
        ++begun;
        ++busy;
        begin(client);
      } else if (!client.happened && !draw_.chance(30)) {
        client.happened = true;
        client.answer = apply(options_.model, thing_, client.event.f, client.event.value);
      } else {
        --busy;
        end(client);
      }
    }
    if (draw_.chance(options_.wrong)) spoil();
    return std::move(events_);
  }

 private:
  struct Client {
    int process = 0;
    bool busy = false;
    bool happened = false;
    std::optional<std::string> answer{};
    Event event{};
  };

  std::string value() {
    if (options_.values > 0) return std::to_string(1 + draw_.below(options_.values));
    return std::to_string(++last_value_);
  }
  std::string known_value() {
    return options_.values > 0 ? value()
                               : std::to_string(last_value_ == 0 ? 0 : 1 + draw_.below(last_value_));
  }

  void choose(Event& event) {
    const bool second = draw_.chance(30);
    switch (options_.model) {
      case Model::cas_register:
        if (draw_.chance(35)) {
          event.f = Function::cas;
          // Two draws, in an order that does not depend on the compiler.
          const std::string from = draw_.chance(70) && thing_.value != "null" ? thing_.value : known_value();
          event.value = "[" + from + "," + value() + "]";
          return;
        }
        [[fallthrough]];
      case Model::reg:
        event.f = options_.removes && second ? Function::remove_key : Function::write;
        break;
      case Model::kv_append:
        event.f = second ? Function::write : Function::append;
        break;
      case Model::set:
        event.f = options_.removes && second ? Function::remove : Function::add;
        break;
      case Model::counter:
        event.f = Function::increment;
        break;
      default:
        event.f = draw_.chance(50) ? Function::enqueue : Function::dequeue;
    }
    if (event.f == Function::dequeue || event.f == Function::remove_key) return;
    event.value = event.f == Function::remove ? known_value() : value();
    if (options_.model == Model::kv_append) event.value = '"' + event.value + '"';
  }

  void begin(Client& client) {
    client.busy = true;
    client.happened = false;
    client.answer.reset();
    client.event = {};
    client.event.process = client.event.session = client.process;
    client.event.key = "x";
    if (options_.model != Model::queue && draw_.chance(40)) {
      client.event.f = Function::read;
    } else {
      choose(client.event);
    }
    record(client.event);
  }

  void end(Client& client) {
    Event event = client.event;
    client.busy = false;
    if (draw_.chance(options_.unsure)) {
      client.process += options_.clients;  // a process that does not know goes on as another one
      if (draw_.chance(30)) return;
      event.type = EventType::info;
    } else if (client.happened && client.answer) {
      event.type = EventType::ok;
      if (shows(event.f)) event.value = *client.answer;
    } else {
      event.type = EventType::fail;
    }
    record(event);
  }

  void record(Event event) {
    event.index = events_.size();
    event.time_ns = static_cast<std::int64_t>(event.index) * 1000;
    events_.push_back(std::move(event));
  }

  /// Another answer, of the same kind.
  void spoil() {
    std::vector<Event*> answers;
    for (Event& event : events_) {
      if (event.type == EventType::ok && shows(event.f)) answers.push_back(&event);
    }
    if (answers.empty()) return;
    Event& one = *answers[static_cast<std::size_t>(draw_.below(static_cast<int>(answers.size())))];
    const Event& other = *answers[static_cast<std::size_t>(draw_.below(static_cast<int>(answers.size())))];
    one.value = draw_.chance(70) ? other.value : options_.model == Model::queue ? known_value() : one.value;
    if (options_.model == Model::reg && draw_.chance(30))
      one.value = draw_.chance(50) ? "null" : known_value();
    if (options_.model == Model::counter && draw_.chance(50)) one.value = std::to_string(draw_.below(8));
  }

  RandomObject options_;
  Draw draw_;
  Thing thing_;
  std::vector<Client> clients_;
  std::vector<Event> events_;
  int last_value_ = 0;
};

}  // namespace

History random_object(const RandomObject& options) {
  HistoryBuilder builder;
  for (const Event& event : Run(options).events()) {
    const auto added = builder.add(event);
    EXPECT_TRUE(added) << added.error();
  }
  return std::move(builder).finish();
}

bool linearizable_by_definition(const History& history, Model model) {
  return orders_of(history, model).any(0, fresh(model));
}

bool is_linearization(const History& history, Model model, const std::vector<std::uint32_t>& order) {
  const Orders orders = orders_of(history, model);
  Thing thing = fresh(model);
  std::set<std::uint32_t> used;
  std::uint32_t latest_begin = 0;
  for (const std::uint32_t index : order) {
    const Operation* o = history.invoked_at(index);
    if (o == nullptr || o->outcome == Outcome::fail || !used.insert(index).second) return false;
    if (o->completed < latest_begin || !orders.take(*o, thing)) return false;
    latest_begin = std::max(latest_begin, o->invoked);
  }
  return std::all_of(orders.operations.begin(), orders.operations.end(), [&](const Operation* o) {
    return o->outcome != Outcome::ok || used.count(o->invoked) == 1;
  });
}

int cases(int usual) {
  const char* wanted = std::getenv("FRACAS_CASES");
  return wanted == nullptr ? usual : std::atoi(wanted);
}

}  // namespace fracas::checker
