#include "checker/model.h"

#include <algorithm>
#include <array>

namespace fracas::checker {
namespace {

constexpr std::array kModels = {
    ModelInfo{Model::reg, "register", "read, write and delete"},
    ModelInfo{Model::cas_register, "cas-register", "read, write and compare-and-set"},
    ModelInfo{Model::kv_append, "kv-append", "read, write and append of strings"},
    ModelInfo{Model::set, "set", "add and remove of elements; a read shows all of them"},
    ModelInfo{Model::queue, "queue", "enqueue and dequeue, first in, first out"},
    ModelInfo{Model::counter, "counter", "increment; a read shows the sum"},
    ModelInfo{Model::list_append, "list-append", "transactions that read lists and append to them"},
    ModelInfo{Model::rw_register, "rw-register", "transactions that read and write registers"},
};

}  // namespace

std::span<const ModelInfo> models() { return kModels; }

std::string_view to_string(Model model) { return kModels.at(static_cast<std::size_t>(model)).name; }

std::optional<Model> model_from(std::string_view name) {
  const auto found =
      std::find_if(kModels.begin(), kModels.end(), [&](const ModelInfo& info) { return info.name == name; });
  if (found == kModels.end()) return std::nullopt;
  return found->model;
}

}  // namespace fracas::checker
