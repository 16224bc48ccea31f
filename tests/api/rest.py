#!/usr/bin/env python3
"""agencyd by paths of JSON: what a path, a query, a header and a body say, and what is wrong of it.

    tests/api/rest.py BUILD SCRATCH
"""

import pathlib
import sys
import urllib.parse

from server import Answer, Server, ask

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from cases import expect, run_case, totals  # noqa: E402

OPEN = {"orgId": "rest", "owner": {"subjectId": "ada"}, "identity": "rest-ada", "credential": {
    "credentialId": "ada-key", "kind": "CREDENTIAL_KIND_API_KEY"}}


class Paths:
    def __init__(self, server):
        self.connection = server.connect()

    def __call__(self, verb, path, body=None, status=200, **headers):
        answer = ask(self.connection, verb, "/v1/orgs" + path, body, **headers)
        expect(answer.status == status, f"HTTP {status} of {verb} {path}",
               (answer.status, answer.text))
        return answer.json()


def an_org_begins(rest):
    first = rest("POST", "", OPEN, idempotency_key='"k1"')
    expect(first["commandId"] == "k1", "the key without its quotes", first)
    again = rest("POST", "", OPEN, idempotency_key="k1")
    expect(again.get("repeated") and again["token"] == first["token"], "the first answer", again)
    rest("POST", "/rest/role-types", {"roleType": "lead"})
    rest("POST", "/rest/roles", {"roleId": "r", "roleType": "lead", "holderSubjectIds": ["ada"]})
    got = rest("GET", "/rest/assignments/r~ada")
    expect(got["roleType"] == "lead", "the first holder's assignment", got)


def a_version_is_expected(rest):
    version = rest("GET", "/rest/roles/r")["version"]
    rest("PATCH", "/rest/roles/r?update_mask=name", {"name": "R"}, if_match=f'"{version}"')
    for late in ({"if_match": version}, {}):
        path = "/rest/roles/r?update_mask=name" + ("" if late else f"&expected_version={version}")
        said = rest("PATCH", path, {"name": "S"}, 409, **late)
        expect(said["code"] == 10 and said["details"][0]["code"] == "ABORTED", "ABORTED", said)
    rest("PATCH", "/rest/roles/r?update_mask=name", {"name": "S"}, 400, if_match="*")


def what_get_gave_can_be_put(rest):
    role = rest("GET", "/rest/roles/r") | {"description": "x"}
    rest("PATCH", "/rest/roles/r?update_mask=description", role)
    said = rest("PATCH", "/rest/roles/r", {"roleId": "q"}, 400)
    expect("'r' in the body" in said["message"], "which one", said)


def other_commands_are_verbs(rest):
    rest("POST", "/rest/roles/r:revoke", {"subjectId": "ada"})
    rest("POST", "/rest/roles/r:assign", {"subjectId": "ada"})
    rest("POST", "/rest/configs/ENTITY_KIND_ORG~~color:set", {"value": "blue"})
    got = rest("GET", "/rest/configs/ENTITY_KIND_ORG~~color")
    expect(got["value"] == "blue", "a setting of the org", got)
    rest("DELETE", "/rest/configs/ENTITY_KIND_ORG~~color")
    rest("POST", "/rest/groups", {"groupId": "a:b", "name": "G"})
    rest("POST", "/rest/groups/a%3Ab:archive")
    got = rest("GET", "/rest/groups/a%3Ab")
    expect(got["status"] == "ENTITY_STATUS_ARCHIVED", "an archived group", got)
    rest("DELETE", "/rest/groups/a:b")


def what_outside_systems_say_stands_for_an_id(rest):
    odd = "https://git.example/o/r?x=1#a@b:~c%"
    rest("POST", "/rest/assets", {"assetId": "repo", "externalIds": [
        {"system": "github", "value": odd}]})
    path = "/rest/assets/ext:github:" + urllib.parse.quote(odd, safe="")
    got = rest("GET", path)
    expect(got["assetId"] == "repo", "the asset", got)
    got = rest("POST", "/rest:check", {"subject": "ada", "permission": "AssignRole",
                                       "object": "asset:ext:github:" + odd})
    expect(got["allowed"], "an owner's access", got)
    got = rest("GET", "/rest/assets?filters=external_ids%3Dgithub:" +
               urllib.parse.quote(odd, safe=""))
    expect([asset["assetId"] for asset in got["assets"]] == ["repo"], "the one", got)
    said = rest("GET", "/rest/assets/ext:github:other", status=404)
    expect("that 'github' calls 'other'" in said["message"], "which one", said)
    said = rest("GET", "/rest/assets/ext:github:", status=400)
    expect("ext:SYSTEM:VALUE" in said["message"], "the form", said)


def a_moment_is_asked_about(rest):
    rest("GET", "/rest/roles/r?as_of=%231", status=404)
    rest("GET", "/rest/roles/r", status=404, agencygrid_as_of="#1")
    done = rest("PATCH", "/rest/roles/r?update_mask=name", {"name": "T"})
    got = rest("GET", "/rest/roles/r", agencygrid_at_least=done["token"])
    expect(got["name"] == "T", "what was just written", got)
    first = ask(rest.connection, "GET", "/v1/orgs/rest/roles?page_size=1")
    token = first.json()["nextPageToken"]
    rest("DELETE", "/rest/roles/r")
    second = rest("GET", f"/rest/roles?page_size=1&page_token={token}")
    expect(second["items"][0]["roleId"] == "r", "the moment of the first page", second)
    rest("GET", "/rest/roles/r?as_of=" + first.headers["agencygrid-position"])


