"""The same seed gives the same bytes in the simulation: in another process at other addresses and another time of day, under another
locale, time zone and heap filler, in another folder, and from another compiler's build.

SEEDS (default 15): how many drawn experiments.   FRACAS_OTHER_BUILD: a second build folder to compare with (.ci/run: clang++'s).
"""

import os
import pathlib
import subprocess
import tempfile
import unittest

import fracas

# Everything that a verdict rests on. (Reports hold how long the checkers took.)
FILES = ["experiment.json", "plan.json", "history.jsonl", "faults.jsonl", "replicas.jsonl", "run.json"]
SEEDS = int(os.environ.get("SEEDS", "15"))
OTHER_BUILD = os.environ.get("FRACAS_OTHER_BUILD")


class TheSameSeedGivesTheSameBytes(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="fracas-determinism-")
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)

    def run_once(self, build, experiment, seed, folder, environment, *arguments):
        command = [pathlib.Path(build) / "fracas", "run", experiment, "--world", "sim", "--seed", str(seed), "--out", folder, "--quiet"]
        done = subprocess.run(
            [*command, *arguments],
            env={**os.environ, **environment}, capture_output=True, text=True, timeout=120)
        self.assertIn(done.returncode, range(4), f"{experiment}, seed {seed}: {done.stderr[-2000:]}")
        return {name: (folder / name).read_bytes() for name in FILES if (folder / name).exists()}

    def compare(self, experiment, seed, *arguments):
        label = f"{pathlib.Path(experiment).stem}-{seed}"
        first = self.run_once(fracas.BUILD, experiment, seed, self.scratch / f"{label}-a", {"MALLOC_PERTURB_": "85", "TZ": "UTC"},
                              *arguments)
        self.assertIn("history.jsonl", first)
        again = self.run_once(fracas.BUILD, experiment, seed, self.scratch / "a longer name" / label,
                              {"MALLOC_PERTURB_": "170", "TZ": "Asia/Kolkata", "LC_ALL": "C.UTF-8"}, *arguments)
        runs = [("again", again)]
        if OTHER_BUILD:
            runs.append(("the other build", self.run_once(OTHER_BUILD, experiment, seed, self.scratch / f"{label}-b", {}, *arguments)))
        for which, other in runs:
            for name in FILES:
                self.assertTrue(first.get(name) == other.get(name), f"{experiment}, seed {seed}: {name} differs ({which})")

    def test_of_drawn_experiments(self):
        for seed in range(1, SEEDS + 1):
            self.compare("swarm", seed)

    def test_of_every_shipped_experiment(self):
        shipped = sorted((pathlib.Path(fracas.SOURCE) / "workloads" / "experiments").rglob("*.toml"))
        self.assertGreater(len(shipped), 5)
        for experiment in shipped:
            self.compare(str(experiment), 7, "--duration", "2s")


if __name__ == "__main__":
    unittest.main()
