#!/usr/bin/env python3
"""Walks through the pages of all lists while 1,000 decisions a second come in: each walk gives what
the whole list of its moment is.

    tests/questions/pages.py BUILD SCRATCH [SECONDS]
"""

import datetime
import itertools
import pathlib
import random
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/api"), str(ROOT / "tests/lib")]
from cases import expect, run_case, totals  # noqa: E402
from server import Server  # noqa: E402

RATE, BATCH = 1000, 60  # decisions a second that are there at least; commands at once
ORGS, GROUPS, SUBJECTS = ("acme", "beta", "gamma"), 120, 80
CLOSING = 40  # the first group that may be archived
BACK = 600  # decisions that questions about changes go back
WHOLE = 1000


def group(number):
    return f"g{number % GROUPS:03}"


def subject(number):
    return f"s{number % SUBJECTS:03}"


def grant(number):
    return {"grantId": f"r{number}", "permission": "Read",
            "grantee": {"kind": "GRANTEE_KIND_GROUP", "id": group(number)},
            "on": {"kind": "OBJECT_KIND_GROUP", "id": group(number + 1)}}


def beginning():
    """What the orgs have before it all begins."""
    yield "defineRoleType", {"roleType": {"roleType": "lead"}}
    for number in range(SUBJECTS):
        yield "registerSubject", {"subject": {"subjectId": subject(number), "name": f"n{number}"}}
    for number in range(GROUPS):
        yield "createGroup", {"group": {"groupId": group(number), "name": f"n{number}"}}
        yield "createRole", {"role": {"roleId": group(number), "roleType": "lead",
                                      "groupIds": [group(number)]}}
    for number in range(GROUPS):
        yield "grantPermission", {"grant": grant(number)}
    for number in range(1, CLOSING):
        yield "grantPermission", {"grant": {**grant(number), "grantId": f"all{number}",
                                            "on": {"kind": "OBJECT_KIND_GROUP", "id": group(0)}}}


def change(chance):
    """Something that changes what lists give."""
    number, other = chance.randrange(GROUPS), chance.randrange(SUBJECTS)
    closing = {"groupId": group(chance.randrange(CLOSING, GROUPS))}
    seat = {"roleId": group(number), "subjectId": subject(other)}
    return chance.choice((
        ("updateGroup", {"group": {"groupId": group(number), "name": f"n{chance.random()}"},
                         "updateMask": "name"}),
        ("assignRole", {"assignment": seat}), ("assignRole", {"assignment": seat}),
        ("revokeRole", seat),
        ("archiveGroup", closing), ("restoreGroup", closing),
    ))


class Load:
    """Commands of all orgs, as fast as RATE wants and a little more."""

    def __init__(self, server):
        self.server, self.chance, self.ids = server, random.Random(1), itertools.count()
        self.decided, self.failed, self.ends = 0, None, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def command(self, org, what):
        number = next(self.ids)
        return {"command": {"orgId": org, "commandId": f"c{number}", what[0]: what[1],
                            "annotations": [{"key": "turn", "value": str(number % 50)}]}}

    def give(self, by, requests):
        answer = self.server.call("Commands/SubmitBatch", {"requests": requests}, by)
        codes = [one["code"] for one in answer.json()["responses"]]
        self.decided += sum(code in ("OK", "NOT_FOUND", "FAILED_PRECONDITION") for code in codes)
        return codes

    def begin(self):
        by = self.server.connect()
        for org in ORGS:
            requests = [self.command(org, what) for what in beginning()]
            for at in range(0, len(requests), BATCH):
                codes = self.give(by, requests[at:at + BATCH])
                expect(set(codes) == {"OK"}, "all to be accepted", set(codes))
        self.decided = 0

    def run(self):
        by, began, given = self.server.connect(), time.monotonic(), 0
        try:
            while not self.ends.is_set():
                self.give(by, [self.command(ORGS[given % 3], change(self.chance))
                               for _ in range(BATCH)])
                given += 1
                self.ends.wait(began + given * BATCH / (RATE * 1.2) - time.monotonic())
        except Exception as error:  # the walks go on without it, and say so
            self.failed = error


def lines(items):
    """What a decision changed of access may stand on two pages: line by line it is the same."""
    found = []
    for item in items:
        whole = {name: value for name, value in item.items() if name not in ("lines", "more")}
        found += [(whole, line) for line in item.get("lines", [None])]
    return found


