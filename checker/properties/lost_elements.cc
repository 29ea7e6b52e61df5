// Sets and lists: every element whose add or append was acknowledged is in one of the places. In no list is
// an element more often than it was appended, or in front of one that its append had seen.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "checker/explain.h"
#include "checker/json_text.h"
#include "checker/properties/updates.h"

namespace fracas::checker {
namespace {

/// Who had read and written the set while the add was under way: the likely thief.
const Operation* thief(const UpdatedKey& key, const Operation& add) {
  const History& history = key.key.history();
  for (const Operation* o : key.key.operations) {
    const bool overlaps = o->invoked < add.completed && add.invoked < o->completed;
    if (o == &add || !updates(*o) || o->outcome == Outcome::fail || !overlaps || history.saw(*o) == 0)
      continue;
    std::vector<std::string_view> saw;
    append_leaves(history.text(history.saw(*o)), saw);
    if (std::find(saw.begin(), saw.end(), history.text(add.value)) == saw.end()) return o;
  }
  return nullptr;
}

Witness lost(const UpdatedKey& key, const Operation& add) {
  const Operation* other = thief(key, add);
  const std::string meanwhile = other == nullptr ? std::string()
                                                 : fmt::format(" Meanwhile {} without having seen it.",
                                                               describe(key.key.history(), *other));
  Witness found =
      witness(fmt::format("{}, yet at the end the element is not {}: the update was lost{}.{}",
                          describe_first(key.key.history(), add), key.found.where,
                          faults_around(key.key.history(), key.key.evidence(), add, add), meanwhile),
              {&add});
  if (other != nullptr) found.operations.push_back(other->invoked);
  if (key.found.read != nullptr) found.operations.push_back(key.found.read->invoked);
  return found;
}

/// A list as it was found, and the place of each of its elements.
class ListCheck {
 public:
  ListCheck(const UpdatedKey& key, std::string_view list)
      : key_(key), writers_(key.key.writers()), list_(list) {
    std::vector<std::string_view> elements;
    append_leaves(list, elements);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      places_.emplace(elements[i], i);
      ++times_[elements[i]];
    }
  }

  void run() {
    for (const auto& [element, times] : times_) {
      const auto by = writers_.of(element);
      const auto tried =
          std::count_if(by.begin(), by.end(), [](const Operation* o) { return o->outcome != Outcome::fail; });
      if (tried > 0 && times > tried) report_twice(**by.begin(), times, tried);
    }
    for (const Operation* o : key_.key.operations) {
      if (o->f == Function::append && o->outcome != Outcome::fail && key_.key.history().saw(*o) != 0)
        check_order(*o);
    }
  }

 private:
  bool once(std::string_view element) const { return writers_.of(element).size() == 1; }

  void check_order(const Operation& append) {
    const auto place = places_.find(key_.key.history().text(append.value));
    if (place == places_.end() || !once(place->first)) return;
    std::vector<std::string_view> saw;
    append_leaves(key_.key.history().text(key_.key.history().saw(append)), saw);
    for (const std::string_view before : saw) {
      const auto other = places_.find(before);
      if (other == places_.end() || !once(before) || other->second <= place->second) continue;
      return report_order(append, before);
    }
  }

  void report_twice(const Operation& append, std::int64_t times, std::int64_t tried) {
    key_.verdict.violated([&] {
      return witness(fmt::format("{}, and at the end it is there {} times, appended only {} time{}: {} {}.",
                                 describe_first(key_.key.history(), append), times, tried,
                                 tried == 1 ? "" : "s", shown(list_), key_.found.where),
                     {&append});
    });
  }

  void report_order(const Operation& append, std::string_view before) {
    const Operation* first = writers_.of(before).front();
    key_.verdict.violated([&] {
      return witness(fmt::format("{} when {} was there already, yet at the end it is in front of it: {} {}.",
                                 describe_first(key_.key.history(), append), shown(before), shown(list_),
                                 key_.found.where),
                     {first, &append});
    });
  }

  const UpdatedKey& key_;
  const Writers& writers_;
  std::string_view list_;
  std::map<std::string_view, std::size_t> places_;  ///< the first of each element
  std::map<std::string_view, std::int64_t> times_;
};

bool is_list(const KeyOperations& key) {
  return std::any_of(key.operations.begin(), key.operations.end(),
                     [](const Operation* o) { return o->f == Function::append; });
}

}  // namespace

void judge_elements(const UpdatedKey& key) {
  std::set<std::string_view> lists;
  std::vector<std::string_view> leaves;
  for (const auto& values : key.found.places) {
    for (const std::string_view value : values) {
      lists.insert(value);
      append_leaves(value, leaves);
    }
  }
  const std::set<std::string_view> elements(leaves.begin(), leaves.end());
  for (const Operation* o : key.key.operations) {
    if (!is_acknowledged_update(o)) continue;
    key.verdict.checked();
    if (!elements.contains(key.key.history().text(o->value)))
      key.verdict.violated([&] { return lost(key, *o); });
  }
  if (!is_list(key.key)) return;
  for (const std::string_view list : lists) ListCheck(key, list).run();
}

}  // namespace fracas::checker
