"""The gallery: what an experiment of it says is what comes out. Three seeds of each in both worlds: .ci/nightly gallery."""

import unittest

from fracas import EXPERIMENTS, EndToEnd

GALLERY = sorted((EXPERIMENTS / "gallery").glob("*.toml"))
# With real processes: a story of restarts, one of repair, one of siblings, two of clocks, two of clients that coordinate, two of sessions.
WITH_PROCESSES = ["sd01-no-leader", "sd09-read-repair", "sd51-siblings", "sd52-clock-decides", "sd33-ask-before-writing",
                  "sd11-client-coordinates", "sd11-nobody-keeps-a-hint", "sd57-session-with-token", "sd57-session-rather-fails"]


class Gallery(EndToEnd):
    def comes_out(self, name, world):
        done = self.run_experiment(f"{name}-{world}", name, "--world", world, "--seed", "1")
        self.assertEqual(done.code, 0, f"{name} in world {world}: {done.err}")

    def test_every_experiment_comes_out_in_the_simulation(self):
        self.assertGreater(len(GALLERY), 10)
        for file in GALLERY:
            with self.subTest(file.stem):
                self.comes_out(file.stem, "sim")

    def test_some_come_out_with_real_processes(self):
        for name in WITH_PROCESSES:
            with self.subTest(name):
                self.comes_out(name, "local")

    def test_an_operation_that_comes_out_otherwise_fails_the_run_and_is_named(self):
        done = self.run_experiment("repaired", "sd05-back-and-stale", "--world", "sim", "--seed", "1", "--set", "store.repair=async",
                                   "--set", "expect.regular=holds")
        self.assertEqual(done.code, 1, done.err)
        done = self.run_experiment("otherwise", "sd51-siblings", "--world", "sim", "--seed", "1", "--set", "operation.2.sees=['\"milk\"']")
        self.assertEqual(done.code, 1, done.err)
        self.assertIn('operation.2, the read of k by client 2 via n3, was to see "milk", but it saw "eggs" and "milk"', done.err)

    def test_each_says_which_row_it_shows_and_is_found_by_its_name(self):
        listed = self.fracas("list", "experiments").stdout
        for file in GALLERY:
            self.assertIn(file.stem, listed)
            row = file.stem.split("-")[0].upper()
            self.assertRegex(file.read_text(), f'about = "(SD[0-9]+, )*{row}', f"{file.name}: its rows first")


if __name__ == "__main__":
    unittest.main()
