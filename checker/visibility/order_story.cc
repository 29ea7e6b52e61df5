#include "checker/visibility/order_story.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "checker/explain.h"

namespace fracas::checker {

std::string Cast::name(std::uint32_t place) const {
  const auto at = static_cast<std::size_t>(std::distance(places_.begin(), places_.find(place)));
  const char letter = static_cast<char>('A' + at % 26);
  return at < 26 ? std::string(1, letter) : fmt::format("{}{}", letter, at / 26);
}

std::string Cast::introduction() const {
  std::string text = "Let ";
  for (const std::uint32_t place : places_) {
    if (place != *places_.begin()) text += place == *places_.rbegin() ? " and " : ", ";
    text += fmt::format("{} = {}", name(place),
                        describe(*history_.history, history_.history->operations()[place]));
  }
  return text + ".";
}

Witness Cast::tell(const Evidence& evidence, std::string story) const {
  const auto operations = history_.history->operations();
  Witness witness;
  std::int64_t begin = history_.history->invoked_ns(operations[*places_.begin()]);
  std::int64_t end = begin;
  for (const std::uint32_t place : places_) {
    witness.operations.push_back(operations[place].invoked);
    end = std::max(end, history_.history->completed_ns(operations[place]));
  }
  witness.explanation =
      fmt::format("{} {}: a contradiction{}.", introduction(), story, faults_around(evidence, begin, end));
  return witness;
}

std::string OrderStory::had_seen(const Cast& cast, WriteId w, std::uint32_t step,
                                 const std::vector<std::uint32_t>& between) const {
  const std::string write = cast.name(history_.operation[w]);
  const SessionHistory::Step& later = history_.steps[step];
  const std::string when =
      fmt::format("when it {} {}", later.reads() ? "read" : "wrote", cast.name(later.place()));
  const std::int32_t session = history_.history->session(history_.of(later));
  if (between.empty()) return fmt::format("session {} had written {} {}", session, write, when);
  std::string by;
  for (const std::uint32_t s : between) by += (by.empty() ? "" : ", ") + cast.name(history_.steps[s].place());
  return fmt::format("session {} had seen {} (by {}) {}", session, write, by, when);
}

std::string OrderStory::because(const Cast& cast, const Reason& reason) const {
  const std::string after = cast.name(history_.operation[reason.after]);
  std::string text =
      fmt::format("{} came before {}, because {}", cast.name(history_.operation[reason.before]), after,
                  had_seen(cast, reason.before, reason.step, reason.between));
  if (!reason.forced) return text;
  return fmt::format("{}, and that returned {}", text, after);
}

OrderStory::Reason OrderStory::caused(WriteId before, WriteId after) const {
  const std::uint32_t step = sessions_.of(history_.session[after])[sessions_.place_of(after)];
  return {.before = before,
          .after = after,
          .step = step,
          .between = sessions_.way(before, step).value_or(std::vector<std::uint32_t>{})};
}

/// Links of causes are joined: what caused it all comes before what came of it in the end.
std::vector<OrderStory::Reason> OrderStory::reasons(const OrderCycle& cycle) const {
  const std::size_t count = cycle.links.size();
  std::size_t start = 0;  // begins after a forced link
  while (!cycle.links[(start + count - 1) % count].forced) ++start;
  std::vector<Reason> reasons;
  WriteId from = cycle.links[start].write;
  for (std::size_t i = 0; i < count; ++i) {
    const OrderCycle::Link& link = cycle.links[(start + i) % count];
    const WriteId next = cycle.links[(start + i + 1) % count].write;
    if (!link.forced) continue;
    if (from != link.write) reasons.push_back(caused(from, link.write));
    reasons.push_back(
        {.before = link.write,
         .after = next,
         .forced = true,
         .step = link.read,
         .between = sessions_.way(link.write, link.read).value_or(std::vector<std::uint32_t>{})});
    from = next;
  }
  return reasons;
}

Witness OrderStory::tell(const OrderCycle& cycle) const {
  const std::vector<Reason> found = reasons(cycle);
  Cast cast(history_);
  for (const Reason& reason : found) {
    cast.add(history_.operation[reason.before]);
    cast.add(history_.steps[reason.step].place());
    cast.add_steps(reason.between);
  }
  std::string story = "Then ";
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) story += i + 1 == found.size() ? "; however, " : "; ";
    story += because(cast, found[i]);
  }
  return cast.tell(whole_.evidence(), std::move(story));
}

Witness OrderStory::tell(const SeenBefore& read) const {
  const auto between = sessions_.way(read.write, read.step).value_or(std::vector<std::uint32_t>{});
  Cast cast(history_);
  cast.add(history_.operation[read.write]);
  cast.add(history_.steps[read.step].place());
  cast.add_steps(between);
  return cast.tell(whole_.evidence(),
                   fmt::format("Then {}; however, that found what was there before any write",
                               had_seen(cast, read.write, read.step, between)));
}

}  // namespace fracas::checker
