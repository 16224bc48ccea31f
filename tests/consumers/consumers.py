#!/usr/bin/env python3
"""The example consumers beside a real broker and agencyd.

    tests/consumers/consumers.py BUILD FOLDER

BUILD has agencyd and agencyctl; FOLDER holds commands.jsonl (the rust-team example) and takes all
that is made. The history is imported while both consumers follow; both are killed on the way, and
so is agencyd, whose publisher then publishes again what was under way. At the end every column of
every row is compared with what agencyctl lists from the folder of a replica.
"""

import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ORG = "rust-lang"
KINDS = ["orgs", "subjects", "credentials", "groups", "assets", "permissions", "role-types",
         "roles", "assignments", "grants", "configs"]
# Folders of one port do not meet those of another run.
PORT = 20000 + os.getpid() % 500 * 20
BROKERS = f"127.0.0.1:{PORT}"


class World:
    def __init__(self, build, folder):
        self.build, self.folder = pathlib.Path(build), pathlib.Path(folder)
        self.running = []
        self.kafka("start", "--fresh")

    def kafka(self, *words):
        subprocess.run([ROOT / "ops/kafka", *words, "--port", str(PORT), "--dir",
                        self.folder / "kafka"], check=True, timeout=180)

    def ctl(self, data, *words):
        done = subprocess.run([self.build / "agencyctl", "--data", self.folder / data, "--org",
                               ORG, *words], capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise AssertionError(f"agencyctl {' '.join(map(str, words))}: "
                                 f"{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, name, *words):
        log = open(self.folder / f"{name}.log", "a")
        process = subprocess.Popen(words, stdout=log, stderr=log, cwd=ROOT)
        self.running.append(process)
        return process

    def daemon(self, data, *words):
        return self.start(f"agencyd-{data}", self.build / "agencyd", "--data", self.folder / data,
                          "--election-timeout=1s", *words)

    def close(self):
        for process in self.running:
            process.kill()
            process.wait()
        self.kafka("stop", "--kill")


def python(world, *words):
    return ["ops/python", "examples/consumer-python/consume.py", "--brokers", BROKERS,
            "--database", str(world.folder / "python.db"), *words]


def java(world, *words):
    return ["java", "-cp", "build/consumer-java/consumer-java-1.jar:build/consumer-java/libs/*",
            "agency.example.Consume", "--brokers", BROKERS,
            "--database", str(world.folder / "java.db"), *words]


CONSUMERS = {"python": python, "java": java}


def taken(world, name):
    """The sum of sequences in its database: rises with every event."""
    path = world.folder / f"{name}.db"
    if not path.exists():
        return 0
    try:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
        return database.execute("SELECT SUM(sequence) FROM stream_position").fetchone()[0] or 0
    except sqlite3.OperationalError:
        return 0  # no table yet


def kill_in_the_middle(world, name, times):
    """kill -9 whenever it has taken something more."""
    for _ in range(times):
        before, until = taken(world, name), time.monotonic() + 60
        process = world.start(name, *CONSUMERS[name](world))
        while taken(world, name) == before and time.monotonic() < until:
            time.sleep(0.01)
        assert taken(world, name) > before, f"expected {name} to take events"
        process.kill()
        process.wait()


def import_all(world):
    """The whole history, with agencyd killed twice on the way."""
    lines = (world.folder / "commands.jsonl").read_text().splitlines(keepends=True)
    part = world.folder / "part.jsonl"
    third = len(lines) // 3
    daemon = world.daemon("first")
    for begin in range(0, len(lines), third):
        part.write_text("".join(lines[begin:begin + third]))
        importing = world.start("import", world.build / "agencyctl", "--data",
                                world.folder / "first", "import", part)
        time.sleep(0.15)
        daemon.kill()
        daemon.wait()
        daemon = world.daemon("first")
        assert importing.wait(120) == 0, "expected the import to end well"


def listed(world, kind):
    """With what has ended; what was removed has no row."""
    lines = world.ctl("replica", "list", kind, "--all", "--output", "json").splitlines()
    entities = [json.loads(line) for line in lines]
    return [entity for entity in entities if entity.get("status") != "ENTITY_STATUS_REMOVED"]


def snake(name):
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def same(cell, said):
    """JSON has 64-bit numbers as texts; a cell has lists and messages as JSON."""
    if cell == said or (isinstance(cell, int) and str(cell) == said):
        return True
    try:
        return isinstance(cell, str) and json.loads(cell) == said
    except ValueError:
        return False


def compare(world, name):
    """Gives how many cells were compared; fails at the first that differs."""
    database = sqlite3.connect(world.folder / f"{name}.db")
    database.row_factory = sqlite3.Row
    cells = 0
    for kind in KINDS:
        table = kind.replace("-", "_")[:-1]
        rows = database.execute(f'SELECT * FROM "{table}" ORDER BY _entity_id').fetchall()
        said = listed(world, kind)
        assert len(rows) == len(said), f"{table}: expected {len(said)} rows, not {len(rows)}"
        for row, line in zip(rows, said):
            expected = {snake(name): value for name, value in line.items()}
            columns = [column for column in row.keys() if not column.startswith("_")]
            assert set(expected) <= set(columns), f"{table}: expected columns {set(expected)}"
            for column in columns:
                assert same(row[column], expected.get(column)), (
                    f"{table} {row['_entity_id']}.{column}: {row[column]!r}, but agencyctl says "
                    f"{expected.get(column)!r}")
                cells += 1
    return cells


def it_compares(world, name):
    process = subprocess.run(CONSUMERS[name](world, "--to-end"), cwd=ROOT, timeout=120,
                             capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    print(f"{name}: after the last start {process.stdout.strip()}; "
          f"{compare(world, name)} cells are as agencyctl says")


def it_is_published_by_a_standby(world):
    """One process decides, two others publish; the first of them dies."""
    own = ["--brokers", BROKERS, "--prefix", "ranks"]
    world.ctl("decides", "log", "create", *own)
    key = world.folder / "decides/cluster.key"
    for folder in ("rank0", "rank1"):
        world.ctl(folder, "log", "join", *own, "--cluster-key", key)
    world.daemon("decides", "--roles=writer")
    first = world.daemon("rank0", "--roles=projector", "--rank=0")
    world.daemon("rank1", "--roles=projector", "--rank=1")
    credential = {"credentialId": "key", "kind": "CREDENTIAL_KIND_API_KEY",
                  "identityHash": "0123456789abcdef" * 4}
    world.ctl("decides", "submit", "CreateOrg",
              json.dumps({"orgId": ORG, "owner": {"subjectId": "root"}, "credential": credential}))
    first.kill()
    first.wait()
    began = time.monotonic()
    world.ctl("decides", "submit", "RegisterSubject",
              json.dumps({"subjectId": "eve", "type": "SUBJECT_TYPE_AGENT"}))
    print(f"published by a standby {time.monotonic() - began:.1f} s after the first died")


def check(name, body):
    try:
        body()
        return True
    except (AssertionError, KeyError, subprocess.SubprocessError) as error:
        print(f"FAILED {name}: {error!r}")
        return False


def main():
    world = World(*sys.argv[1:])
    results = []
    try:
        world.ctl("first", "log", "create", "--brokers", BROKERS)
        import_all(world)
        world.ctl("replica", "log", "join", "--brokers", BROKERS, "--cluster-key",
                  world.folder / "first/cluster.key")
        world.daemon("replica", "--roles=query")
        results.append(check("standby", lambda: it_is_published_by_a_standby(world)))
        for name in CONSUMERS:
            results.append(check(f"{name}: killed",
                                 lambda: kill_in_the_middle(world, name, 3)))
            results.append(check(f"{name}: has every column", lambda: it_compares(world, name)))
    finally:
        world.close()
    print(f"{sum(results)} passed, {results.count(False)} failed, 0 skipped")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
