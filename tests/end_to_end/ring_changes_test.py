"""The ring changes under load and faults, in both worlds: nothing that was acknowledged is missed. Many seeds: .ci/nightly ring."""

import unittest

from fracas import EndToEnd


class RingChanges(EndToEnd):
    def changes(self, name, *arguments):
        done = self.run_experiment(name, "ring-changes", *arguments)
        self.assertEqual(done.code, 0, done.err)
        ended = [line for line in done.lines("faults.jsonl") if line["event"] == "end" and line["kind"].startswith("ring.")]
        made = [line for line in ended if line["took_effect"]]
        for line in ended:
            self.assertTrue(line["took_effect"] or line["effect"]["why"], "what was not made says why")
        return done, ended, made

    def test_in_the_simulation_all_kinds_of_changes_are_made_and_most_of_them(self):
        planned, made = 0, []
        for seed in range(1, 6):
            _, ended, effective = self.changes(f"sim-{seed}", "--world", "sim", "--seed", str(seed))
            planned += len(ended)
            made += effective
        self.assertEqual({line["kind"] for line in made}, {"ring.join", "ring.leave", "ring.replace"})
        self.assertGreater(2 * len(made), planned)

    def test_with_real_processes_replicas_are_judged_by_the_last_ring(self):
        done, _, made = self.changes("local", "--world", "local", "--seed", "1")
        self.assertGreater(len(made), 1)
        members = set(max((line["effect"] for line in made), key=lambda effect: effect["epoch"])["members"])
        homes = {home for line in done.lines("replicas.jsonl") for home in line["homes"]}
        self.assertGreater(len(homes - {"n1", "n2", "n3", "n4", "n5"}), 0, f"somebody has joined: {members}")

    def test_where_it_is_fixed_a_run_says_so_and_does_not_begin(self):
        done = self.fracas("run", "ring-changes", "--set", "store.gc=timeout", "--seed", "1", "--out", self.scratch / "fixed")
        self.assertEqual(done.returncode, 254, done.stderr)
        self.assertIn("with gc = timeout the ring stays as it is", done.stderr)


if __name__ == "__main__":
    unittest.main()
