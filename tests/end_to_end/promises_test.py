"""The same anomaly fails one run and is merely reported in another: the configuration's promises decide."""

import unittest

from fracas import EXPERIMENTS, EndToEnd


class Promises(EndToEnd):
    def test_r_and_w_of_1_show_stale_reads_that_nobody_promised_away(self):
        done = self.run_experiment("weak", EXPERIMENTS / "weak-quorum.toml", "--seed", "1")
        self.assertEqual(done.code, 0, done.err)
        for name in ["regular", "read-your-writes"]:
            found = done.property(name)
            self.assertEqual((found["promise"], found["result"]), ("not-guaranteed", "violated"), name)

    def test_wall_clock_stamps_lose_acknowledged_writes_when_a_clock_jumps(self):
        done = self.run_experiment("skew", EXPERIMENTS / "lww-clock-skew.toml", "--seed", "1")
        self.assertEqual(done.code, 0, done.err)
        lost = done.property("lost-writes")
        self.assertEqual(lost["result"], "violated")
        sentence = lost["witnesses"][0]["explanation"]
        self.assertRegex(sentence, r"\bn\d\b.*\bn\d\b", "both nodes")
        self.assertRegex(sentence, r"[+-]\d+\.\d+ s off", "the skew")
        self.assertEqual(len(lost["witnesses"][0]["operations"]), 2, "both writes")


class SeededBugs(EndToEnd):
    """Each bug makes the run fail by the property that it breaks. Three seeds of each: .ci/nightly."""

    def caught(self, name, *properties):
        done = self.run_experiment(name, EXPERIMENTS / f"bug-{name}.toml", "--seed", "1")
        self.assertEqual(done.code, 1, done.err)
        violated = {p["name"] for p in done.report()["properties"] if p["promise"] == "guaranteed" and p["result"] == "violated"}
        self.assertTrue(violated & set(properties), f"violated: {violated}")

    def test_first_reply_wins(self):
        self.caught("first-reply-wins", "regular")

    def test_context_ignored(self):
        self.caught("context-ignored", "lost-updates")

    def test_notfound_fast(self):
        self.caught("notfound-fast", "regular", "read-your-writes")

    def test_timeout_as_fail(self):
        self.caught("timeout-as-fail", "honest-failures")

    def test_exchange_older_wins(self):
        self.caught("exchange-older-wins", "durability", "convergence")


if __name__ == "__main__":
    unittest.main()
