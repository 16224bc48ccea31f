#!/usr/bin/env python3
"""What is due on Kafka: decided by whoever leads, once, whoever is killed.

    tests/deadlines/kafka.py BUILD SCRATCH PORT
"""

import json
import pathlib
import random
import signal
import sys
import time

from cases import expect, run_case, totals
from daemon import Cluster, Daemon
from moments import moment, wait_for
from turns import check, put

ROUNDS = 4
ORGS = ("acme", "beta", "gamma")
SCHEDULES = 20  # of each of them


class Pair:
    """Two processes, of which each takes over what the other led; orgs in several partitions."""

    def __init__(self, build, scratch, port):
        self.cluster = Cluster(build, scratch, port)
        self.tools = [self.cluster.first, self.cluster.join("b")]
        self.daemons, self.starts = [None, None], [0, 0]
        self.count = 0
        for number in range(2):
            self.start(number)
        for org in ORGS:
            self.tool(org).submit(
                "CreateOrg", orgId=org, owner={"subjectId": "ada"}, identity=f"{org}-ada",
                credential={"credentialId": "ada-key", "kind": "CREDENTIAL_KIND_API_KEY"})
        self.turn = self.schedule()

    def schedule(self):
        """Schedules whose turns come a minute later, one after the other: when the middle one's."""
        begun = time.time()
        for n in range(SCHEDULES):
            for org in ORGS:
                self.tool(org)("submit", "PutSchedule", json.dumps(put(f"s{n}", everySeconds=60)))
        return (begun + time.time()) / 2 + 60

    def start(self, number):
        daemon = Daemon(self.cluster.build / "agencyd", self.tools[number].data,
                        [f"--rank={number}"])
        self.starts[number] += 1
        self.daemons[number] = daemon.await_text("event=started", self.starts[number])

    def tool(self, org):
        return self.cluster.tool("a", org)

    def grant(self, seconds):
        """A grant that ends so many seconds from now: its org, its id and its end."""
        self.count += 1
        org, grant = ORGS[self.count % 3], f"g{self.count}"
        tool = self.tool(org)
        tool.submit("DefinePermission", permission=f"p{self.count}")
        end = moment(seconds)
        tool.submit("GrantPermission", grantId=grant, permission=f"p{self.count}", expiresAt=end,
                    grantee={"kind": "GRANTEE_KIND_SUBJECT", "id": "ada"},
                    on={"kind": "OBJECT_KIND_ORG"})
        return org, grant, end

    def ends(self, org):
        """The ends that time has brought: grant and moment."""
        lines = self.tool(org).json("history", "--limit", "1000")
        decisions = [line.get("decision", line) for line in lines]
        return [(ref["id"], decision["occurredAt"]) for decision in decisions
                if decision["command"] == "Elapse" for ref in decision["changed"]]

    def await_ends(self, grants, seconds=20):
        until = time.monotonic() + seconds
        while True:
            found = [end for org in ORGS for end in self.ends(org)]
            found = sorted(end for end in found if end[0] in {grant for _, grant, _ in grants})
            if len(found) >= len(grants) or time.monotonic() > until:
                return found
            time.sleep(0.2)


def a_grant_ends_without_a_command(pair):
    grants = [pair.grant(2) for _ in range(3)]
    expect(pair.await_ends(grants) == [(grant, end) for _, grant, end in grants], grants,
           pair.await_ends(grants))


def an_answer_is_final_soon_after(pair):
    org, grant, end = pair.grant(1.5)
    wait_for(end)
    said = pair.tool(org).run("get", "grant", grant, "--as-of", end, "--final")
    expect(said.returncode == 0 and "ENDED" in said.stdout, "a final answer",
           said.stdout + said.stderr)


def killed_at_any_moment_each_ends_once(pair):
    chance, grants = random.Random(11), []
    for turn in range(ROUNDS):
        grants += [pair.grant(chance.uniform(1, 4)) for _ in range(3)]
        time.sleep(chance.uniform(0, 1))
        pair.daemons[turn % 2].stop(signal.SIGKILL)
        time.sleep(chance.uniform(0, 3))
        pair.start(turn % 2)
    found = pair.await_ends(grants)
    expect(found == sorted((grant, end) for _, grant, end in grants), "each once, at its time",
           found)


def while_nobody_leads_answers_may_change(pair):
    org, grant, end = pair.grant(1.5)
    for daemon in pair.daemons:
        daemon.stop(signal.SIGKILL)
    wait_for(end)
    said = pair.tool(org).run("get", "grant", grant, "--as-of", end, "--final", "--timeout", "1s")
    expect(said.returncode == 1 and "ENDED" not in said.stdout, "no final answer",
           said.stdout + said.stderr)
    for number in range(2):
        pair.start(number)
    expect(pair.await_ends([(org, grant, end)]) == [(grant, end)], "it to end at its time",
           pair.ends(org))


def await_turns(pair, turns):
    """The schedules of each org, once they have had so many turns with their commands."""
    until = time.monotonic() + 40
    while True:
        found = {org: pair.tool(org).json("list", "schedules") for org in ORGS}
        heads = [head for org in ORGS for head in found[org]]
        if all("continues" not in head and int(head.get("turns", 0)) >= turns for head in heads) \
                and len(heads) == len(ORGS) * SCHEDULES:
            return found
        expect(time.monotonic() < until, f"{turns} turns of each", heads[:1])
        time.sleep(0.2)


def killed_amid_turns_each_turn_has_its_command_once(pair):
    """Both are killed while turns are decided, and turns go on."""
    time.sleep(max(0, pair.turn - time.time()))
    for daemon in pair.daemons:
        daemon.stop(signal.SIGKILL)
    for number in range(2):
        pair.start(number)
    found = await_turns(pair, 1)
    for org in ORGS:
        tool = pair.tool(org)
        decisions = [line.get("decision", line) for line in tool.json("history", "--limit", "1000")]
        check(decisions[::-1], [space["jobSpaceId"] for space in tool.json("list", "job-spaces")],
              found[org])


CASES = (a_grant_ends_without_a_command, an_answer_is_final_soon_after,
         killed_at_any_moment_each_ends_once, while_nobody_leads_answers_may_change,
         killed_amid_turns_each_turn_has_its_command_once)


def main():
    build, scratch, port = sys.argv[1:]
    pair = Pair(pathlib.Path(build).resolve(), pathlib.Path(scratch), port)
    passed = [run_case(case.__name__, case, pair) for case in CASES]
    passed += [daemon.stop() == 0 for daemon in pair.daemons]
    sys.exit(totals(passed))


if __name__ == "__main__":
    main()
