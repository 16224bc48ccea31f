#!/usr/bin/env python3
"""The clock by which agencyd decides, on a machine whose own leaps.

    tests/deadlines/clock.py BUILD SCRATCH
"""

import datetime
import os
import pathlib
import struct
import subprocess
import sys
import time
import urllib.request

from cases import expect, run_case, totals
from moments import moment
from server import Server

HOUR, DAY = 3600, 86400


class Machine:
    """An agencyd on a machine whose clock can leap."""

    def __init__(self, build, scratch):
        self.leaps = scratch / "leap"
        self.leaps.write_bytes(bytes(8))
        self.server = Server(build, scratch / "leaping")
        self.server.ctl("init")
        self.server.make_org()
        os.environ |= {"LD_PRELOAD": str(build / "tests/libleap.so"),
                       "LEAP_FILE": str(self.leaps)}
        self.count = 0

    def leap(self, seconds):
        """In place: who maps a file that is cut meanwhile is killed."""
        with self.leaps.open("r+b") as leaps:
            leaps.write(struct.pack("<q", int(seconds * 1e6)))

    def ahead(self):
        """How many seconds a decision's time is ahead of true time."""
        self.count += 1
        said = self.server.submit({"openJobSpace": {"jobSpace": {"jobSpaceId": f"j{self.count}"}}})
        expect(said.status == 200, "a decision", said.text)
        request = {"orgId": "acme", "pageSize": 1, "atLeast": said.json()["token"]}
        last = self.server.call("Query/ListHistory", request).json()["items"][0]["decision"]
        recorded = datetime.datetime.fromisoformat(last["recordedAt"].replace("Z", "+00:00"))
        return recorded.timestamp() - time.time()

    def word(self):
        """Up to when somebody has said that nothing can still come."""
        word, = struct.unpack("<q", (self.server.data / "stores/closed_time").read_bytes()[:8])
        return word / 1e6

    def beside_nobody(self, *words):
        """agencyctl on the folder, while nobody serves it."""
        return subprocess.run([self.server.build / "agencyctl", "--data", self.server.data, "--org",
                               "acme", *words], capture_output=True, text=True, timeout=60)

    def metric(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.server.port}/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return float(next(line for line in lines if line.startswith(name + " ")).split()[1])

    def status(self):
        return self.server.ctl("--server", f"http://127.0.0.1:{self.server.port}", "status")

    def ahead_of_decider(self):
        time.sleep(1.5)  # it is told once a second
        return self.metric("agencygrid_decider_clock_ahead_seconds")


def a_leap_is_not_stamped(machine):
    expect(abs(machine.ahead()) < 5, "true time", machine.ahead())
    machine.leap(HOUR)
    expect(abs(machine.ahead()) < 5, "true time, though the clock has leapt", machine.ahead())


def a_leap_is_told(machine):
    expect(abs(machine.ahead_of_decider() - HOUR) < 5, "an hour", machine.ahead_of_decider())
    expect("has leapt 3" in machine.status(), "a line about the clock", machine.status())


def a_leap_that_comes_back_was_never_seen(machine):
    machine.leap(0)
    expect(machine.ahead_of_decider() == 0, "no leap", machine.ahead_of_decider())
    expect("has leapt" not in machine.status(), "nothing about the clock", machine.status())
    expect(abs(machine.ahead()) < 5, "true time", machine.ahead())


def no_word_is_given_about_a_time_that_leapt(machine):
    machine.leap(HOUR)
    time.sleep(0.5)  # several words are given
    expect(machine.word() < time.time() + 5, "a word about true time", machine.word())
    machine.leap(0)


def who_looks_after_long_says_nothing_by_a_clock_that_has_leapt(machine):
    """He would bind whoever decides next to that time."""
    said = machine.server.submit({"grantPermission": {"grant": {
        "grantId": "g", "permission": "Read", "expiresAt": moment(10 * DAY),
        "grantee": {"kind": "GRANTEE_KIND_SUBJECT", "id": "ada"},
        "on": {"kind": "OBJECT_KIND_ORG"}}}})
    expect(said.status == 200, "a grant", said.text)
    ended = machine.server.stop()
    expect(ended == 0, "a clean stop", ended)
    machine.leap(30 * DAY)
    before = machine.word()
    for words in (("get", "grant", "g"), ("list", "grants")):
        said = machine.beside_nobody(*words, "--as-of", moment(29 * DAY))
        expect("provisional: 1 thing is due since" in said.stderr, "an answer that may change",
               said.stdout + said.stderr)
    refused = machine.beside_nobody("get", "grant", "g", "--as-of", moment(29 * DAY), "--final")
    expect(refused.returncode == 1 and "expected a final answer" in refused.stderr, "no answer",
           refused.stderr)
    expect(machine.word() == before, f"the word of before, {before}", machine.word())


def who_begins_after_long_waits_for_its_clock(machine):
    before = machine.word()
    machine.server.start("--anonymous", "admin")
    said = machine.server.submit({"openJobSpace": {"jobSpace": {"jobSpaceId": "late"}}})
    expect(said.status == 503 and b"a clock that has stood for a minute" in said.text,
           "no decision yet", said.text)
    machine.server.stop()
    expect(machine.word() == before, f"the word of before, {before}", machine.word())
    refused = machine.beside_nobody("submit", "OpenJobSpace", '{"jobSpaceId":"late"}')
    expect(refused.returncode == 1 and "a clock that has stood for a minute" in refused.stderr,
           "no decision yet", refused.stderr)


def a_clock_that_was_mended_has_ended_nothing(machine):
    machine.leap(0)
    machine.server.start("--anonymous", "admin")
    expect(abs(machine.ahead()) < 5, "true time", machine.ahead())
    said = machine.server.call("Entities/GetGrant", {"orgId": "acme", "grantId": "g"})
    expect(said.json()["status"] == "ENTITY_STATUS_ACTIVE", "a grant that lives", said.text)


def a_person_can_accept_the_clock(machine):
    ended = machine.server.stop()
    expect(ended == 0, "a clean stop", ended)
    machine.server.start("--anonymous", "admin", "--accept-clock")
    machine.leap(HOUR)
    expect(abs(machine.ahead() - HOUR) < 5, "the machine's time", machine.ahead())


def a_person_can_accept_the_clock_after_long(machine):
    machine.server.stop()
    machine.leap(30 * DAY)
    machine.server.start("--anonymous", "admin", "--accept-clock")
    expect(abs(machine.ahead() - 30 * DAY) < 5, "the machine's time", machine.ahead())
    said = machine.server.call("Entities/GetGrant", {"orgId": "acme", "grantId": "g"})
    expect(said.json()["status"] == "ENTITY_STATUS_ENDED", "a grant that has ended", said.text)


CASES = (a_leap_is_not_stamped, a_leap_is_told, a_leap_that_comes_back_was_never_seen,
         no_word_is_given_about_a_time_that_leapt,
         who_looks_after_long_says_nothing_by_a_clock_that_has_leapt,
         who_begins_after_long_waits_for_its_clock, a_clock_that_was_mended_has_ended_nothing,
         a_person_can_accept_the_clock, a_person_can_accept_the_clock_after_long)


def main():
    build, scratch = sys.argv[1:]
    machine = Machine(pathlib.Path(build).resolve(), pathlib.Path(scratch))
    machine.server.start("--anonymous", "admin")
    passed = [run_case(case.__name__, case, machine) for case in CASES]
    passed += [machine.server.stop() == 0]
    sys.exit(totals(passed))


if __name__ == "__main__":
    main()
