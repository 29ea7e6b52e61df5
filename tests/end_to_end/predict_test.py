"""`fracas predict`: what it says of stale reads is what the same run measures."""

import json
import unittest

from fracas import EndToEnd

EXPERIMENT = "sd63-as-often-as-predicted"


class Predict(EndToEnd):
    def predict(self, name, *options):
        done = self.fracas("predict", EXPERIMENT, "--json", "--out", str(self.scratch / name), *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_reads_are_as_often_stale_as_predicted(self):
        for r, w in [(1, 1), (1, 2), (2, 1)]:
            with self.subTest(r=r, w=w):
                done = self.predict(f"r{r}w{w}", "--seed", "1", "--set", f"store.r={r}", "--set", f"store.w={w}")
                self.assertGreater(done["all"]["reads"], 1000)
                self.assertAlmostEqual(done["all"]["predicted"], done["all"]["measured"], delta=0.02)
                for group in done["by_age"]:
                    if group["reads"] >= 300:
                        self.assertAlmostEqual(group["predicted"], group["measured"], delta=0.06, msg=group)

    def test_quorums_that_meet_miss_nothing(self):
        done = self.predict("meet", "--seed", "2", "--set", "store.r=2", "--set", "store.w=2", "--set", "expect.regular=holds")
        self.assertEqual(done["quorums_that_miss"], 0)
        self.assertEqual(done["all"]["predicted"], 1)
        self.assertEqual(done["all"]["measured"], 1)

    def test_it_says_what_it_cannot_do(self):
        done = self.fracas("predict", "sd11-client-coordinates", "--out", str(self.scratch / "clients"))
        self.assertEqual(done.returncode, 254)
        self.assertIn("coordinator = client", done.stderr)
        done = self.fracas("predict", EXPERIMENT, "--world", "local")
        self.assertEqual(done.returncode, 254)


if __name__ == "__main__":
    unittest.main()
