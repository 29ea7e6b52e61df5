#include "harness/load.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace fracas::harness {
namespace {

constexpr int kFinalReaders = 4;

std::int64_t interval_of(const Experiment& experiment) {
  if (experiment.clients.rate <= 0) return 0;
  return static_cast<std::int64_t>(1e9 * experiment.load.clients / experiment.clients.rate);
}

const workloads::Workload& workload_of(const Experiment& experiment) {
  const workloads::Workload* workload = workloads::find_workload(experiment.workload);
  assert(workload != nullptr);  // load_experiment() refuses others
  return *workload;
}

bool all_finished(const std::vector<std::unique_ptr<Client>>& clients) {
  return std::all_of(clients.begin(), clients.end(), [](const auto& client) { return client->finished(); });
}

}  // namespace

Load::Load(World& world, Recorder& recorder, const Experiment& experiment)
    : world_(world), recorder_(recorder), experiment_(experiment), workload_(workload_of(experiment)) {}

SessionOptions Load::session_options(int number) const {
  SessionOptions options;
  options.client = number;
  options.stride = experiment_.load.clients + kFinalReaders;
  options.final = number >= experiment_.load.clients;
  options.seed = experiment_.seed;
  options.nodes = world_.node_names();
  options.behaviour = experiment_.clients;
  options.workload = &workload_;
  return options;
}

void Load::start() {
  workloads::Parameters parameters = experiment_.load;
  parameters.seed = experiment_.seed;
  for (int number = 0; number < parameters.clients; ++number) {
    generators_.push_back(workload_.generator(parameters, number));
    IntentSource source = [generator = generators_.back().get()] { return std::optional(generator->next()); };
    clients_.push_back(std::make_unique<Client>(world_, recorder_, session_options(number), std::move(source),
                                                interval_of(experiment_)));
    clients_.back()->start();
  }
}

void Load::stop() {
  for (const auto& client : clients_) client->stop();
}

void Load::start_final_reads(const std::set<std::string, std::less<>>& touched) {
  auto keys = std::make_shared<const std::vector<std::string>>(touched.begin(), touched.end());
  for (int i = 0; i < kFinalReaders; ++i) {
    IntentSource source = [keys, next = static_cast<std::size_t>(i)]() mutable {
      if (next >= keys->size()) return std::optional<workloads::Intent>();
      const std::size_t current = std::exchange(next, next + kFinalReaders);
      return std::optional(workloads::Intent{checker::Function::read, (*keys)[current]});
    };
    readers_.push_back(std::make_unique<Client>(
        world_, recorder_, session_options(experiment_.load.clients + i), std::move(source), 0));
    readers_.back()->start();
  }
}

void Load::stop_final_reads() {
  for (const auto& reader : readers_) reader->stop();
}

bool Load::finished() const { return all_finished(clients_) && all_finished(readers_); }

}  // namespace fracas::harness
