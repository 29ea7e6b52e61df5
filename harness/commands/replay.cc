// The plan comes from the file, not from the seed: what is carried out again is what was carried out then.
#include "harness/commands/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/commands/judgement_text.h"
#include "harness/commands/live_line.h"
#include "harness/commands/report.h"
#include "harness/commands/rerun.h"
#include "harness/commands/run_folder.h"
#include "harness/impatience.h"
#include "harness/judgement.h"

namespace fracas::harness {
namespace {

namespace fs = std::filesystem;

/// What the stored run ended with, as far as its folder still says.
struct Origin {
  std::string property;  ///< that it failed for; empty: for none
  std::string verdict;   ///< empty: not known
  std::string unknown;   ///< why it is not known
};

Origin origin_of(const fs::path& run) {
  const Result<Judgement> judgement = judge_run(run, true);
  if (!judgement) return {"", "", judgement.error().message};
  const Judged* failure = failure_of(*judgement);
  return {failure == nullptr ? "" : failure->verdict.property, judgement->verdict, ""};
}

/// Where a history departs from the stored one.
struct Difference {
  std::uint64_t line = 0;    ///< the first that is not the same; from 1
  bool stored_ends = false;  ///< there is no such line in the stored one
};

/// Empty if they are the same, bit for bit.
std::optional<Difference> first_difference(const fs::path& stored, const fs::path& replayed) {
  std::ifstream left(stored, std::ios::binary), right(replayed, std::ios::binary);
  std::string left_line, right_line;
  for (std::uint64_t line = 1;; ++line) {
    const bool more = static_cast<bool>(std::getline(left, left_line));
    const bool also = static_cast<bool>(std::getline(right, right_line));
    if (!more && !also) return std::nullopt;
    if (more != also || left_line != right_line) return Difference{line, !more};
  }
}

/// All replays so far.
struct Tally {
  int done = 0;
  int again = 0;  ///< ended as the stored run did
  Exit exit = Exit::pass;
  bool interrupted = false;           ///< the last one, which does not count
  std::optional<Difference> differs;  ///< of the first history that was not the same
  std::optional<Judgement>
      kept;  ///< of the run that stays: the first that ended as the stored one, else the last
};

bool ended_alike(const Origin& origin, const Judgement& judgement) {
  if (!origin.property.empty()) return fails_for(judgement, origin.property);
  return judgement.verdict == origin.verdict;
}

/// "failed again 7 of 10 times (regular)"
std::string sentence(const Origin& origin, const Tally& tally) {
  if (tally.done == 0) return "interrupted before the first replay had ended";
  if (!origin.property.empty())
    return fmt::format("failed again {} of {} times ({})", tally.again, tally.done, origin.property);
  if (origin.verdict.empty())
    return fmt::format("what the run ended with then is not known: {}", origin.unknown);
  if (origin.verdict == "interrupted")
    return fmt::format("the stored run was interrupted; {} of it came to its end",
                       tally.done == 1 ? "the replay" : fmt::format("{} replays", tally.done));
  return fmt::format("ended as before ({}) {} of {} times", origin.verdict, tally.again, tally.done);
}

std::string history_sentence(const Tally& tally) {
  if (!tally.differs) return "the same as then, bit for bit";
  if (tally.differs->stored_ends)
    return fmt::format("the same up to line {}, where the stored one ends: it was cut short",
                       tally.differs->line - 1);
  return fmt::format(
      "differs from line {} on: the stored one was changed, or another version of fracas or of the standard "
      "library wrote it",
      tally.differs->line);
}

class Replay {
 public:
  Replay(const ReplayOptions& options, Console& console, StoredRun stored)
      : options_(options), console_(console), run_(settled_path(options.run)), stored_(std::move(stored)) {}

  Exit run() {
    const Result<fs::path> folder = create_run_folder(stored_.experiment, stored_.plan, options_.out);
    if (!folder) return complain(console_, folder.error());
    folder_ = *folder;
    origin_ = origin_of(run_);
    if (!options_.quiet) console_.err << "folder: " << folder_.string() << std::endl;
    const Impatience impatience;
    for (int i = 0; i < options_.times && (i == 0 || impatience.count() == 0); ++i) {
      const Result<bool> goes_on = replay_once();
      if (!goes_on) return complain(console_, goes_on.error());
      if (!*goes_on) break;
    }
    return report();
  }

