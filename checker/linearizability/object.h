// One object as linearizability sees it: steps instead of operations. What failed did not happen, and a read
// of unknown outcome says nothing, so neither is a step. An update of unknown outcome has no end: it may take
// effect at any time after its invocation, or never.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checker/case.h"
#include "checker/model.h"

namespace fracas::checker::linearizability {

enum class Act : std::uint8_t { read, write, cas, append, add, remove, increment, enqueue, dequeue };

/// Names a JSON text of this object: as in the history, or one of Values' own.
using ValueId = std::uint32_t;

struct Step {
  std::uint32_t invoked = 0;
  std::uint32_t completed = kNever;  ///< kNever: may happen at any time, or never
  ValueId value = kNullText;         ///< read: what was shown; cas: what it expected; otherwise what it wrote
  ValueId to = 0;                    ///< cas: what it wrote
  Act act = Act::read;

  bool must_happen() const { return completed != kNever; }
};

/// Ids of texts, also of those that are only parts of a text of the history.
class Values {
 public:
  explicit Values(const History& history) : history_(&history) {}
  ValueId id(std::string_view json);
  std::string_view text(ValueId id) const {
    return id < history_->texts() ? history_->text(id) : own_[id - history_->texts()];
  }

 private:
  const History* history_;
  std::vector<std::string_view> own_;  ///< parts of texts of the history, or of what outlives it
  boost::unordered_flat_map<std::string_view, ValueId> own_ids_;
};

struct Object {
  Model model = Model::reg;
  bool lists = false;         ///< kv_append: reads show arrays, not strings
  std::vector<Step> steps{};  ///< in order of invocation
  ValueId initial = kNullText;
  Values values;
};

/// What the operations of a key are about: as asked for, else as they show. Nothing if no model has them.
std::optional<Model> model_of(const KeyCase&);

/// The message says why the key's operations are none of the model's.
boost::system::result<Object, std::string> object_of(const KeyCase&, Model);

/// Registers and sets: leaves out updates of unknown outcome whose value nobody needs, and ends one whose
/// value somebody saw, and nobody else wrote, where the first who saw it ends. Changes no verdict: what
/// nobody sees can be taken out of any order, and what is seen happens before those who see it end.
void narrow(Object&);

}  // namespace fracas::checker::linearizability