class Walks:
    def __init__(self, server):
        self.server, self.by, self.chance = server, server.connect(), random.Random(2)

    def ask(self, method, request, **more):
        answer = self.server.call(method, {**request, **more}, self.by)
        expect(answer.status == 200, f"{method} {request} to be answered", answer.text)
        return answer

    def pages(self, method, request, size):
        """The moment of the first page, the items of all, and how many pages they were."""
        first = answer = self.ask(method, request, pageSize=size)
        items, count = list(answer.json().get("items", [])), 1
        while answer.json().get("nextPageToken"):
            answer = self.ask(method, request, pageSize=size,
                              pageToken=answer.json()["nextPageToken"])
            items += answer.json().get("items", [])
            count += 1
        return first.headers.get("agencygrid-moment", "").split(" ")[0], items, count

    def of_org(self, method, sizes=(3, 7, 20, 50), **request):
        request = {"orgId": "acme", **request}
        moment, walked, count = self.pages(method, request, self.chance.choice(sizes))
        _, whole, _ = self.pages(method, {**request, "asOf": f"#{moment}"}, WHOLE)
        self.same(method, request, walked, whole)
        return count

    def across(self, method, **request):
        now = datetime.datetime.now(datetime.timezone.utc)
        request = {**request, "asOf": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
        _, walked, count = self.pages(method, request, self.chance.choice((1, 2, 10)))
        _, whole, _ = self.pages(method, request, WHOLE)
        self.same(method, request, walked, whole)
        return count

    @staticmethod
    def same(method, request, walked, whole):
        walked, whole = lines(walked), lines(whole)
        expect(len(walked) == len(whole), f"as many by pages of {method} {request}",
               (len(walked), len(whole)))
        for page_item, item in zip(walked, whole):
            expect(page_item == item, f"the same by pages of {method} {request}",
                   (page_item, item))

    def recent(self):
        """A decision some time ago."""
        moment = self.ask("Entities/GetOrg", {"orgId": "acme"}).headers["agencygrid-moment"]
        return f"#{max(1, int(moment.split(' ')[0]) - BACK)}"


QUESTIONS = {
    "groups": lambda walks: walks.of_org("Entities/ListGroups"),
    "groups by a filter": lambda walks: walks.of_org("Entities/ListGroups",
                                                     filter="name < 'n5'"),
    "groups in order": lambda walks: walks.of_org("Entities/ListGroups", orderBy="name desc"),
    "assignments": lambda walks: walks.of_org("Entities/ListAssignments"),
    "assignments by an index": lambda walks: walks.of_org(
        "Entities/ListAssignments", filters=["subject_id=s001"], all=True),
    "holders": lambda walks: walks.of_org("Query/ListHolders", roleType="lead"),
    "who may": lambda walks: walks.of_org("Query/LookupSubjects", (3, 7), permission="Read",
                                          object="group:g000"),
    "what somebody may": lambda walks: walks.of_org("Query/LookupPermissions", (2, 5),
                                                    subject="s002"),
    "where somebody may": lambda walks: walks.of_org("Query/LookupObjects", (2, 5),
                                                     subject="s003", permission="Read"),
    "stints": lambda walks: walks.of_org("Query/ListStints", (3, 7), subject="s004"),
    "history of a group": lambda walks: walks.of_org("Query/ListHistory", entity="group:g004"),
    "history of a subject": lambda walks: walks.of_org("Query/ListHistory",
                                                       entity="subject:s005"),
    "history of a note": lambda walks: walks.of_org("Query/ListHistory", note="turn=7"),
    "changes of access": lambda walks: walks.of_org("Query/ListAccessChanges", (2, 5),
                                                    subject="s006", **{"from": walks.recent()}),
    "spans of access": lambda walks: walks.of_org("Query/ListAccessSpans", (2, 5),
                                                  subject="s007", **{"from": walks.recent()}),
    "difference": lambda walks: walks.of_org("Query/Diff", entity="group",
                                             **{"from": walks.recent()}),
    "difference of access": lambda walks: walks.of_org("Query/DiffAccess",
                                                       **{"from": walks.recent()}),
    "orgs": lambda walks: walks.across("Query/ListOrgs"),
    "noted decisions": lambda walks: walks.across("Query/ListNotedDecisions", note="turn=9"),
}


def main():
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 15
    server = Server(sys.argv[1], pathlib.Path(sys.argv[2]) / "data")
    server.ctl("init")
    for org in ORGS:
        server.make_org(org)
    server.start("--anonymous", "admin")
    try:
        passed = walk(server, seconds)
    finally:
        ended = server.stop()
    return totals([*passed, ended == 0])


def walk(server, seconds):
    load, walks = Load(server), Walks(server)
    load.begin()
    load.thread.start()
    began, walked, paged, passed = time.monotonic(), 0, set(), []

    def all_walks():
        nonlocal walked
        for name, question in itertools.cycle(QUESTIONS.items()):
            if walked >= 2 * len(QUESTIONS) and time.monotonic() - began > seconds:
                break
            paged.update({name} if question(walks) > 1 else ())
            walked += 1

    def decisions_came_in():
        expect(load.failed is None, "commands all the time", load.failed)
        rate = load.decided / (ended - began)
        expect(rate >= RATE, f"{RATE} decisions a second", f"{rate:.0f}")

    def every_list_had_pages():
        expect(paged == set(QUESTIONS), "several pages of each", set(QUESTIONS) - paged)

    passed.append(run_case("pages are those of one moment", all_walks))
    ended = time.monotonic()
    load.ends.set()
    load.thread.join()
    print(f"{walked} walks, {load.decided / (ended - began):.0f} decisions a second")
    passed.append(run_case("decisions came in meanwhile", decisions_came_in))
    passed.append(run_case("every list had several pages", every_list_had_pages))
    return passed


if __name__ == "__main__":
    sys.exit(main())
