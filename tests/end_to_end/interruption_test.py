"""Whatever ends a run, nothing is left behind, and what was recorded is judged and reported."""

import json
import os
import signal
import unittest

from fracas import EndToEnd, processes_of, wait_for


class Interruption(EndToEnd):
    def interrupted(self, name, number):
        process, folder = self.start_run(name, "--seed", "2")
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        self.assertEqual(processes_of(folder), [])
        return folder, errors

    def test_ctrl_c_heals_stops_judges_and_reports(self):
        folder, _ = self.interrupted("ctrl-c", signal.SIGINT)
        self.assertTrue((folder / "report.html").exists())
        self.assertIn('"interrupted"', (folder / "report.json").read_text())

    def test_sigterm_does_the_same(self):
        folder, _ = self.interrupted("sigterm", signal.SIGTERM)
        self.assertTrue((folder / "report.html").exists())

    def test_impatience_while_the_run_is_judged_does_not_cost_the_report(self):
        process, folder = self.start_run("impatient", "--seed", "5", "--set", "workload.rate=max")
        process.send_signal(signal.SIGINT)
        wait_for(lambda: json.loads((folder / "run.json").read_text())["interrupted"], 60, "everything saved")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        self.assertTrue((folder / "report.html").exists())

    def test_kill_9_leaves_no_node_alive_for_two_seconds(self):
        process, folder = self.start_run("kill-9", "--seed", "3")
        self.assertGreater(len(processes_of(folder)), 0)
        process.kill()
        process.wait(10)
        wait_for(lambda: processes_of(folder) == [], 2, "all nodes gone")

    def test_a_run_whose_output_nobody_reads_any_more_still_reports(self):
        process, folder = self.start_run("head", "--seed", "5", "--duration", "2s")
        process.stderr.close()
        self.assertEqual(process.wait(120), 0)
        self.assertTrue((folder / "report.html").exists())

    def test_a_node_that_dies_by_itself_is_an_event_and_the_run_goes_on(self):
        process, folder = self.start_run("death", "--seed", "4", "--duration", "5s")
        victim = processes_of(folder)[0]
        os.kill(victim, signal.SIGABRT)
        _, errors = process.communicate(timeout=120)
        self.assertIn(process.returncode, (0, 255), errors)
        exits = [line for line in (folder / "faults.jsonl").read_text().splitlines() if '"node-exit"' in line]
        self.assertEqual(len(exits), 1)
        self.assertIn("signal 6", exits[0])
        self.assertTrue((folder / "report.html").exists())


if __name__ == "__main__":
    unittest.main()
