"""How the end-to-end tests start the programs, wait for conditions, and look for what must not be left behind."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

BUILD = pathlib.Path(os.environ.get("FRACAS_BUILD", "build")).resolve()
SOURCE = pathlib.Path(os.environ.get("FRACAS_SOURCE", pathlib.Path(__file__).parents[2])).resolve()
EXPERIMENTS = SOURCE / "workloads" / "experiments"


class Run:
    """A finished `fracas run` (or another command): exit code, texts, and the run folder's files."""

    def __init__(self, done, folder):
        self.code, self.out, self.err, self.folder = done.returncode, done.stdout, done.stderr, folder

    def json(self, name):
        return json.loads((self.folder / name).read_text())

    def report(self):
        return self.json("report.json")

    def property(self, name):
        return next(p for p in self.report()["properties"] if p["name"] == name)

    def lines(self, name):
        return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]


def processes_of(folder):
    """Pids whose command line names the run folder: its nodes, whoever their parent is now."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if "fracas-store" in command and str(folder) in command and state != "Z":
            found.append(int(entry.name))
    return found


def wait_for(condition, seconds, what):
    """Polls until the condition holds; fails with `what` when the bound is reached."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class EndToEnd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="fracas-e2e-"))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.scratch, ignore_errors=True)

    def fracas(self, *arguments, timeout=180):
        return subprocess.run([str(BUILD / "fracas"), *map(str, arguments)], cwd=self.scratch, capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL)

    def run_experiment(self, name, *arguments, timeout=180):
        """`fracas run` into a folder of its own; checks that nothing is left behind, and replays what was certified."""
        folder = self.scratch / name
        done = self.fracas("run", *arguments, "--out", folder, timeout=timeout)
        self.assertEqual(processes_of(folder), [], "nodes were left behind")
        if (folder / "certificates.jsonl").exists():
            replayed = self.fracas("verify", folder)
            self.assertEqual(replayed.returncode, 0, f"a verdict is not what its certificate proves:\n{replayed.stdout}{replayed.stderr}")
        return Run(done, folder)

    def start_run(self, name, *arguments):
        """A `fracas run` in the background: (process, folder), once its torment phase is recording operations."""
        folder = self.scratch / name
        process = subprocess.Popen([str(BUILD / "fracas"), "run", *map(str, arguments), "--out", str(folder)], cwd=self.scratch,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)
        self.addCleanup(lambda: process.poll() is None and process.send_signal(signal.SIGKILL))
        history = folder / "history.jsonl"
        wait_for(lambda: process.poll() is not None or (history.exists() and history.stat().st_size > 2000), 30, "operations recorded")
        self.assertIsNone(process.poll(), "the run ended before it could be disturbed")
        return process, folder
