"""The rules of the tree that a reader relies on: who includes whom, what pure cores may know, what every folder has."""

import os
import re
import subprocess
import unittest

SOURCE = os.environ.get("FRACAS_SOURCE") or os.path.join(os.path.dirname(__file__), "..", "..")

MAY_INCLUDE = {
    "checker": {"checker"},
    "store": {"store"},
    "nemesis": {"nemesis"},
    "workloads": {"workloads", "checker"},
    "results": {"results", "checker"},
    "harness": {"harness", "checker", "store", "nemesis", "workloads", "results"},
}
TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "checker", "harness", "nemesis", "results", "store",
             "tests", "workloads"}

# Folders (not recursive) and files whose code is pure: no sockets, clocks, threads, files, environment, global randomness.
PURE_FOLDERS = ["checker/properties", "checker/linearizability", "checker/transactions", "store", "workloads", "nemesis/faults",
                "harness/promises", "harness/shrink"]
PURE_FILES = ["nemesis/planner", "nemesis/fault", "harness/session", "harness/promises", "harness/client", "harness/load", "harness/settle",
              "harness/fault_schedule", "harness/node_watch", "harness/node_keeper", "harness/wall_clocks", "harness/run_phases",
              "harness/phase", "harness/swarm/draw",
              "harness/swarm/swarm_faults"]
# What happens in the simulation is a function of the seed; only the world itself listens for signals.
SIMULATED_FOLDERS = ["harness/sim"]
BANNED_IN_PURE = {
    r"\bstd::(unordered_\w+|hash)\b": "iteration order differs between libraries: use an ordered container",
    r"\bstd::\w+_distribution\b": "differs between libraries: use boost::random",
    r"\bstd::(random_device|rand|thread|jthread|mutex|ifstream|ofstream)\b|\bs?rand\(": "not in a pure core",
    r"_clock::now\b|\bgettimeofday\b|\bclock_gettime\b|\bgetenv\b": "time and environment arrive as arguments",
    r"boost/(asio|beast|process)": "sockets and processes live in shells",
    r"\bstd::(log|exp|pow)\b": "differs between processors",
    r"\bu?intptr_t\b|\bfmt::ptr\b|%p": "addresses differ between runs",
    r"\bstd::time\(|\bthis_thread\b|\bgetpid\b": "a pure core has no time, thread or process of its own",
}


def tracked(*patterns):
    """Files of the tree, also where it is not a git checkout (a tarball)."""
    try:
        out = subprocess.run(["git", "-C", SOURCE, "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True, check=True)
        files = [f for f in out.stdout.splitlines() if os.path.exists(os.path.join(SOURCE, f))]
    except (OSError, subprocess.CalledProcessError):
        files = [os.path.relpath(os.path.join(d, f), SOURCE) for d, _, fs in os.walk(SOURCE) for f in fs]
    return sorted(f for f in files if not patterns or f.endswith(patterns))


def lines(file):
    with open(os.path.join(SOURCE, file), encoding="utf-8") as text:
        return text.read().splitlines()


def is_pure(file):
    folder, name = os.path.split(file)
    return folder in PURE_FOLDERS + SIMULATED_FOLDERS or os.path.splitext(file)[0] in PURE_FILES


class TheMap(unittest.TestCase):
    def test_nothing_else_is_visible_at_the_top_level(self):
        seen = {f.split("/")[0] for f in tracked()} - TOP_LEVEL
        self.assertEqual({f for f in seen if not f.startswith(".")}, set())

    def test_includes_follow_the_arrows(self):
        wrong = []
        for file in tracked(".cc", ".h"):
            folder = file.split("/")[0]
            if folder not in MAY_INCLUDE:
                continue
            for number, line in enumerate(lines(file), 1):
                found = re.match(r'\s*#include "([^"/]+)/', line)
                if found and found.group(1) not in MAY_INCLUDE[folder]:
                    wrong.append(f"{file}:{number}: {folder} may not include {found.group(1)}")
                elif re.match(r'\s*#include "[^/"]+"', line):
                    wrong.append(f"{file}:{number}: includes are written from the project's root")
        self.assertEqual(wrong, [])

    def test_every_folder_says_what_it_is_for(self):
        for folder in sorted(MAY_INCLUDE) + ["tests"]:
            self.assertTrue(os.path.exists(os.path.join(SOURCE, folder, "README.md")), f"{folder}/README.md is missing")

    def test_every_source_file_begins_with_its_idea(self):
        """A .cc may leave it to the header that it implements or tests, which it then includes first."""
        wrong = []
        for file in tracked(".cc", ".h"):
            first = lines(file)[0]
            own_header = re.sub(r"(_test)?\.cc$", ".h", os.path.basename(file))
            if not first.startswith("//") and not (file.endswith(".cc") and first.endswith(f'/{own_header}"')):
                wrong.append(file)
        self.assertEqual(wrong, [])


class PureCores(unittest.TestCase):
    def test_know_nothing_of_their_surroundings(self):
        wrong = []
        for file in filter(is_pure, tracked(".cc", ".h")):
            for number, line in enumerate(lines(file), 1):
                code = line.split("//")[0]
                for pattern, why in BANNED_IN_PURE.items():
                    if re.search(pattern, code):
                        wrong.append(f"{file}:{number}: {code.strip()}: {why}")
        self.assertEqual(wrong, [])


class Text(unittest.TestCase):
    def test_no_line_is_longer_than_140_characters(self):
        wrong = [f"{f}:{n}" for f in tracked(".cc", ".h", ".py", ".sh") for n, line in enumerate(lines(f), 1) if len(line) > 140]
        self.assertEqual(wrong, [])

    def test_nothing_is_left_for_later(self):
        words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
        wrong = [f"{f}:{n}" for f in tracked(".cc", ".h", ".py", ".sh", ".ts", ".md") for n, line in enumerate(lines(f), 1)
                 if words.search(line)]
        self.assertEqual(wrong, [])

    def test_no_path_of_a_machine_is_written_down(self):
        paths = re.compile("/(" + "work|root|home)/")
        wrong = [f"{f}:{n}" for f in tracked(".cc", ".h", ".py", ".sh", ".ts", ".md", ".toml", ".txt", ".json")
                 for n, line in enumerate(lines(f), 1) if paths.search(line)]
        self.assertEqual(wrong, [])


class Shell(unittest.TestCase):
    def test_scripts_parse(self):
        for script in tracked(".sh") + [".ci/run", ".ci/nightly"]:
            subprocess.run(["bash", "-n", os.path.join(SOURCE, script)], check=True)


if __name__ == "__main__":
    unittest.main()
