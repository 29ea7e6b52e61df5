"""Fails with seeded bugs, shrinks each failure, and runs the result again.

    python3 tests/bench/shrink_bugs.py [BUILD_FOLDER] sim|local [BUG...]

In the simulation: how large the result is, how long it took, and whether it still fails for the same property. In the local world:
how often ten replays of the failed run fail again, and ten of the shrunk one. Exit code 1: a result has more than 12 operations or
3 faults, took more than 60 s in the simulation, does not fail again, or in the local world fails in fewer than half of its replays.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import tomllib

SIM = ["quorum-half", "first-reply-wins", "context-ignored", "hint-deleted-on-send", "timeout-as-fail", "put-hides-siblings",
       "tree-ignores-delete", "ack-before-fsync", "exchange-older-wins", "actor-id-collision"]
LOCAL = ["first-reply-wins", "quorum-half", "context-ignored", "timeout-as-fail", "put-hides-siblings"]
SEEDS = range(1, 11)  # tried until one fails
REPLAYS = 10


class Bench:
    def __init__(self, program, scratch, world):
        self.program, self.scratch, self.world = program, scratch, world

    def fracas(self, *arguments, timeout=900):
        return subprocess.run([self.program, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=timeout, check=False)

    def failed_run(self, bug):
        """The first run that fails for a property, and its folder."""
        for seed in SEEDS:
            folder = self.scratch / f"{bug}-{seed}"
            if self.fracas("run", f"bug-{bug}", "--world", self.world, "--seed", seed, "--out", folder, "-q").returncode == 1:
                return folder
        return None

    def failed_for(self, folder):
        """Properties of a run that were violated and should not have been."""
        report = json.loads((folder / "report.json").read_text())
        return {p["name"] for p in report["properties"] if p["result"] == "violated" and p["expected"] == "unmet"}

    def rate(self, folder, name):
        replay = self.fracas("replay", folder, "--times", REPLAYS, "--out", self.scratch / name, "-q")
        found = re.search(r"failed again (\d+) of (\d+) times", replay.stdout + replay.stderr)
        return (int(found[1]), int(found[2])) if found else (0, REPLAYS)

    def measure(self, bug):
        failed = self.failed_run(bug)
        if failed is None:
            return f"{bug}: no run failed", False
        replayed = self.rate(failed, f"{bug}-replayed") if self.world == "local" else None
        shrunk = self.scratch / f"{bug}-shrunk"
        begin = time.monotonic()
        done = self.fracas("shrink", failed, "--out", shrunk, "-q")
        seconds = time.monotonic() - begin
        if done.returncode != 0:
            return f"{bug}: {replayed or ''} fracas shrink ended with {done.returncode}: {done.stderr.strip()[-300:]}", False
        script = tomllib.loads((shrunk / "shrunk.toml").read_text())
        size = len(script["operation"]), len(script.get("fault", []))
        good = size[0] <= 12 and size[1] <= 3
        text = f"{bug}: {size[0]} operations, {size[1]} faults, {seconds:.1f} s"
        if replayed:
            again = self.rate(shrunk, f"{bug}-again")
            text += f"; the run failed again {replayed[0]} of {replayed[1]} times, what was shrunk {again[0]} of {again[1]}"
            return text, good and 2 * again[0] >= again[1]
        again = self.scratch / f"{bug}-again"
        code = self.fracas("run", shrunk / "shrunk.toml", "--out", again, "-q").returncode
        same = code == 1 and self.failed_for(again) & self.failed_for(failed)
        text += f"; again: exit {code}, for {', '.join(sorted(same)) if same else 'something else'}"
        return text, good and bool(same) and seconds <= 60


def main():
    arguments = sys.argv[1:]
    build = arguments.pop(0) if arguments and arguments[0] not in ("sim", "local") else pathlib.Path(__file__).parents[2] / "build"
    world = arguments.pop(0)
    all_good = True
    with tempfile.TemporaryDirectory(prefix="fracas-bench-") as scratch:
        bench = Bench(pathlib.Path(build).resolve() / "fracas", pathlib.Path(scratch), world)
        for bug in arguments or (SIM if world == "sim" else LOCAL):
            text, good = bench.measure(bug)
            print(text + ("" if good else "  <-- not as it should be"), flush=True)
            all_good = all_good and good
    return 0 if all_good else 1


sys.exit(main())
