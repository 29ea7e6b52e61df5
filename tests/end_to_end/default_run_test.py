"""`fracas run` with nothing else: every class of faults bites, every promise holds, and `check` says the same as the run."""

import json
import re
import unittest

from fracas import EndToEnd


class DefaultRun(EndToEnd):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.done = cls().run_experiment("default", "--seed", "1")

    def test_passes_with_exit_code_0(self):
        self.assertEqual(self.done.code, 0, self.done.err)
        self.assertEqual(self.done.report()["verdict"], "pass")

    def test_every_class_of_faults_took_effect(self):
        bit = {fault["kind"] for fault in self.done.report()["faults"] if fault["took_effect"]}
        self.assertLessEqual({"process.kill", "process.pause", "network.partition", "clock.jump", "clock.drift", "clock.strobe"}, bit)

    def test_every_guaranteed_property_was_judged(self):
        judged = {p["name"]: p["result"] for p in self.done.report()["properties"] if p["promise"] == "guaranteed"}
        for name in ["read-your-writes", "regular", "lost-updates", "durability", "convergence", "no-phantoms", "honest-failures"]:
            self.assertEqual(judged.get(name), "holds", name)

    def test_the_last_lines_say_verdict_reason_report_and_how_to_do_it_again(self):
        last = self.done.err.strip().splitlines()[-4:]
        self.assertRegex(last[0].lower(), "pass")
        self.assertTrue(any("report.html" in line for line in last), last)
        self.assertTrue(any(re.search(r"fracas run .*--seed 1\b", line) for line in last), last)

    def test_check_judges_the_folder_the_same(self):
        again = self.fracas("check", self.done.folder, "--json")
        self.assertEqual(again.returncode, self.done.code, again.stderr)
        said = json.loads(again.stdout)
        first = {p["name"]: (p["result"], p["count"]) for p in self.done.report()["properties"]}
        self.assertEqual({p["name"]: (p["result"], p["count"]) for p in said["properties"]}, first)

    def test_check_names_the_place_of_a_damage(self):
        history = (self.done.folder / "history.jsonl").read_text().splitlines(keepends=True)
        damages = {
            "truncated": ("".join(history[:200])[:-10], 200),
            "garbled": ("".join(history[:100] + ["{]\n"] + history[101:]), 101),
            "contradictory": ("".join(history[:150] + history[149:]), 151),
        }
        for name, (text, line) in damages.items():
            with self.subTest(name):
                file = self.scratch / f"{name}.jsonl"
                file.write_text(text)
                done = self.fracas("check", file)
                self.assertEqual(done.returncode, 254, done.stderr)
                self.assertIn(f"{name}.jsonl:{line}:", done.stderr)

    def test_the_page_is_one_file_without_network_access(self):
        page = (self.done.folder / "report.html").read_text()
        self.assertIn("Content-Security-Policy", page)
        self.assertNotRegex(page, r'(src|href)="(https?:)?//')


if __name__ == "__main__":
    unittest.main()