def what_is_denied_is_false_and_what_never_was_an_error(rest):
    done = rest("POST", "/rest/subjects", {"subjectId": "eve"})
    asked = {"subject": "eve", "permission": "CreateGroup", "object": "org"}
    got = rest("POST", "/rest:check", asked, agencygrid_at_least=done["token"])
    expect(got["allowed"] is False and got["path"] == [], "denied, in so many words", got)
    got = rest("POST", "/rest:check", asked | {"subject": "evee"}, 404)
    expect("no 'evee', did you mean 'eve'" in got["message"], "the nearest name", got)
    checks = [{"subjects": subjects, "permission": "CreateGroup", "on": "org"}
              for subjects in (["eve"], ["evee"], ["eve"])]
    got = rest("POST", "/rest:checkBatch", {"checks": checks})["answers"]
    expect([one["code"] for one in got] == ["OK", "NOT_FOUND", "OK"], "each by itself", got)
    expect(all(one["allowed"] == [] for one in got), "nobody", got)


def a_list_is_selected_and_in_order(rest):
    for name in "abc":
        done = rest("POST", "/rest/roles", {"roleId": name, "roleType": "lead", "name": f"N{name}"})

    def roles(**asked):
        got = rest("GET", "/rest/roles?" + urllib.parse.urlencode(asked),
                   agencygrid_at_least=done["token"])
        return [role["roleId"] for role in got["items"]], got

    found, got = roles(filter="name.startsWith('N') && role_id != 'b'", order_by="name desc")
    expect(found == ["c", "a"], "the filter and the order", got)
    expect(int(got["looked"]) > 3 and got["index"] == "" and got["cut"] is False, "how", got)
    expect(roles(order_by="-name")[0][:3] == ["c", "b", "a"], "the short form")
    found, got = roles(filter="role_type == 'lead'")
    expect(found == ["a", "b", "c"] and got["index"].startswith("ROLE_"), "an index", got)
    found, got = roles(order_by="-name", page_size=2)
    more, _ = roles(order_by="-name", page_size=1, page_token=got["nextPageToken"])
    expect(found + more == ["c", "b", "a"], "two pages", (found, more))
    for wrong, why in (({"filter": "nane == ''"}, "did you mean 'name'"),
                       ({"filter": "name"}, "expected bool"),
                       ({"order_by": "nane"}, "did you mean 'name'"),
                       ({"order_by": "-name", "page_token": got["nextPageToken"], "filter": "true"},
                        "of the same question")):
        said = rest("GET", "/rest/roles?" + urllib.parse.urlencode(wrong), status=400)
        expect(why in said["message"], f"why not {wrong}", said)


def parts_are_chosen_by_a_mask(rest):
    rest("POST", "/rest/permissions", {"permission": "paint"})
    done = rest("POST", "/rest/grants", {
        "grantId": "g", "permission": "paint", "on": {"kind": "OBJECT_KIND_ORG"},
        "grantee": {"kind": "GRANTEE_KIND_ROLE", "id": "a"}})
    for mask in ("grantee.id,grant_id", "grantId,grantee.id"):
        got = rest("GET", f"/rest/grants/g?read_mask={mask}", agencygrid_at_least=done["token"])
        expect(got == {"grantId": "g", "grantee": {"id": "a"}}, f"{mask} alone", got)
    done = rest("PATCH", "/rest/role-types/lead?update_mask=holders_max", {"holdersMax": 7})
    got = rest("GET", "/rest/role-types/lead?read_mask=holders_max",
               agencygrid_at_least=done["token"])
    expect(got == {"holdersMax": 7}, "the new one", got)
    for wrong in ("grantee.nothing", "grantee.id.x", "grantee.", "created_at.seconds", "grant_",
                  "grant__id", "grant_Id", "grant_id%00"):
        rest("GET", f"/rest/grants?read_mask={wrong}", status=400)


def what_is_wrong_is_said(rest):
    for verb, path, body, status in (
            ("GET", "/rest/roles?nothing=1", None, 400),
            ("GET", "/rest/roles?page_size=x", None, 400),
            ("GET", "/rest/roles?as_of=2020-13-45", None, 400), ("GET", "/none/roles", None, 404),
            ("POST", "/rest/roles", {"roleId": "z", "nothing": 1}, 400),
            ("POST", "/rest/roles?command.org_id=x", {"roleId": "z"}, 400),
            ("POST", "/rest/roles", [], 400), ("PUT", "/rest/roles", {}, 405),
            ("GET", "/rest/nothing", None, 404), ("GET", "/rest/assignments/r", None, 400),
            ("GET", "/rest/goals/%zz", None, 400), ("DELETE", "/rest/roles/r", {}, 400)):
        said = rest(verb, path, body, status)
        expect(isinstance(said["code"], int) and said["message"].startswith("expected")
               or ": expected" in said["message"], f"why not {verb} {path}", said)
    rest.connection.request("POST", "/v1/orgs/rest/roles", "roleId=z",
                            {"content-type": "application/x-www-form-urlencoded"})
    expect(Answer(rest.connection.getresponse()).status == 415, "HTTP 415")


CASES = (an_org_begins, a_version_is_expected, what_get_gave_can_be_put, other_commands_are_verbs,
         a_moment_is_asked_about, what_is_denied_is_false_and_what_never_was_an_error,
         a_list_is_selected_and_in_order,
         parts_are_chosen_by_a_mask, what_is_wrong_is_said)


def main():
    build, scratch = sys.argv[1:]
    server = Server(build, pathlib.Path(scratch) / "rest")
    server.ctl("init")
    server.start("--anonymous", "admin")
    passed = [run_case(case.__name__, case, Paths(server)) for case in CASES]
    passed += [server.stop() == 0]
    sys.exit(totals(passed))


if __name__ == "__main__":
    main()
