#include "harness/coordinating_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "harness/targets/fracas_store.h"
#include "store/hash.h"

namespace fracas::harness {
namespace {

using Kind = TargetRequest::Kind;
using store::HomeAnswer;

std::array<std::uint8_t, 16> identity(int client, std::uint64_t seed) {
  const store::Hash hash = store::hash128(fmt::format("client {} of {}", client, seed));
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(hash.low >> 8 * i);
    bytes[8 + i] = static_cast<std::uint8_t>(hash.high >> 8 * i);
  }
  return bytes;
}

TargetRequest to_target_request(store::ClientRequest&& asked) {
  constexpr std::array kKinds{Kind::get, Kind::put, Kind::remove};
  TargetRequest request;
  request.kind = kKinds[static_cast<std::size_t>(asked.verb)];
  request.key = std::move(asked.key);
  request.value = std::move(asked.value);
  request.context = std::move(asked.context);
  request.timeout_ns = *asked.timeout_ns;
  request.of_copy = asked.of_copy;
  request.state = std::move(asked.state);
  return request;
}

HomeAnswer to_home_answer(TargetResponse&& response) {
  using Status = TargetResponse::Status;
  HomeAnswer answer;
  answer.error = std::move(response.error);
  if (response.status == Status::unknown) return answer;
  constexpr auto kNotDone = std::to_array<std::string_view>({"not-sent", "unavailable", "read-only"});
  const bool not_done = std::any_of(kNotDone.begin(), kNotDone.end(),
                                    [&](std::string_view kind) { return answer.error.starts_with(kind); });
  answer.outcome = response.status == Status::ok ? HomeAnswer::Outcome::ok
                   : not_done                    ? HomeAnswer::Outcome::not_done
                                                 : HomeAnswer::Outcome::refused;
  answer.reply.values = std::move(response.values);
  answer.reply.context = std::move(response.context);
  answer.reply.clock = std::move(response.clock);
  answer.reply.state = std::move(response.state);
  return answer;
}

}  // namespace

CoordinatingClient::CoordinatingClient(World& world, const store::Config& config, int client,
                                       std::uint64_t seed)
    : world_(world),
      client_(client),
      names_(world.node_names()),
      coordinator_(config, names_, static_cast<store::NodeIndex>(client), identity(client, seed)) {}

void CoordinatingClient::call(const std::string& first, const TargetRequest& request,
                              std::function<void(TargetResponse)> done) {
  const store::RequestId id = ++last_id_;
  waiting_.emplace(id, std::move(done));
  store::ClientRequest asked = fracas_store::to_client_request(request, id);
  asked.timeout_ns = request.timeout_ns;  // all of it: nobody in between has to be quicker
  std::optional<store::NodeIndex> node;
  if (const auto found = std::find(names_.begin(), names_.end(), first); found != names_.end())
    node = static_cast<store::NodeIndex>(found - names_.begin());
  std::vector<store::ClientEffect> effects;
  coordinator_.begin(world_.now(), std::move(asked), node, effects);
  perform(std::move(effects));
}

void CoordinatingClient::perform(std::vector<store::ClientEffect> effects) {
  for (store::ClientEffect& effect : effects) {
    if (auto* question = std::get_if<store::AskHome>(&effect)) {
      ask(std::move(*question));
    } else {
      answer(std::get<store::ReplyToClient>(std::move(effect)));
    }
  }
}

void CoordinatingClient::ask(store::AskHome question) {
  const TargetRequest request = to_target_request(std::move(question.request));
  world_.call(client_, names_[question.to], request, [this, id = question.question](TargetResponse response) {
    std::vector<store::ClientEffect> effects;
    coordinator_.told(world_.now(), id, to_home_answer(std::move(response)), effects);
    perform(std::move(effects));
  });
}

/// From the loop, as a world's answer is: what follows may be the next call.
void CoordinatingClient::answer(store::ReplyToClient reply) {
  auto waiting = waiting_.extract(reply.id);
  world_.after(0, [done = std::move(waiting.mapped()), reply = std::move(reply)]() mutable {
    done(fracas_store::to_response(std::move(reply)));
  });
}

}  // namespace fracas::harness
