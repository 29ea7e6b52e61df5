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

/// What each client has to do, in the order of its times; of two at once, in the order of the script. Empty
/// without a script.
std::vector<std::vector<Task>> scripts_by_client(const Experiment& experiment) {
  if (experiment.script.empty()) return {};
  std::vector<std::vector<Task>> scripts(static_cast<std::size_t>(experiment.load.clients));
  for (const ScriptedOperation& operation : experiment.script)
    scripts[static_cast<std::size_t>(operation.client)].push_back(
        {operation.intent, operation.at, operation.node});
  for (std::vector<Task>& tasks : scripts)
    std::stable_sort(tasks.begin(), tasks.end(),
                     [](const Task& a, const Task& b) { return *a.at_ns < *b.at_ns; });
  return scripts;
}

TaskSource scripted(std::vector<Task> tasks) {
  return [tasks = std::move(tasks), next = std::size_t{0}]() mutable {
    return next == tasks.size() ? std::optional<Task>() : std::optional(tasks[next++]);
  };
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
  options.clients = experiment_.load.clients;
  options.stamps = experiment_.store.stamp;
  options.coordinates = experiment_.store.coordinator == store::Coordination::client;
  options.final = number >= experiment_.load.clients;
  options.seed = experiment_.seed;
  options.nodes = world_.node_names();
  options.behaviour = experiment_.clients;
  options.workload = &workload_;
  return options;
}

void Load::start() {
  began_ns_ = world_.now();
  workloads::Parameters parameters = experiment_.load;
  parameters.seed = experiment_.seed;
  std::vector<std::vector<Task>> scripts = scripts_by_client(experiment_);
  for (int number = 0; number < parameters.clients; ++number) {
    TaskSource source = scripts.empty() ? drawn(parameters, number)
                                        : scripted(std::move(scripts[static_cast<std::size_t>(number)]));
    clients_.push_back(std::make_unique<Client>(world_, recorder_, session_options(number), std::move(source),
                                                interval_of(experiment_), experiment_.store));
    clients_.back()->start();
  }
}

TaskSource Load::drawn(const workloads::Parameters& parameters, int client) {
  generators_.push_back(workload_.generator(parameters, client));
  return [generator = generators_.back().get()] { return std::optional(Task{generator->next()}); };
}

/// Each of those that are due may have to wait for all that its client does before.
std::int64_t Load::script_left_ns() const {
  std::int64_t last = 0;
  std::vector<std::int64_t> behind(static_cast<std::size_t>(experiment_.load.clients), 0);
  for (const ScriptedOperation& operation : experiment_.script) {
    last = std::max(last, operation.at);
    ++behind[static_cast<std::size_t>(operation.client)];
  }
  if (experiment_.script.empty()) return 0;
  const std::int64_t waits =
      2 * experiment_.clients.timeout * *std::max_element(behind.begin(), behind.end());
  return std::max<std::int64_t>(0, began_ns_ + last - world_.now()) + waits;
}

void Load::stop() {
  for (const auto& client : clients_) client->stop();
}

void Load::start_final_reads(const std::set<std::string, std::less<>>& touched) {
  auto keys = std::make_shared<const std::vector<std::string>>(touched.begin(), touched.end());
  for (int i = 0; i < kFinalReaders; ++i) {
    TaskSource source = [keys, next = static_cast<std::size_t>(i)]() mutable {
      if (next >= keys->size()) return std::optional<Task>();
      const std::size_t current = std::exchange(next, next + kFinalReaders);
      return std::optional(Task{{checker::Function::read, (*keys)[current]}});
    };
    readers_.push_back(std::make_unique<Client>(world_, recorder_,
                                                session_options(experiment_.load.clients + i),
                                                std::move(source), 0, experiment_.store));
    readers_.back()->start();
  }
}

void Load::stop_final_reads() {
  for (const auto& reader : readers_) reader->stop();
}

bool Load::finished() const { return all_finished(clients_) && all_finished(readers_); }

}  // namespace fracas::harness
