#!/usr/bin/env python3
"""The README's tour on Kafka: each command is run, and answers what is printed there.

    tests/daemon/tour.py BUILD SCRATCH PORT

Numbers, ids and times may differ; what the README leaves out (`...`) is not compared.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def steps(text):
    """(command, lines that it prints) of the console blocks of the section."""
    section = text.split("\n## On Kafka\n")[1].split("\n## ")[0]
    for block in re.findall(r"```console\n(.*?)```", section, re.S):
        for step in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, *printed = step.splitlines()
            yield command, printed


def shape(line):
    """A line without what differs from run to run; columns may be wider."""
    return re.sub(r"\s+", " ", re.sub(r"[0-9a-f]*\d[0-9a-f.]*", "#", line)).strip()


class Tour:
    def __init__(self, build, scratch, port):
        self.build, self.scratch, self.port = build, scratch, port
        self.daemons, self.failed, self.passed = [], 0, 0

    def words(self, command):
        """The command with this test's programs, folders and port."""
        command = re.sub(r"^(agencyctl|agencyd)", rf"{self.build}/\1", command)
        command = command.replace("build/rust-team.jsonl", f"{self.scratch}/commands.jsonl")
        command = re.sub(r"build/([ab])\b", rf"{self.scratch}/\1", command)
        command = command.replace("19092", str(self.port))
        return command.split()

    def run(self, command, printed):
        if command.startswith("ops/kafka"):
            return  # the suite has started one
        words = self.words(command)
        if words[-1] == "&":
            log = open(self.scratch / f"tour{len(self.daemons)}.log", "w")
            self.daemons.append(subprocess.Popen(words[:-1], stderr=log))
            return
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        wanted = [shape(line) for line in printed]
        found = [shape(line) for line in
                 done.stdout.replace(str(self.scratch), "build").splitlines()]
        missing = [line for line in wanted if line != "..." and line not in found]
        if missing:
            self.failed += 1
            print(f"FAILED {command}: expected '{missing[0]}'\n{done.stdout}{done.stderr}")
        else:
            self.passed += 1


def main():
    build, scratch, port = sys.argv[1:]
    os.chdir(ROOT)
    tour = Tour(pathlib.Path(build).resolve(), pathlib.Path(scratch), port)
    try:
        for command, printed in steps((ROOT / "README.md").read_text()):
            if command.endswith("status"):
                time.sleep(4)  # a person reads; the second process says how it is
            tour.run(command, printed)
    finally:
        for daemon in tour.daemons:
            daemon.send_signal(signal.SIGTERM)
        codes = [daemon.wait(timeout=20) for daemon in tour.daemons]
    if any(codes) or not codes:
        tour.failed += 1
        print(f"FAILED agencyd: expected exit codes 0, but they are {codes}")
    print(f"{tour.passed} passed, {tour.failed} failed, 0 skipped")
    return 1 if tour.failed else 0


if __name__ == "__main__":
    sys.exit(main())
