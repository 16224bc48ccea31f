#!/usr/bin/env python3
"""Schedules on an embedded log: they have their turns by themselves, and whenever agencyd is
killed, each turn has its command once, before everything else.

    tests/deadlines/schedules.py BUILD SCRATCH
"""

import datetime
import pathlib
import random
import signal
import sys
import time

from cases import expect, run_case, totals
from clock import Machine
from turns import check, put, turns_cut

MINUTE = 60
SCHEDULES = 200
KILLS_MAX = 40


class Turning(Machine):
    """An agencyd that believes its clock, whatever that does: minutes pass when we want them to."""

    def __init__(self, build, scratch):
        scratch.mkdir()
        super().__init__(build, scratch)
        self.minutes = 0
        self.start()

    def start(self):
        self.server.start("--anonymous", "admin", "--accept-clock")

    def minute(self):
        self.minutes += 1
        self.leap(self.minutes * MINUTE)

    def do(self, command):
        said = self.server.submit(command)
        expect(said.status == 200, f"{command} to be accepted", said.text)

    def get(self, schedule):
        return self.server.call("Entities/GetSchedule",
                                {"orgId": "acme", "scheduleId": schedule}).json()

    def history(self):
        """All decisions, the first one first."""
        found, token = [], ""
        while True:
            page = self.server.call("Query/ListHistory", {
                "orgId": "acme", "pageSize": 1000, "pageToken": token}).json()
            found += [item["decision"] for item in page.get("items", [])]
            token = page.get("nextPageToken", "")
            if not token:
                return found[::-1]

    def spaces(self):
        found, token = [], ""
        while True:
            page = self.server.call("Entities/ListJobSpaces", {
                "orgId": "acme", "pageSize": 1000, "pageToken": token}).json()
            found += [space["jobSpaceId"] for space in page.get("items", [])]
            token = page.get("nextPageToken", "")
            if not token:
                return found

    def now(self):
        seconds = time.time() + self.minutes * MINUTE
        at = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        return at.isoformat().replace("+00:00", "Z")

    def schedules(self):
        said = self.server.call("Entities/ListSchedules", {"orgId": "acme", "pageSize": 1000})
        return said.json().get("items", [])

    def log_size(self):
        return sum(file.stat().st_size for file in (self.server.data / "log").rglob("*.log"))

    def kill_in_a_turn(self, after_seconds):
        """Soon after the first record of what is due."""
        size, until = self.log_size(), time.monotonic() + 10
        self.minute()
        while self.log_size() == size and time.monotonic() < until:
            pass
        time.sleep(after_seconds)
        self.server.stop(signal.SIGKILL)

    def await_turns(self):
        """Until every turn that has come is had, with its command."""
        until, now = time.monotonic() + 20, self.now()
        while sum("continues" not in head and head["nextAt"] > now
                  for head in self.schedules()) < SCHEDULES:
            expect(time.monotonic() < until, f"all turns until {now}", self.get("s0"))
            time.sleep(0.1)


def a_turn_comes_by_itself(machine):
    for n in range(SCHEDULES):
        machine.do({"putSchedule": {"schedule": put(f"s{n}")}})
    machine.minute()
    machine.await_turns()
    head = machine.get("s0")
    expect(int(head.get("turns", 0)) >= 1 and head["last"].get("code", 0) == 0, "a turn", head)
    expect(int(head.get("skipped", 0)) == 0, "none skipped", head)


def who_did_it_is_told(machine):
    turned = [made for made in machine.history() if made["command"] == "OpenJobSpace"][0]
    authority = turned["authority"]
    expect(authority["kind"] == "AUTHORITY_KIND_ORIGIN", "an origin", turned)
    expect(authority["origin"]["kind"] == "ENTITY_KIND_SCHEDULE", "a schedule", turned)
    expect(turned["onBehalfOf"] == "ada" and "subjectId" not in turned, "as ada", turned)


def killed_at_any_moment_each_turn_has_its_command_once(machine):
    chance, cut = random.Random(5), 0
    for _ in range(KILLS_MAX):
        machine.kill_in_a_turn(chance.uniform(0, 0.01))
        machine.start()
        machine.await_turns()
        cut = turns_cut(machine.server.ctl("log"))
        if cut >= 3:
            break
    expect(cut >= 3, f"three of {KILLS_MAX} kills between a turn and its command", cut)
    check(machine.history(), machine.spaces(), machine.schedules())


def what_was_missed_is_skipped(machine):
    expect(machine.server.stop() == 0, "a clean stop")
    machine.minutes += 9
    machine.minute()
    machine.start()
    machine.await_turns()
    head = machine.get("s1")
    expect(int(head.get("skipped", 0)) >= 9, "nine skipped", head)
    expect(head["last"].get("code", 0) == 0, "its command", head)


def a_refused_one_is_stuck_and_goes_on(machine):
    machine.do({"putSchedule": {"schedule": put("refused", "bot")}})
    machine.do({"suspendSubject": {"subjectId": "bot"}})
    machine.minute()
    machine.await_turns()
    stuck = machine.server.call("Entities/ListSchedules", {
        "orgId": "acme", "filter": "has(it.due_error)"}).json()["items"]
    expect([head["scheduleId"] for head in stuck] == ["refused"], "one that is stuck", stuck)
    expect(stuck[0]["last"]["code"] == 7 and "nextAt" in stuck[0], "and goes on", stuck)
    said = machine.server.ctl("list", "schedules", "--stuck").splitlines()
    expect(len(said) == 2 and said[1].startswith("refused"), "the same by agencyctl", said)


CASES = (a_turn_comes_by_itself, who_did_it_is_told,
         killed_at_any_moment_each_turn_has_its_command_once, what_was_missed_is_skipped,
         a_refused_one_is_stuck_and_goes_on)


def main():
    build, scratch = sys.argv[1:]
    machine = Turning(pathlib.Path(build).resolve(), pathlib.Path(scratch) / "schedules")
    machine.do({"registerSubject": {"subject": {"subjectId": "bot"}}})
    passed = [run_case(case.__name__, case, machine) for case in CASES]
    passed += [machine.server.stop() == 0]
    sys.exit(totals(passed))


if __name__ == "__main__":
    main()
