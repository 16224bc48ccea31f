#!/usr/bin/env python3
"""Who may read: every method of every service, asked by everybody.

    tests/identity/reads.py BUILD SCRATCH

A method that NEEDS does not have fails: whoever adds one says here what it needs.
"""

import pathlib
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/api"), str(ROOT / "tests/lib")]
from cases import expect, run_case, totals  # noqa: E402
from server import Server  # noqa: E402

# command: the decision judges; read: Read on what is asked about; operate: an operator;
# own: everybody that is known, who sees what he may read.
NEEDS = {
    "Commands/Submit": "command", "Commands/SubmitBatch": "command",
    "Commands/SubmitStream": "command",
    "Query/Check": "read", "Query/CheckBatch": "read", "Query/LookupSubjects": "read",
    "Query/LookupPermissions": "read", "Query/LookupObjects": "read", "Query/ListHolders": "read",
    "Query/ListHistory": "read", "Query/Diff": "read",
    "Query/ListAccessChanges": "read", "Query/DiffAccess": "read", "Query/ListStints": "read",
    "Query/ListAccessSpans": "read",
    "Query/ListCostlyObjects": "read", "Query/ListOrgs": "own",
    "Query/ListOrgTree": "own", "Query/ListNotedDecisions": "own",
    "Watch/Watch": "read",
    "Admin/GetProcessStatus": "operate",
}
STREAMS = ("Commands/SubmitStream", "Watch/Watch")
PEOPLE = ("ada", "bob", "eve")  # the owner, a member, and one of another org
UNKNOWN, DENIED = (401, "unauthenticated"), (403, "permission_denied")


def methods(build):
    """Service/Method of the whole schema, as it is built."""
    for file in sorted((pathlib.Path(build) / "schema/agency/v1").glob("*.proto")):
        text = file.read_text()
        for service, body in re.findall(r"^service (\w+) \{(.*?)^\}", text, re.S | re.M):
            for method in re.findall(r"^\s*rpc (\w+)\(", body, re.M):
                yield f"{service}/{method}"


def needs(method):
    made = re.fullmatch(r"Entities/(Get|List)\w+", method)  # from the registry
    return "read" if made else NEEDS.get(method)


class World:
    def __init__(self, build, scratch):
        self.server = Server(build, scratch / "data")
        self.methods = list(methods(build))
        self.keys = {name: self.server.new_key()[0] for name in PEOPLE}
        self.make_orgs()

    def make_orgs(self):
        server = self.server
        server.ctl("init")
        server.make_org("acme", "ada", self.keys["ada"])
        server.make_org("other", "eve", self.keys["eve"])
        server.decide("RegisterSubject", subjectId="bob")
        server.decide("BindCredential", credentialId="bob-key", subjectId="bob",
                      kind="CREDENTIAL_KIND_API_KEY", identity=self.keys["bob"])
        for group in ("red", "blue"):
            server.decide("CreateGroup", groupId=group)

    def ask(self, method, who=None, **request):
        """(status, code) of a method that is asked with little more than the org."""
        headers = {"authorization": f"Bearer {self.keys[who]}"} if who else {}
        request = {} if needs(method) in ("operate", "own") else {"orgId": "acme", **request}
        if method in STREAMS:
            return self.stream(method, {} if needs(method) == "command" else request, headers)
        answer = self.server.call(method, {} if needs(method) == "command" else request, **headers)
        code = answer.json().get("code", "OK") if answer.text else "OK"
        return answer.status, code

    def await_ask(self, wanted, what, method, who, **request):
        """What was decided is seen by questions some moments later."""
        until = time.monotonic() + 20
        found = self.ask(method, who, **request)
        while not wanted(found):
            expect(time.monotonic() < until, what, found)
            time.sleep(0.02)
            found = self.ask(method, who, **request)

    def stream(self, method, request, headers):
        """Of a stream its error, in the place of its status."""
        statuses = {"unauthenticated": 401, "permission_denied": 403}
        with self.server.stream(method, request, connect_timeout_ms="500", **headers) as response:
            code = re.search(rb'"code":"(\w+)"', response.read())
        code = code[1].decode() if code else "OK"
        return statuses.get(code, 200), code

    def submit(self, command, **payload):
        """As the owner."""
        field = command[0].lower() + command[1:]
        answer = self.server.submit({field: payload}, authorization=f"Bearer {self.keys['ada']}")
        expect(answer.status == 200, f"{command} to be accepted", answer.text)


def every_method_says_what_it_needs(world):
    for method in world.methods:
        expect(needs(method) is not None, f"a row for {method} in NEEDS", "missing")
    missing = set(NEEDS) - set(world.methods)
    expect(not missing, "methods that are there", missing)
    expect(sum(method.startswith("Entities/") for method in world.methods) > 20,
           "the methods of all kinds", world.methods)


def nobody_is_let_in(world):
    for method in world.methods:
        found = world.ask(method)
        wanted = found != DENIED if needs(method) == "command" else found == UNKNOWN
        expect(wanted, f"{method} to be refused to nobody", found)


def strangers_and_members_read_nothing(world):
    for who in ("eve", "bob"):
        for method in world.methods:
            if needs(method) in ("read", "operate"):
                found = world.ask(method, who)
                expect(found == DENIED, f"{method} to be denied to {who}", found)
    gone = world.server.call("Query/LookupPermissions", {"orgId": "nowhere", "subject": "x"},
                             authorization=f"Bearer {world.keys['eve']}")
    expect(gone.status == 403, "no word of which orgs there are", gone.text)


def the_owner_reads_all(world):
    for method in world.methods:
        if needs(method) in ("read", "own"):
            found = world.ask(method, "ada")
            expect(found not in (UNKNOWN, DENIED), f"{method} to be answered", found)


