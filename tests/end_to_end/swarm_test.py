"""Many runs at once: what fails is told and can be repeated, what passes leaves nothing, and whoever stops it is obeyed."""

import json
import os
import pathlib
import shlex
import signal
import subprocess

from fracas import BUILD, SOURCE, EndToEnd, processes_of, wait_for

# A local run of a few seconds.
SHORT = ["partition", "--duration", "500ms", "--set", "steady=500ms", "--set", "settle=5s"]


def children_of(pid):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Swarm(EndToEnd):
    def start_swarm(self, name):
        """One that will not end by itself, once it is running: (process, folder, its workers)."""
        folder = self.scratch / name
        command = [BUILD / "fracas", "run", "--world", "sim", "--seeds", "1..100000000", "--keep-going", "--jobs", "2", "--out", folder]
        process = subprocess.Popen([str(word) for word in command], cwd=self.scratch, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True, stdin=subprocess.DEVNULL)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        wait_for(lambda: folder.exists() and any(f.name.startswith("seed-") for f in folder.iterdir()), 30, "a run began")
        workers = children_of(process.pid)
        self.assertEqual(len(workers), 2)
        return process, folder, workers

    def test_drawn_experiments_accuse_nobody_and_leave_nothing(self):
        folder = self.scratch / "drawn"
        done = self.fracas("run", "--world", "sim", "--seeds", "1..60", "--json", "--out", folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        summary = json.loads(done.stdout)
        self.assertEqual(summary["runs"], 60)
        self.assertEqual(summary["failures"], [])
        self.assertGreater(summary["operations"]["ok"], 1000)
        self.assertGreater(len(summary["faults"]), 10, "kinds of faults that took effect")
        self.assertIn("kinds_overlap", summary["coverage"]["reached"])
        self.assertEqual(sorted(f.name for f in folder.iterdir()), ["swarm.json"])

    def test_a_swarm_that_passes_leaves_its_summary_and_says_where(self):
        done = self.fracas("run", "--world", "sim", "--seeds", "1..3")
        self.assertEqual(done.returncode, 0, done.stderr)
        runs = self.scratch / "runs"
        folder = next(f for f in runs.iterdir() if "-swarm-" in f.name)
        self.assertEqual([f.name for f in folder.iterdir()], ["swarm.json"])
        self.assertIn(folder.name, done.stderr)
        checked = self.fracas("check", folder)
        self.assertEqual(checked.returncode, 254)
        self.assertIn("is the folder of many runs", checked.stderr)

    def test_the_command_that_is_printed_fails_again_in_the_same_way(self):
        done = self.fracas("run", "bug-first-reply-wins", "--world", "sim", "--seeds", "1..100", "--json")
        self.assertEqual(done.returncode, 1, done.stderr)
        failure = json.loads(done.stdout)["failures"][0]
        self.assertIn(failure["reproduce"], done.stderr)
        again = self.fracas(*shlex.split(failure["reproduce"])[1:], "--json", "--out", self.scratch / "again")
        self.assertEqual(again.returncode, 1, again.stderr)
        self.assertEqual(json.loads(again.stdout)["reason"], failure["reason"])
        kept = pathlib.Path(self.scratch / failure["folder"])
        for name in ["history.jsonl", "faults.jsonl", "replicas.jsonl"]:
            self.assertEqual((kept / name).read_bytes(), (self.scratch / "again" / name).read_bytes(), name)

    def test_an_interrupt_stops_the_workers_and_prints_the_summary(self):
        process, folder, workers = self.start_swarm("interrupted")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("verdict: interrupted", errors)
        self.assertEqual([pid for pid in workers if alive(pid)], [])
        self.assertEqual([f.name for f in folder.iterdir()], ["swarm.json"])

    def test_workers_do_not_outlive_a_killed_parent(self):
        process, _, workers = self.start_swarm("killed")
        process.kill()
        process.communicate(timeout=60)
        wait_for(lambda: not any(alive(pid) for pid in workers), 20, "workers gone")

    def test_a_worker_that_dies_is_told_and_the_others_go_on(self):
        process, _, workers = self.start_swarm("wounded")
        os.kill(workers[0], signal.SIGABRT)
        wait_for(lambda: len([pid for pid in children_of(process.pid) if pid not in workers]) == 1, 20, "the dead worker is replaced")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 255, errors)
        self.assertRegex(errors, r"seed \d+: died: the run took its process with it: signal 6")
        self.assertRegex(errors, r"again:  fracas run swarm --world sim --seed \d+")

    def test_real_clusters_one_after_the_other(self):
        folder = self.scratch / "real"
        done = self.fracas("run", *SHORT, "--world", "local", "--seeds", "1..2", "--json", "--out", folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["workers"], 1)
        self.assertEqual(processes_of(folder), [])
        self.assertEqual([f.name for f in folder.iterdir()], ["swarm.json"])


class Bugs(EndToEnd):
    def test_are_caught_and_the_correct_store_is_not_accused(self):
        table = self.scratch / "table.md"
        done = self.fracas("bugs", "first_reply_wins", "context_ignored", "--world", "sim", "--out", table)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for text in [done.stdout, table.read_text()]:
            self.assertRegex(text, r"\| first_reply_wins +\| sim +\| regular +\|")
            self.assertRegex(text, r"\| context_ignored +\| sim +\| lost-updates +\|")
            self.assertIn("2 of 2 bugs caught", text)

    def test_as_json(self):
        done = self.fracas("bugs", "first_reply_wins", "--world", "sim", "--json")
        trial = json.loads(done.stdout)[0]
        self.assertTrue(trial["caught"])
        self.assertEqual(trial["property"], "regular")
        self.assertGreater(trial["correct_runs"], 0)

    def test_a_mistyped_name_is_answered_with_the_one_meant(self):
        done = self.fracas("bugs", "first_replywins")
        self.assertEqual(done.returncode, 254)
        self.assertIn("first_reply_wins", done.stderr)

    def test_the_kept_table_has_every_bug_and_none_was_missed(self):
        kept = (SOURCE / "tests" / "bugs" / "README.md").read_text()
        for line in self.fracas("list", "bugs").stdout.splitlines():
            if line and not line.startswith(" "):
                self.assertIn(f"| {line.split()[0]} ", kept, "run: build/fracas bugs --out tests/bugs/README.md")
        self.assertNotIn("MISSED", kept)
        self.assertNotIn("ACCUSED", kept)


if __name__ == "__main__":
    import unittest

    unittest.main()
