#include "harness/sim/wars_log.h"

#include <variant>

namespace fracas::harness {

void WarsLog::begin(Moments& moments, const Question& question, std::int64_t now_ns) {
  if (moments.size() < kMost) moments.emplace(question, now_ns);
}

void WarsLog::end(Moments& moments, const Question& question, std::int64_t now_ns, std::vector<double>& ms) {
  const auto begun = moments.find(question);
  if (begun == moments.end()) return;
  add(ms, now_ns - begun->second);
  moments.erase(begun);
}

void WarsLog::sent(std::int64_t now_ns, store::NodeIndex to, const store::Message& message) {
  // Operation 0 is a repair: nobody waits for it.
  if (const auto* write = std::get_if<store::WriteRequest>(&message); write && write->operation != 0)
    begin(sent_, {write->operation, to}, now_ns);
  if (const auto* read = std::get_if<store::ReadRequest>(&message))
    begin(sent_, {read->operation, to}, now_ns);
}

void WarsLog::arrived(std::int64_t now_ns, store::NodeIndex from, store::NodeIndex to,
                      const store::Message& message) {
  if (const auto* write = std::get_if<store::WriteRequest>(&message); write && write->operation != 0) {
    end(sent_, {write->operation, to}, now_ns, writes_ms_);
    begin(answered_, {write->operation, to}, now_ns);
  } else if (const auto* read = std::get_if<store::ReadRequest>(&message)) {
    end(sent_, {read->operation, to}, now_ns, reads_ms_);
    begin(answered_, {read->operation, to}, now_ns);
  } else if (const auto* ack = std::get_if<store::WriteReply>(&message)) {
    end(answered_, {ack->operation, from}, now_ns, acknowledgements_ms_);
  } else if (const auto* answer = std::get_if<store::ReadReply>(&message)) {
    end(answered_, {answer->operation, from}, now_ns, answers_ms_);
  }
}

}  // namespace fracas::harness
