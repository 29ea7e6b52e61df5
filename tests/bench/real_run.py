"""Runs an experiment of this folder with `fracas run` and prints throughput of the torment phase and peak memory of fracas.

    python3 tests/bench/real_run.py [BUILD_FOLDER] throughput|endurance
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time


def peak_memory_mb(pid):
    """VmHWM of the harness itself, not of the nodes; None when it is gone."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return None


def main():
    *build, name = sys.argv[1:]
    here = pathlib.Path(__file__).resolve().parent
    program = pathlib.Path(build[0] if build else here.parents[1] / "build").resolve() / "fracas"
    with tempfile.TemporaryDirectory(prefix="fracas-bench-") as scratch:
        folder = pathlib.Path(scratch) / "run"
        run = subprocess.Popen([program, "run", here / f"{name}.toml", "--out", folder, "--seed", "1", "--quiet"])
        peak = 0.0
        while run.poll() is None:
            peak = max(peak, peak_memory_mb(run.pid) or 0.0)
            time.sleep(0.05)
        report = json.loads((folder / "report.json").read_text())
        phases = {p["name"]: p for p in json.loads((folder / "run.json").read_text())["phases"]}
        torment = phases["torment"]
        completions = 0
        with open(folder / "history.jsonl", encoding="utf-8") as history:
            for line in history:
                if '"type":"invoke"' not in line and torment["begin_ns"] <= int(line.split('"time":')[1].split(",")[0]) < torment["end_ns"]:
                    completions += 1
        seconds = (torment["end_ns"] - torment["begin_ns"]) / 1e9
        print(f"{name}: exit {run.returncode}, verdict {report['verdict']}, {completions / seconds:.0f} operations a second recorded "
              f"over {seconds:.1f} s, {report['operations']['total']} operations in all, peak memory of fracas {peak:.0f} MB")


main()
