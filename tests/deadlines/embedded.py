#!/usr/bin/env python3
"""What is due on an embedded log: decided by agencyd without a command, at its time whoever runs
when; until then answers say that they may change.

    tests/deadlines/embedded.py BUILD SCRATCH
"""

import json
import pathlib
import random
import signal
import subprocess
import sys
import time

from cases import expect, run_case, totals
from moments import moment, wait_for
from server import Server

KILLS = 6
DUE_BEFORE_MAX = 1024


def past(path):
    """A history of an org `old`, in which more fell due at once than a command waits for."""
    grantee, on = {"kind": "GRANTEE_KIND_SUBJECT", "id": "ada"}, {"kind": "OBJECT_KIND_ORG"}
    commands = [{"createOrg": {
        "org": {"orgId": "old"}, "owner": {"subjectId": "ada"}, "identity": "old",
        "credential": {"credentialId": "key", "kind": "CREDENTIAL_KIND_API_KEY"}}}]
    for number in range(DUE_BEFORE_MAX + 1):
        name = f"p{number}"
        commands += [{"definePermission": {"permission": {"permission": name}}},
                     {"grantPermission": {"grant": {
                         "grantId": name, "permission": name, "grantee": grantee, "on": on,
                         "expiresAt": "2018-02-01T00:00:00Z"}}}]
    path.write_text("".join(
        json.dumps({"orgId": "old", "commandId": f"c{number}",
                    "occurredAt": "2018-01-01T00:00:00Z", **command}) + "\n"
        for number, command in enumerate(commands)))
    return path


class Org:
    def __init__(self, build, scratch):
        self.server = Server(build, scratch / "due")
        self.server.ctl("init")
        self.server.make_org()
        self.start()
        self.count = 0

    def start(self):
        self.server.start("--anonymous", "admin")

    def do(self, command):
        said = self.server.submit(command)
        expect(said.status == 200, f"{command} to be accepted", said.text)
        return said.json()

    def grant(self, seconds):
        """A grant that ends so many seconds from now: its id and its end."""
        self.count += 1
        grant = f"g{self.count}"
        self.do({"definePermission": {"permission": {"permission": f"p{self.count}"}}})
        end = moment(seconds)
        self.do({"grantPermission": {"grant": {
            "grantId": grant, "permission": f"p{self.count}", "expiresAt": end,
            "grantee": {"kind": "GRANTEE_KIND_SUBJECT", "id": "ada"},
            "on": {"kind": "OBJECT_KIND_ORG"}}}})
        return grant, end

    def ends(self):
        """The ends of grants that time has brought: grant and moment."""
        found, token = [], ""
        while True:
            page = self.server.call("Query/ListHistory", {
                "orgId": "acme", "pageSize": 1000, "pageToken": token}).json()
            for item in page.get("items", []):
                if item["decision"]["command"] == "Elapse":
                    found += [(ref["id"], item["decision"]["occurredAt"])
                              for ref in item["decision"]["changed"]]
            token = page.get("nextPageToken", "")
            if not token:
                return found

    def await_ends(self, grants):
        until = time.monotonic() + 10
        while True:
            found = [end for end in self.ends() if end[0] in {grant for grant, _ in grants}]
            if len(found) >= len(grants) or time.monotonic() > until:
                return sorted(found)
            time.sleep(0.02)

    def ctl(self, *words):
        """agencyctl on the folder, while nobody serves it."""
        return subprocess.run([self.server.build / "agencyctl", "--data", self.server.data, "--org",
                               "acme", *words], capture_output=True, text=True, timeout=60)


def a_grant_ends_without_a_command(org):
    grant = org.grant(0.5)
    wait_for(grant[1])
    expect(org.await_ends([grant]) == [grant], f"{grant}", org.ends())


def access_begins_at_its_time(org):
    """Nobody has it before, whoever asks when."""
    start, before = moment(1), moment(0.9)
    question = {"orgId": "acme", "subject": "bob", "permission": "open", "object": "org"}
    org.do({"registerSubject": {"subject": {"subjectId": "bob"}}})
    org.do({"definePermission": {"permission": {"permission": "open"}}})
    org.do({"grantPermission": {"grant": {
        "grantId": "later", "permission": "open", "startsAt": start,
        "grantee": {"kind": "GRANTEE_KIND_SUBJECT", "id": "bob"},
        "on": {"kind": "OBJECT_KIND_ORG"}}}})
    waits = org.server.call("Entities/GetGrant", {"orgId": "acme", "grantId": "later"}).json()
    expect(waits["status"] == "ENTITY_STATUS_SCHEDULED" and waits["dueAt"] == start,
           "a grant that waits", waits)
    expect(not org.server.call("Query/Check", question).json().get("allowed"), "no access yet")
    wait_for(start)
    for as_of, allowed in ((start, True), (before, False)):
        said = org.server.call("Query/Check", question | {"asOf": as_of})
        expect(said.json().get("allowed", False) == allowed, f"{allowed} as of {as_of}", said.text)
        expect("provisional" not in said.headers["agencygrid-moment"], "a final answer",
               said.headers["agencygrid-moment"])
    gained = org.server.call("Query/ListAccessChanges", {"orgId": "acme", "subject": "bob"})
    gained = [item["decision"] for item in gained.json()["items"]]
    expect([decision["occurredAt"] for decision in gained] == [start], f"a gain at {start}", gained)


