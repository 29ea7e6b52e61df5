#include "store/ring_agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/bytes.h"

namespace fracas::store {
namespace {

/// The same on all nodes: those that have forgotten wait for it.
constexpr std::int64_t proposal_ns = 1'000'000'000;
constexpr std::int64_t round_ns = 200'000'000;
/// Two proposers that outbid each other are apart by more than a round trip after some rounds.
constexpr std::int64_t rank_ns = 30'000'000;

std::string bytes_of(const RingDocument& document) {
  std::string bytes;
  document.encode(bytes);
  return bytes;
}

}  // namespace

void answer_ring_change(Step& step, RequestId id, std::optional<ClientError> error,
                        const RingDocument& ring) {
  ReplyToClient reply;
  reply.id = id;
  if (!error)
    reply.values = {fmt::format(R"({{"epoch":{},"moving":{}}})", ring.epoch(), ring.next().has_value())};
  reply.error = std::move(error);
  step.reply(std::move(reply));
}

bool RingAgreement::load(std::string_view record) {
  ByteReader in(record);
  blank_ = false;
  abstains_ = in.u8() != 0;
  loaded_ = in.u32();
  promised_ = in.u64();
  accepted_ballot_ = in.u64();
  accepted_ = in.text();
  return in.complete();
}

/// A crash may have come between the two records of a change, with or without the first of this kind.
void RingAgreement::start(Step& step) {
  started_ns_ = step.now().steady_ns;
  if (loaded_ != number()) {
    promised_ = accepted_ballot_ = 0;
    accepted_.clear();
  }
  abstains_ = abstains_ || (blank_ && shared_.ring.epoch() > 1);
  if (abstains_) ask_from(started_ns_ + proposal_ns);
}

void RingAgreement::propose(Step& step, RingDocument wanted, std::optional<RequestId> client) {
  if (shared_.read_only()) return;
  if (proposal_) {
    if (client)
      answer_ring_change(step, *client,
                         ClientError{ErrorKind::conflict, "", "this node proposes another change already"},
                         shared_.ring);
    return;
  }
  proposal_.emplace(Proposal{.wanted = wanted, .value = wanted});
  proposal_->client = client;
  proposal_->deadline_ns = step.now().steady_ns + proposal_ns;
  begin_round(step);
}

/// The ballot is on this node's own disk before anybody hears of it, and has a part of the incarnation's
/// random name: no later incarnation uses it again, not even one that has lost the disk.
void RingAgreement::begin_round(Step& step) {
  Proposal& proposal = *proposal_;
  const std::uint64_t count = (std::max(highest_seen_, promised_) >> 32) + 1;
  proposal.ballot = count << 32 | ballot_tag();
  proposal.promises.clear();
  proposal.acceptances.clear();
  proposal.accepting = false;
  proposal.value = proposal.wanted;
  proposal.value_ballot = 0;
  hear_of(proposal.ballot);
  proposal.retry_at_ns =
      std::min(proposal.deadline_ns, step.now().steady_ns + round_ns + shared_.self() * rank_ns);
  shared_.agenda.add(proposal.retry_at_ns, {Task::Kind::proposal, 0});
  const RingPromise own = promise(step, proposal.ballot);
  for (const NodeIndex member : shared_.ring.now().members())
    if (member != shared_.self()) step.send(member, RingPrepare{proposal.ballot});
  if (takes_part()) promised(step, shared_.self(), own);
}

void RingAgreement::retry(Step& step) {
  if (abstains_ && !shared_.read_only() && step.now().steady_ns >= asks_at_ns_) ask(step);
  if (!proposal_ || step.now().steady_ns < proposal_->retry_at_ns) return;
  if (step.now().steady_ns < proposal_->deadline_ns) return begin_round(step);
  const bool maybe = proposal_->has_asked;
  answer_client(step,
                ClientError{maybe ? ErrorKind::unknown_outcome : ErrorKind::unavailable, "",
                            maybe ? "a majority of the members has not answered in time; the change may "
                                    "still be agreed on: see GET /ring"
                                  : "a majority of the members could not be asked; nothing was changed"});
  proposal_.reset();
}

/// 16 bits of the node, 16 of chance.
std::uint64_t RingAgreement::ballot_tag() const {
  const auto& random = shared_.options.actor;
  return static_cast<std::uint64_t>(shared_.self()) << 16 | static_cast<std::uint64_t>(random[0]) << 8 |
         random[1];
}

bool RingAgreement::takes_part() const {
  return shared_.ring.now().has(shared_.self()) && !shared_.read_only() && knows();
}

bool RingAgreement::is_majority(const std::set<NodeIndex>& nodes) const {
  return 2 * nodes.size() > static_cast<std::size_t>(shared_.ring.now().nodes());
}

/// Late ones may be of somebody who has forgotten them since.
bool RingAgreement::counts_answers(const Instant& now, std::uint64_t ballot) const {
  return proposal_ && ballot == proposal_->ballot && now.steady_ns <= proposal_->deadline_ns;
}

RingPromise RingAgreement::promise(Step& step, std::uint64_t ballot) {
  hear_of(ballot);
  if (ballot > promised_) {
    promised_ = ballot;
    write_down(step);
  }
  return {
      .ballot = ballot, .promised = promised_, .accepted_ballot = accepted_ballot_, .accepted = accepted_};
}

void RingAgreement::answer(Step& step, NodeIndex from, const RingPrepare& message) {
  if (takes_part()) step.send(from, promise(step, message.ballot));
}

void RingAgreement::promised(Step& step, NodeIndex from, const RingPromise& message) {
  hear_of(message.promised);
  if (!counts_answers(step.now(), message.ballot) || proposal_->accepting) return;
  Proposal& proposal = *proposal_;
  if (message.promised > message.ballot || !shared_.ring.now().has(from)) return;
  if (message.accepted_ballot > proposal.value_ballot) {
    auto document = RingDocument::decode(message.accepted, shared_.options.names.size(), shared_.config());
    if (!document || document->epoch() != number()) return;
    proposal.value = *std::move(document);
    proposal.value_ballot = message.accepted_ballot;
  }
  proposal.promises.insert(from);
  if (!is_majority(proposal.promises)) return;
  proposal.accepting = proposal.has_asked = true;
  const std::string document = bytes_of(proposal.value);
  for (const NodeIndex member : shared_.ring.now().members())
    if (member != shared_.self()) step.send(member, RingAccept{proposal.ballot, document});
  if (takes_part()) accepted(step, shared_.self(), accept(step, proposal.ballot, document));
}

RingAccepted RingAgreement::accept(Step& step, std::uint64_t ballot, const std::string& document) {
  hear_of(ballot);
  if (ballot >= promised_) {
    promised_ = accepted_ballot_ = ballot;
    accepted_ = document;
    write_down(step);
  }
  return {.ballot = ballot, .promised = promised_};
}

void RingAgreement::answer(Step& step, NodeIndex from, const RingAccept& message) {
  const auto document =
      RingDocument::decode(message.document, shared_.options.names.size(), shared_.config());
  if (!takes_part() || !document || document->epoch() != number()) return;
  step.send(from, accept(step, message.ballot, message.document));
}

void RingAgreement::accepted(Step& step, NodeIndex from, const RingAccepted& message) {
  hear_of(message.promised);
  if (!counts_answers(step.now(), message.ballot) || !proposal_->accepting) return;
  if (message.promised > message.ballot || !shared_.ring.now().has(from)) return;
  proposal_->acceptances.insert(from);
  if (is_majority(proposal_->acceptances)) decision_ = proposal_->value;
}

void RingAgreement::answer_client(Step& step, std::optional<ClientError> error) {
  if (proposal_->client) answer_ring_change(step, *proposal_->client, std::move(error), shared_.ring);
}

void RingAgreement::ring_changed(Step& step) {
  promised_ = accepted_ballot_ = 0;
  accepted_.clear();
  decision_.reset();
  answers_.clear();
  if (abstains_ || blank_) forget(step);
  write_down(step);
  if (!proposal_) return;
  const bool next = proposal_->wanted.epoch() == shared_.ring.epoch();
  if (proposal_->wanted == shared_.ring) {
    answer_client(step, std::nullopt);
  } else if (next || !proposal_->has_asked) {
    answer_client(step, ClientError{ErrorKind::conflict, "",
                                    "another change of the ring was agreed on first; this one was not made"});
  } else {
    answer_client(step, ClientError{ErrorKind::unknown_outcome, "",
                                    "the ring has changed more than once meanwhile, and this change may be "
                                    "one of those: see GET /ring"});
  }
  shared_.agenda.remove(proposal_->retry_at_ns, {Task::Kind::proposal, 0});
  proposal_.reset();
}

void RingAgreement::lost_state(Step& step) {
  forget(step);
  if (!shared_.read_only()) write_down(step);
}

/// What it has is still worth something, but is not all that it has said.
void RingAgreement::forget(Step& step) {
  abstains_ = true;
  ask_from(std::max(step.now().steady_ns, started_ns_ + proposal_ns));
}

void RingAgreement::ask_from(std::int64_t steady_ns) {
  shared_.agenda.remove(asks_at_ns_, {Task::Kind::proposal, 1});
  asks_at_ns_ = steady_ns;
  shared_.agenda.add(asks_at_ns_, {Task::Kind::proposal, 1});
}

void RingAgreement::ask(Step& step) {
  ask_from(step.now().steady_ns + round_ns);
  for (NodeIndex node = 0; node < shared_.options.names.size(); ++node)
    if (node != shared_.self()) step.send(node, RingQuery{shared_.next_operation()});
  remember_if_known(step);  // of a node without any other, by itself
}

void RingAgreement::answer(Step& step, NodeIndex from, const RingQuery& message) {
  step.send(from, RingState{.operation = message.operation,
                            .knows = knows(),
                            .promised = promised_,
                            .accepted_ballot = accepted_ballot_,
                            .accepted = accepted_});
}

void RingAgreement::told(Step& step, NodeIndex from, const RingState& message) {
  if (!abstains_ || shared_.read_only() || !shared_.issued(message.operation)) return;
  if (message.accepted_ballot > accepted_ballot_) {
    const auto document =
        RingDocument::decode(message.accepted, shared_.options.names.size(), shared_.config());
    if (!document || document->epoch() != number()) return;
    accepted_ballot_ = message.accepted_ballot;
    accepted_ = message.accepted;
  }
  promised_ = std::max(promised_, message.promised);
  hear_of(promised_);
  answers_[from] = message.knows;
  remember_if_known(step);
}

void RingAgreement::remember_if_known(Step& step) {
  const auto& next = shared_.ring.next();
  const bool enough = know_enough(shared_.ring.now()) && (!next || know_enough(*next));
  const bool all = answers_.size() + 1 == shared_.options.names.size();
  if (!enough && !all) return;
  abstains_ = false;
  answers_.clear();
  shared_.agenda.remove(asks_at_ns_, {Task::Kind::proposal, 1});
  write_down(step);
}

bool RingAgreement::know_enough(const Ring& ring) const {
  const auto& members = ring.members();
  const auto knowing = std::count_if(members.begin(), members.end(), [this](NodeIndex member) {
    const auto answer = answers_.find(member);
    return answer != answers_.end() && answer->second;
  });
  return 2 * knowing >= ring.nodes();
}

void RingAgreement::write_down(Step& step) {
  std::string record;
  ByteWriter out(record);
  blank_ = false;
  out.u8(abstains_ ? 1 : 0);
  out.u32(number());
  out.u64(promised_);
  out.u64(accepted_ballot_);
  out.text(accepted_);
  step.persist_at_once(std::string(1, record_key), std::move(record));
}

}  // namespace fracas::store