def orgs_are_seen_by_those_who_may_read_them(world):
    for who, seen in (("ada", ["acme"]), ("bob", []), ("eve", ["other"])):
        answer = world.server.call("Query/ListOrgs", {},
                                   authorization=f"Bearer {world.keys[who]}")
        found = [item["orgId"] for item in answer.json().get("items", [])]
        expect(found == seen, f"{seen} for {who}", answer.text)
        expect("looked" not in answer.json(), "no word of how many there are", answer.text)
        answer = world.server.call("Query/ListOrgTree", {},
                                   authorization=f"Bearer {world.keys[who]}")
        found = [item["orgId"] for item in answer.json().get("items", [])]
        expect(found == seen, f"the tree of {seen} for {who}", answer.text)


def notes_are_found_by_those_who_may_read_their_orgs(world):
    for who, org in (("ada", "acme"), ("eve", "other")):
        answer = world.server.submit(
            {"createGroup": {"group": {"groupId": "noted"}},
             "annotations": [{"key": "pr", "value": "7"}]},
            org=org, authorization=f"Bearer {world.keys[who]}")
        expect(answer.status == 200, "the command to be accepted", answer.text)
    for who, seen in (("ada", ["acme"]), ("bob", []), ("eve", ["other"])):
        until, found = time.monotonic() + 20, None
        while found != seen:
            expect(time.monotonic() < until, f"{seen} for {who}", found)
            answer = world.server.call("Query/ListNotedDecisions", {"note": "pr=7"},
                                       authorization=f"Bearer {world.keys[who]}")
            found = [item["decision"]["orgId"] for item in answer.json().get("items", [])]


def what_may_not_be_read_is_in_no_tree(world):
    """acme stands above other, as both say; ada reads acme, eve other."""
    def tree(who, root, **request):
        answer = world.server.call("Query/ListOrgTree", {"root": root, **request},
                                   authorization=f"Bearer {world.keys[who]}")
        fields = ("orgId", "tie", "name", "status")
        return answer.status, [tuple(item.get(field) for field in fields)
                               for item in answer.json().get("items", [])]

    claimed = world.server.submit({"claimParentOrg": {"orgId": "other", "parentOrgId": "acme"}},
                                  org="other", authorization=f"Bearer {world.keys['eve']}")
    expect(claimed.status == 200, "the claim to be accepted", claimed.text)
    for child in ("other", "nosuch"):
        world.submit("AcceptChildOrg", orgChild={"childOrgId": child})
    accepted = "ORG_TIE_ACCEPTED"
    until = time.monotonic() + 20
    while len(tree("ada", "acme", all=True)[1]) < 3:
        expect(time.monotonic() < until, "both children", tree("ada", "acme", all=True))
    status, found = tree("ada", "acme", all=True)
    expect((status, found[1:]) == (200, [("nosuch", accepted, None, None),
                                         ("other", accepted, None, None)]),
           "what may not be read to be like what there is not", found)
    expect([item[0] for item in tree("ada", "acme")[1]] == ["acme"], "nothing of it", found)
    expect([item[0] for item in tree("eve", "other", above=True)[1]] == ["other"],
           "nor on the way up", tree("eve", "other", above=True))
    expect(tree("ada", "other")[0] == tree("ada", "nosuch")[0] == 404, "nor as a root", found)


def read_on_an_object_lets_that_be_read(world):
    world.submit("GrantPermission", grant={
        "grantId": "bob-red", "permission": "Read",
        "grantee": {"kind": "GRANTEE_KIND_SUBJECT", "id": "bob"},
        "on": {"kind": "OBJECT_KIND_GROUP", "id": "red"}})
    world.await_ask(lambda found: found[0] == 200, "group red", "Entities/GetGroup", "bob",
                    groupId="red")
    for method, request in (("Entities/GetGroup", {"groupId": "blue"}),
                            ("Entities/ListGroups", {}), ("Query/ListHistory", {})):
        found = world.ask(method, "bob", **request)
        expect(found == DENIED, f"{method} {request} to be denied", found)
    world.submit("RevokePermission", grantId="bob-red")
    world.await_ask(lambda found: found == DENIED, "nothing to be read behind the revocation",
                    "Entities/GetGroup", "bob", groupId="red")


def all_members_read_where_the_org_says_so(world):
    world.submit("SetOrgReadMode", orgId="acme", readMode="READ_MODE_MEMBERS")
    world.await_ask(lambda found: found != DENIED, "groups to be listed", "Entities/ListGroups",
                    "bob")
    for method in world.methods:
        if needs(method) == "read":
            found = world.ask(method, "bob")
            expect(found not in (UNKNOWN, DENIED), f"{method} to be answered", found)
            found = world.ask(method, "eve")
            expect(found == DENIED, f"{method} to be denied to a stranger", found)
    world.submit("SetOrgReadMode", orgId="acme", readMode="READ_MODE_GRANTED")
    world.await_ask(lambda found: found == DENIED, "nothing to be read any more",
                    "Entities/ListGroups", "bob")


CASES = (every_method_says_what_it_needs, nobody_is_let_in, strangers_and_members_read_nothing,
         the_owner_reads_all, orgs_are_seen_by_those_who_may_read_them,
         what_may_not_be_read_is_in_no_tree, notes_are_found_by_those_who_may_read_their_orgs,
         read_on_an_object_lets_that_be_read, all_members_read_where_the_org_says_so)


def main():
    world = World(sys.argv[1], pathlib.Path(sys.argv[2]))
    world.server.start("--api-keys")
    passed = [run_case(case.__name__, case, world) for case in CASES]
    passed.append(world.server.stop() == 0)
    sys.exit(totals(passed))


if __name__ == "__main__":
    main()
