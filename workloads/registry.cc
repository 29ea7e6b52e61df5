// The registered workloads: one line each.
#include <algorithm>
#include <array>

#include "workloads/append.h"
#include "workloads/cart.h"
#include "workloads/counter.h"
#include "workloads/delete.h"
#include "workloads/mixed.h"
#include "workloads/register.h"
#include "workloads/set.h"
#include "workloads/workload.h"

namespace fracas::workloads {

std::span<const Workload> workloads() {
  static const std::array<Workload, 7> all{mixed_workload(),  register_workload(), set_workload(),
                                           append_workload(), counter_workload(),  cart_workload(),
                                           delete_workload()};
  return all;
}

const Workload* find_workload(std::string_view name) {
  const auto all = workloads();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Workload& w) { return w.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool is_read_modify_write(checker::Function f) {
  using checker::Function;
  return f == Function::add || f == Function::remove || f == Function::increment || f == Function::append;
}

}  // namespace fracas::workloads
