#!/usr/bin/env python3
"""agencyd on a disk that fills up, again and again, while clients command over gRPC and REST.

    unshare -rm tests/api/full_disk.py BUILD SCRATCH [SEED]

It does not die of it, and answers questions meanwhile; what was acknowledged is kept, once; and
when there is room again all goes on.
"""

import pathlib
import random
import sys
import time

import crash
from server import Server, ask

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/lib")]
sys.path += [str(ROOT / "tests/crash"), str(ROOT / "tests/cli")]
from cases import Fault, expect, run_case, totals  # noqa: E402
from disk import KIB, MIB, Disk  # noqa: E402

TIMES = 3 * crash.SCALE  # that it is full
FREE = (0, 4 * KIB, 64 * KIB, MIB, 18 * MIB)


def fill(disk, free):
    """Others write meanwhile, so that the space may be gone before it is taken: then less is."""
    for more in range(0, 64 * MIB, MIB // 4):
        try:
            return disk.leave(free + more)
        except OSError:
            time.sleep(0.01)
    raise Fault("expected to fill the disk")


def questioned(server):
    connection = server.connect()
    answer = ask(connection, "GET", "/v1/orgs/acme")
    connection.close()
    expect(answer.status == 200 and server.process.poll() is None, "an answer on a full disk",
           (answer.status, answer.text, server.process.poll()))


def fills(server, disk, rng, clients):
    for _ in range(TIMES):
        time.sleep(rng.uniform(0.3, 1))
        fill(disk, rng.choice(FREE))
        time.sleep(rng.uniform(1, 2))
        questioned(server)
        disk.relieve()
        crash.go_on(clients)


def full(build, scratch, seed):
    rng, port = random.Random(seed), crash.free_port()
    disk = Disk(scratch / "disk")
    disk.mount("1g")
    server = Server(build, disk.path / "data")
    server.ctl("init")
    server.make_org()
    server.start("--anonymous", "admin", "--listen", f"127.0.0.1:{port}")
    clients = crash.commanded([server], [port],
                              lambda clients: fills(server, disk, rng, clients))
    crash.check(server, clients)
    crash.tell(clients, f"{TIMES} times full")


def main():
    build, scratch = sys.argv[1], pathlib.Path(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else time.time_ns() % 10**6
    sys.exit(totals([run_case(f"full, seed {seed}", full, build, scratch, seed)]))


if __name__ == "__main__":
    main()
