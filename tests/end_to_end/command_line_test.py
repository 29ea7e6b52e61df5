"""What a stranger types: help, plans without running, and mistakes that are answered with what would be right."""

import json
import subprocess
import unittest

from fracas import BUILD, EXPERIMENTS, EndToEnd


class CommandLine(EndToEnd):
    def test_help_shows_examples(self):
        done = self.fracas("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("fracas run", done.stdout + done.stderr)

    def test_version(self):
        done = self.fracas("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^fracas \d+\.\d+\.\d+")

    def test_every_command_has_help(self):
        for command in ["run", "check", "cluster", "list", "explain", "doctor"]:
            self.assertEqual(self.fracas(command, "--help").returncode, 0, command)

    def test_the_same_seed_gives_the_same_plan(self):
        plans = [self.fracas("run", "--seed", "7", "--dry-run", "--json") for _ in range(2)]
        self.assertEqual(plans[0].returncode, 0, plans[0].stderr)
        self.assertEqual(plans[0].stdout, plans[1].stdout)
        self.assertNotEqual(plans[0].stdout, self.fracas("run", "--seed", "8", "--dry-run", "--json").stdout)
        json.loads(plans[0].stdout)

    def test_lists_name_what_exists(self):
        for what, known in {"workloads": "register", "faults": "process.kill", "properties": "regular", "targets": "store",
                            "bugs": "first_reply_wins", "experiments": "lww-clock-skew"}.items():
            done = self.fracas("list", what)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(known, done.stdout + done.stderr, what)

    def test_every_shipped_experiment_can_be_explained(self):
        for file in sorted(EXPERIMENTS.rglob("*.toml")):
            done = self.fracas("explain", file)
            self.assertEqual(done.returncode, 0, f"{file.name}: {done.stderr}")
            self.assertIn("guaranteed", done.stdout + done.stderr)

    def test_doctor_lists_every_fault(self):
        done = self.fracas("doctor")
        self.assertEqual(done.returncode, 0, done.stderr)
        for kind in ["process.kill", "process.pause", "network.partition", "clock.jump"]:
            self.assertIn(kind, done.stdout + done.stderr)


    def test_results_that_cannot_be_written_are_no_success(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([str(BUILD / "fracas"), "list", "faults"], stdout=full, stderr=subprocess.DEVNULL, timeout=60)
        self.assertEqual(done.returncode, 255)


class Mistakes(EndToEnd):
    def refused(self, *arguments):
        done = self.fracas(*arguments)
        self.assertEqual(done.returncode, 254, f"{arguments}: {done.stdout}{done.stderr}")
        self.assertNotIn("terminate called", done.stderr)
        return done.stderr

    def test_on_the_command_line(self):
        self.assertIn("run", self.refused("rnu"))
        self.assertIn("--seed", self.refused("run", "--sede", "7"))
        self.refused("run", "--seed", "seven")
        self.refused("run", "--duration", "30 parsecs")
        self.refused("run", "no-such-file.toml")
        self.refused("run", "--set", "store.r")
        self.assertIn("store.r", self.refused("run", "--set", "store.rr=1"))
        self.assertIn("r", self.refused("run", "--set", "store.r=9"))
        self.refused("check")
        self.refused("check", "no-such-folder")
        self.refused("explain", "no-such-thing")
        self.refused()

    def test_in_an_experiment(self):
        file = self.scratch / "wrong.toml"
        for text, place, hint in [
            ('name = "x"\n[store]\nnods = 5\n', ":3:1:", "nodes"),
            ('[workload]\nkind = "regster"\n', ":2:", "register"),
            ('[workload]\nclients = "ten"\n', ":2:", "clients"),
            ('[[fault]]\nkind = "process.kil"\n', ":2:", "process.kill"),
            ('[[fault]]\nkind = "process.kill"\ntarget = "on"\n', ":3:", "one"),
            ('[expect]\nregularr = "holds"\n', ":2:", "regular"),
            ("name = \n", ":1:", ""),
        ]:
            with self.subTest(text):
                file.write_text(text)
                message = self.refused("run", file, "--dry-run")
                self.assertIn("wrong.toml" + place, message)
                self.assertIn(hint, message)


if __name__ == "__main__":
    unittest.main()
