"""The bundled store beside etcd 3.4 on this machine, in one run, with the same client program (http_load).

    bash harness/install.sh --with-etcd; python3 tests/bench/beside_etcd.py [BUILD_FOLDER] [--seconds 5] [--rounds 3]

Both: three nodes on loopback, 16 closed-loop clients spread over them, 100-byte values, synced writes. The store with n = 3, r = w = 2;
etcd with linearizable reads through its HTTP/JSON gateway, which costs it a translation that the store does not need: a ratio here says
something about these two front doors, not about what etcd does over gRPC. The rounds alternate, so that a noisy minute meets both.
Then the store alone: its writes with one replica that hears everything half a second late, against the same cluster without the delay.
Clients then ask the two other nodes: whoever asks the slow one waits for it, in any system.
"""

import argparse
import asyncio
import json
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

NODES = 3
READY_WITHIN = 30


def free_ports(count):
    """Ports that nobody holds now; all are held at once while they are chosen, so that none is given twice."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


class Cluster:
    """Three child processes with a scratch folder; all are gone when the block ends."""

    def __init__(self, scratch, name):
        self.folder = scratch / name
        self.folder.mkdir()
        self.processes = []

    def __enter__(self):
        self.start()
        for port in self.http:
            self.wait_ready(port)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
        shutil.rmtree(self.folder)

    def spawn(self, index, *command):
        log = open(self.folder / f"{index}.log", "wb")
        self.processes.append(subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, stdin=subprocess.DEVNULL))
        log.close()

    def wait_ready(self, port):
        end = time.monotonic() + READY_WITHIN
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{self.health}", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            if time.monotonic() > end or any(p.poll() is not None for p in self.processes):
                logs = "".join(path.read_text(errors="replace")[-500:] for path in self.folder.glob("*.log"))
                raise SystemExit(f"{type(self).__name__}: not ready within {READY_WITHIN} s; its last words:\n{logs}")
            time.sleep(0.05)


class Etcd(Cluster):
    store, health = "etcd", "/health"

    def start(self):
        self.http, peers = free_ports(NODES), free_ports(NODES)
        cluster = ",".join(f"e{i}=http://127.0.0.1:{peer}" for i, peer in enumerate(peers))
        for i in range(NODES):
            client, peer = (f"http://127.0.0.1:{p[i]}" for p in (self.http, peers))
            self.spawn(i, "etcd", "--name", f"e{i}", "--data-dir", self.folder / f"data{i}", "--listen-client-urls", client,
                       "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                       "--initial-cluster", cluster, "--initial-cluster-state", "new", "--log-level", "error")


class Fracas(Cluster):
    store, health = "fracas", "/status"

    def __init__(self, scratch, name, program, knobs, delay=None):
        super().__init__(scratch, name)
        self.program, self.knobs, self.delay = program, knobs, delay

    def start(self):
        self.http, peers = free_ports(NODES), free_ports(NODES)
        if self.delay is not None:
            self.slow = SlowDoor(peers[-1], self.delay)
        for i in range(NODES):
            # The others reach the last node through the slow door; itself listens behind it.
            seen = [self.slow.port if self.delay is not None and j == NODES - 1 and i != j else peer for j, peer in enumerate(peers)]
            self.spawn(i, self.program, "--node", f"n{i}", "--peers", ",".join(f"n{j}=127.0.0.1:{p}" for j, p in enumerate(seen)),
                       "--listen-http", f"127.0.0.1:{self.http[i]}", "--listen-peers", f"127.0.0.1:{peers[i]}",
                       "--data", self.folder / f"data{i}", *self.knobs)

    def __exit__(self, *exception):
        super().__exit__(*exception)
        if self.delay is not None:
            self.slow.close()


class SlowDoor:
    """A TCP proxy to one port that passes bytes on in order, `delay` seconds later."""

    def __init__(self, upstream, delay):
        self.upstream, self.delay = upstream, delay
        self.loop = asyncio.new_event_loop()
        opened = threading.Event()
        self.thread = threading.Thread(target=self.serve, args=(opened,), daemon=True)
        self.thread.start()
        opened.wait(READY_WITHIN)

    def serve(self, opened):
        async def listen():
            server = await asyncio.start_server(self.connection, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            opened.set()
        self.loop.create_task(listen())
        self.loop.run_forever()

    async def connection(self, reader, writer):
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self.pump(reader, up_writer, self.delay), self.pump(up_reader, writer, 0))

    async def pump(self, reader, writer, delay):
        try:
            while (data := await reader.read(1 << 16)) and not writer.is_closing():
                self.loop.call_later(delay, self.write, writer, data)
        except OSError:
            pass
        self.loop.call_later(delay, writer.close)

    @staticmethod
    def write(writer, data):
        if not writer.is_closing():
            writer.write(data)

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(READY_WITHIN)


def load(program, cluster, verb, seconds, doors=NODES):
    """`doors`: clients ask the first so many nodes."""
    done = subprocess.run([program, "--store", cluster.store, "--verb", verb, "--ports", ",".join(map(str, cluster.http[:doors])),
                           "--seconds", str(seconds)], stdout=subprocess.PIPE, text=True, check=True, timeout=120)
    result = json.loads(done.stdout)
    print(f"  {type(cluster).__name__:7} {' '.join(getattr(cluster, 'knobs', [])):44} {verb}: {result['per_second']:7.0f} a second, "
          f"p50 {result['p50_ms']:.2f} ms, p99 {result['p99_ms']:.2f} ms, {result['errors']} errors", flush=True)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default=pathlib.Path(__file__).parents[2] / "build", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if shutil.which("etcd") is None:
        raise SystemExit("etcd is not installed: bash harness/install.sh --with-etcd")
    client, store = options.build.resolve() / "tests" / "http_load", options.build.resolve() / "fracas-store"
    quorums = ["--n", "3", "--r", "2", "--w", "2", "--fsync", "always"]
    ways = {"siblings": [*quorums, "--conflict", "siblings"], "lww": [*quorums, "--conflict", "lww"]}
    version = subprocess.run(["etcd", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[0]
    print(f"{version}, linearizable reads, through its HTTP/JSON gateway; fracas-store, r = w = 2; three nodes each, 16 clients, "
          "100-byte values, synced writes, the same client program")

    figures = {}
    with tempfile.TemporaryDirectory(prefix="fracas-bench-") as name:
        scratch = pathlib.Path(name)
        for round_number in range(options.rounds):
            for way in ("etcd", *ways):
                cluster = Etcd(scratch, way) if way == "etcd" else Fracas(scratch, way, store, ways[way])
                with cluster:
                    for verb in ("put", "get"):
                        figures.setdefault((way, verb), []).append(load(client, cluster, verb, options.seconds)["per_second"])
        for way in ways:
            for verb in ("put", "get"):
                ratios = [ours / theirs for ours, theirs in zip(figures[way, verb], figures["etcd", verb])]
                print(f"{way}, {verb}: {statistics.median(ratios):.2f} times etcd (of {options.rounds} rounds: "
                      f"{', '.join(f'{r:.2f}' for r in ratios)})")
        slowed = []
        for round_number in range(options.rounds):
            p99 = []
            for delay in (0, 0.5):
                with Fracas(scratch, "slow", store, ways["lww"], delay=delay) as cluster:
                    p99.append(load(client, cluster, "put", options.seconds, doors=NODES - 1)["p99_ms"])
            slowed.append(p99[1] / p99[0])
        print(f"p99 of writes with one replica slowed by 500 ms: {statistics.median(slowed):.2f} times the p99 without (of "
              f"{options.rounds} rounds: {', '.join(f'{r:.2f}' for r in slowed)})")
    return 0


sys.exit(main())