 private:
  /// Whether the histories can be compared: only a simulation can write the same one again.
  bool comparable() const {
    std::error_code ignored;
    return stored_.experiment.world == WorldKind::sim && fs::exists(run_ / "history.jsonl", ignored);
  }

  /// False when the user wants no more.
  Result<bool> replay_once() {
    const fs::path scratch = folder_ / "replay";
    const Result<Conducted> run = [&] {
      LiveLine line(console_, options_.quiet);
      return conduct_in(scratch, stored_.experiment, stored_.plan, reproduce(),
                        [&line](const Progress& progress) { line.show(progress); });
    }();
    if (!run) return run.error();
    tally_.interrupted = run->outcome.interrupted;
    tally_.exit = tally_.kept ? worst_of(tally_.exit, run->judgement.exit) : run->judgement.exit;
    if (tally_.interrupted && tally_.kept) {
      std::error_code ignored;
      fs::remove_all(scratch, ignored);
      return false;
    }
    tally_.done += tally_.interrupted ? 0 : 1;
    const bool again = !tally_.interrupted && ended_alike(origin_, run->judgement);
    if (comparable() && !tally_.differs && !tally_.interrupted)
      tally_.differs = first_difference(run_ / "history.jsonl", scratch / "history.jsonl");
    if (options_.times > 1 && !options_.quiet)
      console_.err << fmt::format("{} of {}: {}", tally_.done, options_.times, run->judgement.verdict)
                   << std::endl;
    if (tally_.again == 0) {
      if (auto moved = move_into(scratch, folder_); !moved) return moved.error();
      tally_.kept = run->judgement;
    } else {
      std::error_code ignored;
      fs::remove_all(scratch, ignored);
    }
    tally_.again += again ? 1 : 0;
    return !tally_.interrupted;
  }

  std::string reproduce() const { return "fracas replay " + shell_quoted(folder_.string()); }

  Exit report() {
    const Judgement& judgement = *tally_.kept;
    const Result<nlohmann::ordered_json> written = write_run_report(folder_, judgement);
    if (!written) return complain(console_, written.error());
    if (!options_.quiet) console_.err << properties_text(judgement) << '\n' << witnesses_text(judgement, 1);
    if (options_.json) print_json(*written);
    console_.err << bold(console_, sentence(origin_, tally_));
    if (tally_.done < options_.times) console_.err << fmt::format("; {} were asked for", options_.times);
    console_.err << '\n';
    if (comparable() && tally_.done > 0) console_.err << "history: " << history_sentence(tally_) << '\n';
    console_.err << "verdict: " << judgement.verdict << "\nwhy:     " << judgement.sentence
                 << "\nreport:  " << (folder_ / "report.html").string() << "\nagain:   " << reproduce()
                 << '\n';
    return tally_.exit;
  }

  void print_json(const nlohmann::ordered_json& report) {
    nlohmann::ordered_json document = {{"replayed", run_.string()}, {"times", tally_.done},
                                       {"again", tally_.again},     {"property", nullptr},
                                       {"same_history", nullptr},   {"report", report}};
    if (!origin_.property.empty()) document["property"] = origin_.property;
    if (comparable() && tally_.done > 0) document["same_history"] = !tally_.differs.has_value();
    console_.out << document.dump(2) << '\n';
  }

  const ReplayOptions& options_;
  Console& console_;
  fs::path run_;
  StoredRun stored_;
  fs::path folder_;
  Origin origin_;
  Tally tally_;
};

}  // namespace

Exit replay_command(const ReplayOptions& options, Console& console) {
  Result<StoredRun> stored = read_stored_run(options.run);
  if (!stored) return complain(console, stored.error());
  if (const auto possible = check_world(stored->experiment, stored->plan); !possible)
    return complain(console, possible.error());
  // Who stops reading what is printed does not end the run: its report is written.
  std::signal(SIGPIPE, SIG_IGN);
  return Replay(options, console, std::move(*stored)).run();
}

}  // namespace fracas::harness