def an_answer_waits_for_what_is_due(org):
    grant = org.grant(0.3)
    wait_for(grant[1])
    said = org.server.call("Entities/GetGrant", {"orgId": "acme", "grantId": grant[0],
                                                 "asOf": grant[1]})
    expect(said.json()["status"] == "ENTITY_STATUS_ENDED", "an ended grant", said.text)
    expect("provisional" not in said.headers["agencygrid-moment"], "a final answer",
           said.headers["agencygrid-moment"])


def without_a_leader_answers_say_that_they_may_change(org):
    grant = org.grant(0.5)
    expect(org.server.stop() == 0, "a clean stop")
    wait_for(grant[1])
    as_of = ("--as-of", grant[1])
    said = org.ctl("get", "grant", grant[0], *as_of)
    expect(said.returncode == 0 and f"provisional: 1 thing is due since {grant[1]}" in said.stderr,
           "a provisional answer", said.stdout + said.stderr)
    refused = org.ctl("get", "grant", grant[0], *as_of, "--final")
    expect(refused.returncode == 1 and "expected a final answer" in refused.stderr, "no answer",
           refused.stdout + refused.stderr)
    before = org.ctl("get", "grant", grant[0], "--as-of", "#3", "--final")
    expect(before.returncode == 1 and "provisional" not in before.stderr, "not there then", before)
    org.start()
    expect(org.await_ends([grant]) == [grant], f"{grant}", org.ends())
    said = org.ctl("get", "grant", grant[0], *as_of, "--final")
    expect(said.returncode == 0 and "provisional" not in said.stderr and "ENDED" in said.stdout,
           "a final answer", said.stdout + said.stderr)


def the_header_final_refuses_too(org):
    said = org.server.call("Query/ListHistory", {"orgId": "nobody", "asOf": moment(-1)},
                           agencygrid_final="true")
    expect(said.status in (403, 503), "no answer about an org that may be imported", said.text)
    wrong = org.server.call("Query/ListHistory", {"orgId": "acme"}, agencygrid_final="yes")
    expect(wrong.status == 400 and b"true or false" in wrong.text, "what is wrong", wrong.text)


def killed_at_any_moment_each_ends_once(org):
    chance, grants = random.Random(7), []
    for _ in range(KILLS):
        grants += [org.grant(chance.uniform(0.5, 1.2)) for _ in range(5)]
        time.sleep(chance.uniform(0, 0.4))
        org.server.stop(signal.SIGKILL)
        org.start()
    wait_for(max(end for _, end in grants))
    found = org.await_ends(grants)
    expect([grant for grant, _ in found] == sorted(grant for grant, _ in grants), "each once",
           found)
    ends = dict(grants)
    expect(all(at >= ends[grant] for grant, at in found), "none before its time", found)


def too_much_before_a_command_is_decided_by_turns(org):
    """More than a command waits for: it is refused, and has its turn soon."""
    expect(org.server.stop() == 0, "a clean stop")
    org.server.ctl("import", str(past(org.server.data.with_suffix(".jsonl"))), org="old")
    org.start()
    late = {"occurredAt": "2018-03-01T00:00:00Z",
            "openJobSpace": {"jobSpace": {"jobSpaceId": "late"}}}
    said = org.server.submit(late, org="old")
    expect(said.status == 429 and b"try again in 1 s" in said.text, "a command that waits",
           said.text)
    until = time.monotonic() + 10
    while said.status == 429 and time.monotonic() < until:
        time.sleep(0.05)
        said = org.server.submit(late, org="old")
    expect(said.status == 200, "it to be decided", said.text)
    left = org.server.call("Entities/ListGrants", {"orgId": "old"}).json().get("items", [])
    expect(left == [], "no grant to be left", left)


CASES = (a_grant_ends_without_a_command, access_begins_at_its_time, an_answer_waits_for_what_is_due,
         without_a_leader_answers_say_that_they_may_change, the_header_final_refuses_too,
         killed_at_any_moment_each_ends_once, too_much_before_a_command_is_decided_by_turns)


def main():
    build, scratch = sys.argv[1:]
    org = Org(pathlib.Path(build).resolve(), pathlib.Path(scratch))
    passed = [run_case(case.__name__, case, org) for case in CASES]
    passed += [org.server.stop() == 0]
    sys.exit(totals(passed))


if __name__ == "__main__":
    main()
