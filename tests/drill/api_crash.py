#!/usr/bin/env python3
"""The crash test of the API (tests/api/crash.py) on a shared log: of two agencyds, which take over
from one another, one is killed, stopped or held still at random moments, and its clients turn to
the other one; so is their broker, which comes back with what it had acknowledged.

    tests/drill/api_crash.py BUILD SCRATCH BROKER_FOLDER BROKER_PORT [SEED]
"""

import pathlib
import random
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/api"), str(ROOT / "tests/lib")]
from cases import expect, run_case, totals  # noqa: E402
import crash  # noqa: E402
from server import Server  # noqa: E402

ENDS = 8 * crash.SCALE
BROKER_ENDS = 2 * crash.SCALE
FROZEN_SECONDS = (1.5, 4)  # the other one leads after one
TAKEN_OVER_SECONDS = 6  # on a machine with other work, too


class Broker:
    def __init__(self, folder, port):
        self.about, self.address = ("--dir", folder, "--port", port), f"127.0.0.1:{port}"

    def run(self, verb, *words):
        subprocess.run([ROOT / "ops/kafka", verb, *self.about, *words], check=True,
                       stdout=subprocess.DEVNULL)

    def end(self, rng):
        """Killed and away for a while, which is no fault of who does not answer meanwhile."""
        crash.excused.set()
        self.run("stop", "--kill")
        time.sleep(rng.uniform(0, 3))
        self.run("start")
        crash.excused.clear()


def members(build, scratch, brokers):
    first, second = (Server(build, scratch / name) for name in ("api-first", "api-second"))
    where = ("--brokers", brokers, "--prefix", "api-crash")
    first.ctl(*where, "log", "create")
    second.ctl(*where, "--cluster-key", str(first.data / "cluster.key"), "log", "join")
    return [first, second]


def freeze(server, seconds):
    server.process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    server.process.send_signal(signal.SIGCONT)


def end(server, options, rng):
    how = rng.choice((signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP))
    if how == signal.SIGSTOP:
        freeze(server, rng.uniform(*FROZEN_SECONDS))
    else:
        server.stop(how)
        server.start(*options)


def partition_of(records):
    """The one of the org that all commands are about."""
    return next(item["partition"] for item in records if item["type"] == "DECISION")


def crashes(build, scratch, broker, seed):
    rng, ports = random.Random(seed), [crash.free_port(), crash.free_port()]
    servers = members(build, scratch, broker.address)
    options = [["--anonymous", "admin", "--listen", f"127.0.0.1:{port}", "--election-timeout", "1s",
                "--rank", str(rank)] for rank, port in enumerate(ports)]
    for server, words in zip(servers, options):
        server.start(*words)
    servers[0].make_org()

    def hunt(clients):
        for server in servers:  # whoever leads at first: then the other one does
            freeze(server, TAKEN_OVER_SECONDS)
        for _ in range(ENDS - len(servers)):
            time.sleep(rng.uniform(0.5, 3))
            which = rng.randrange(len(servers))
            end(servers[which], options[which], rng)
        for _ in range(BROKER_ENDS):
            broker.end(rng)
            crash.go_on(clients, 60)
    clients = crash.commanded(servers, ports, hunt)
    records = crash.check(servers[0], clients)
    leaders = [item["leader"] for item in records if item["type"] == "EPOCH"
               and item["partition"] == partition_of(records)]
    expect(len(set(leaders)) == len(servers), "each to have led the org's partition", leaders)
    crash.tell(clients, f"{ENDS} ends, {BROKER_ENDS} of the broker, {len(leaders)} epochs")


def main():
    build, scratch, broker = sys.argv[1], pathlib.Path(sys.argv[2]), Broker(*sys.argv[3:5])
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else time.time_ns() % 10**6
    sys.exit(totals([run_case(f"crashes, seed {seed}", crashes, build, scratch, broker, seed)]))


if __name__ == "__main__":
    main()
