#!/usr/bin/env python3
"""The crash test through Kafka: clients and deciders killed at random moments.

    tests/drill/crash.py BUILD BROKERS COMMANDS [SEED]

The checks are those of tests/crash/crash.py; each history is a log on Kafka with two processes of
agencyd, which are killed by and by and started again, and a data folder of its own for agencyctl,
whose writers and readers only ask.
"""

import functools
import pathlib
import random
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "crash"))
import crash  # noqa: E402

IMPORT_KILLS, LIVE_KILLS = 15, 20
SERVERS = 2
SECONDS_MAX = 3  # a server's life


class Server:
    def __init__(self, program, data, log):
        self.command = [program, "--data", str(data), "--election-timeout=1s"]
        self.log = log
        self.start()

    def start(self):
        self.job = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)

    def kill(self):
        self.job.kill()
        self.job.wait()


class Homes(crash.Homes):
    def __init__(self, build, brokers, folder, rng):
        super().__init__(f"{build}/agencyctl", folder)
        self.daemon = f"{build}/agencyd"
        self.brokers, self.rng = brokers, rng
        self.log = open(folder / "agencyd.log", "wb")
        self.servers = []
        self.kills = 0
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.killer = threading.Thread(target=self.hunt)
        self.killer.start()

    def hunt(self):
        while not self.over.wait(self.rng.uniform(0, SECONDS_MAX)):
            with self.lock:
                if self.servers:
                    server = self.rng.choice(self.servers)
                    server.kill()
                    server.start()
                    self.kills += 1

    def make(self, name):
        """Only one history is served at a time."""
        with self.lock:
            self.stop()
            self.ctl(name, "client", "log", "create", "--partitions", "2")
            for number in range(SERVERS):
                data = self.ctl(name, str(number), "log", "join", "--cluster-key",
                                str(self.folder / name / "client" / "cluster.key"))
                self.servers.append(Server(self.daemon, data, self.log))
        return [self.program, "--data", str(self.folder / name / "client"), "--timeout", "60s",
                "--org"]

    def ctl(self, name, home, *words):
        data = self.folder / name / home
        data.parent.mkdir(exist_ok=True)
        crash.ask([self.program, "--data", str(data), "--brokers", self.brokers, "--prefix",
                   f"crash-{name}"], *words)
        return data

    def stop(self):
        for server in self.servers:
            server.kill()
        self.servers = []

    def close(self):
        self.over.set()
        self.killer.join()
        self.stop()
        self.log.close()

    def told(self):
        return f", {self.kills} kills of agencyd so far"


def main():
    build, brokers, commands = sys.argv[1:4]
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 32)
    checks = [("import", functools.partial(crash.check_import, kills_min=IMPORT_KILLS)),
              ("live", functools.partial(crash.check_live, kills_max=LIVE_KILLS))]
    with tempfile.TemporaryDirectory() as folder:
        homes = Homes(build, brokers, pathlib.Path(folder), random.Random(seed))
        try:
            return crash.run(homes, seed, commands, checks)
        finally:
            homes.close()


if __name__ == "__main__":
    sys.exit(main())
