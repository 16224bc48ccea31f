#!/usr/bin/env python3
"""Profiles and personal ids on an embedded log: given and read by every door, found nowhere.

    tests/erasure/embedded.py BUILD SCRATCH
"""

import base64
import json
import re
import subprocess
import sys

from cases import expect, run_case, totals
from finder import Markers, files_of, memory_of
from world import World, live_slots

KEY = {"credentialId": "key", "kind": "CREDENTIAL_KIND_API_KEY"}


def profile(marker):
    return {"data": {"mail": f"{marker}@example.org", "more": {"lines": [marker, 1, True]}}}


def personal(marker):
    return [{"system": "hr", "value": marker, "personal": True}]


def about(world, name):
    """A subject with a profile and a personal id."""
    return {"subjectId": name, "name": f"{world.control.common} {name}",
            "profile": profile(world.markers.new(name)),
            "externalIds": personal(world.markers.new(f"{name}-id"))}


def register(world, name):
    return {"commandId": f"make-{name}", "orgId": "acme",
            "registerSubject": {"subject": about(world, name)}}


def accepted(answer):
    expect(answer.status == 200, "an accepted command", answer.text)


# ---- given ----

def an_org_begins_with_the_profile_of_its_owner(world):
    owner = {"subjectId": "ada", "profile": profile(world.markers.new("ada"))}
    world.tool().submit("CreateOrg", orgId="acme", owner=owner, credential=KEY,
                        identity=world.ada.key)
    tool = world.tool()
    tool.submit("RegisterSubject", subjectId="bob")
    tool.submit("BindCredential", subjectId="bob", credentialId="bob-key",
                kind="CREDENTIAL_KIND_API_KEY", identity=world.bob.key)
    tool.submit("GrantPermission", grantId="bob-reads", permission="Read",
                grantee={"kind": "GRANTEE_KIND_SUBJECT", "id": "bob"},
                on={"kind": "OBJECT_KIND_ORG"})


def profiles_are_given_by_every_door(world):
    ada = world.ada
    world.tool().submit("RegisterSubject", **about(world, "by-tool"))
    accepted(ada.rest("POST", "/acme/subjects", about(world, "by-rest")))
    accepted(ada.call("Commands/Submit", {"command": register(world, "by-connect")}))
    many = [{"command": register(world, f"by-batch-{i}")} for i in range(3)]
    accepted(ada.call("Commands/SubmitBatch", {"requests": many}))
    expect(ada.packed("Commands/Submit", {"command": register(world, "by-gzip")}) == 200,
           "an accepted command in gzip")
    stream = world.server.stream("Commands/SubmitStream", {"command": register(world, "by-stream")},
                                 **ada.headers())
    said = stream.read()
    world.told.append(("a stream", said))
    expect(b'"code":"OK"' in said, "an accepted command of a stream", said)
    lines = world.made.parent / "lines.jsonl"
    lines.write_text(json.dumps(register(world, "by-line")) + "\n")
    world.tool()("import", str(lines))
    lines.unlink()


def profiles_are_given_by_commands_of_a_batch(world):
    commands = [{"registerSubject": {"subject": about(world, f"in-batch-{i}")}} for i in range(2)]
    accepted(world.ada.call("Commands/Submit", {"command": {
        "orgId": "acme", "commandId": "batch", "batch": {"commands": commands}}}))


def profiles_are_changed(world):
    path = "/acme/subjects/by-rest"
    accepted(world.ada.rest("PATCH", f"{path}?update_mask=profile",
                            {"profile": profile(world.markers.new("by-rest-2"))}))
    world.tool().submit("UpdateSubject", subjectId="by-tool",
                        profile=profile(world.markers.new("by-tool-2")))
    world.tool().submit("UpdateSubject", subjectId="by-tool",
                        externalIds=personal(world.markers.new("by-tool-2-id")))


def what_is_refused_leaves_nothing(world):
    ada, bob, new = world.ada, world.bob, world.markers.new
    again = {**about(world, "by-rest")}
    expect(ada.rest("POST", "/acme/subjects", again).status == 409, "an id that is taken")
    expect(bob.rest("POST", "/acme/subjects", about(world, "x1")).status == 403, "no right")
    both = {"subjectId": "x2", "profile": {**profile(new("both")), "sealed": "AAAA"}}
    expect(ada.rest("POST", "/acme/subjects", both).status == 400, "both forms refused")
    large = {"subjectId": "x3", "profile": {"data": {"m": new("large") * 1000}}}
    expect(ada.rest("POST", "/acme/subjects", large).status == 400, "too much refused")
    asset = {"assetId": "x4", "externalIds": personal(new("asset"))}
    expect(ada.rest("POST", "/acme/assets", asset).status == 400, "no asset is personal")
    for subject in ({"subjectId": "by-rest", "profile": profile(new("schedule"))},
                    {"subjectId": "by-rest", "externalIds": personal(new("schedule-id"))}):
        schedule = {"everySeconds": 60, "commands": ["UpdateSubject"],
                    "command": {"updateSubject": {"subject": subject}}}
        answer = ada.rest("POST", "/acme/schedules/x7:put", schedule)
        expect(answer.status == 400 and b"nobody can hide it" in answer.text, "not carried",
               answer.text)
    odd = {"subjectId": "x5", "externalIds": personal(new("odd") + "\n")}
    expect(ada.rest("POST", "/acme/subjects", odd).status == 400, "no line in a value")


def what_cannot_be_read_leaves_nothing(world):
    path, new = "/v1/orgs/acme/subjects", world.markers.new
    for body in ('{"subjectId":"x6","profile":{"data":{"m":"%s"' % new("cut"),
                 '{"subjectId":"x6","profile":"%s"}' % new("text"),
                 '{"subjectId":"x6","profile":{"data":"%s"}}' % new("no-object"),
                 '{"subjectId":"x6","profile":{"%s":1}}' % new("name"),
                 '{"subjectId":"x6","externalIds":"%s"}' % new("no-list")):
        told = len(world.told)
        expect(world.ada.raw(path, body) == 400, "a refusal", body)
        del world.told[told:]  # he who gave it may be told what was wrong with it
    told = len(world.told)
    world.ada.rest("GET", f"/acme/nosuch/ext:hr:{new('path')}")
    world.ada.rest("GET", f"/acme/subjects?filter={new('filter')}&{new('option')}=1")
    del world.told[told:]
    for kind in ("application/proto", "application/grpc"):
        told = len(world.told)
        world.ada.raw("/agency.v1.Commands/Submit", b"\x0a\x7f" + new("packed").encode(),
                      **{"content-type": kind})
        del world.told[told:]


# ---- read ----

def seen(world, name):
    """What ada is shown of a subject; not kept, as she may see it."""
    told = len(world.told)
    answer = world.ada.rest("GET", f"/acme/subjects/{name}")
    del world.told[told:]
    return answer.json()


def who_may_sees_them(world):
    for name in ("ada", "by-tool", "by-rest", "by-connect", "by-batch-2", "by-gzip", "by-line"):
        shown = seen(world, name)
        expect(world.markers.common in json.dumps(shown["profile"]), "a profile in clear", shown)
    told = len(world.told)
    many = world.ada.rest("GET", "/acme/subjects").json()["items"]
    world.ada.packed("Entities/ListSubjects", {"orgId": "acme"})
    del world.told[told:]
    expect(json.dumps(many).count(world.markers.common) == 24, "two each of twelve", many)
    shown = world.tool().json("get", "subject", "by-tool")
    expect(world.markers.common in json.dumps(shown), "the folder's owner to see it", shown)


def who_has_the_value_finds_them(world):
    value = next(each for each in world.markers.given if each.endswith("by-rest-id"))
    found = world.bob.rest("GET", f"/acme/subjects/ext:hr:{value}").json()
    expect(found["subjectId"] == "by-rest", "the one", found)
    world.bob.rest("GET", f"/acme/subjects?filters=external_ids%3Dhr:{value}")
    world.ada.rest("POST", "/acme:check", {"subject": f"ext:hr:{value}", "permission": "Read",
                                           "object": "org"})
    told = len(world.told)
    world.bob.rest("GET", f"/acme/subjects/ext:hr:{world.markers.new('nobody')}")
    del world.told[told:]


def nobody_else_sees_them(world):
    bob = world.bob
    shown = bob.rest("GET", "/acme/subjects/by-rest").json()
    expect(shown["profile"]["sealed"] and "data" not in shown["profile"], "sealed", shown)
    for path in ("", "?as_of=%233", "/by-rest?as_of=%2315"):
        answer = bob.rest("GET", f"/acme/subjects{path}")
        expect(answer.status == 200, f"an answer to {path}", answer.text)
    for verb, path, body in (("GET", "/acme/history", None), ("POST", "/acme:diff", {"from": "#1"}),
                             ("GET", "/acme:watch?after=%230&once=true", None)):
        for caller in (bob, world.ada):
            answer = caller.rest(verb, path, body)
            expect(answer.status == 200, f"an answer to {path}", answer.text)
    for words in (("history", "--output", "json"), ("history", "subject", "by-rest"), ("log",),
                  ("diff", "--from", "#1"), ("orgs",), ("list", "decisions"),
                  ("export", str(world.made / "acme.jsonl"))):
        world.ctl(*words)
    connection = world.server.connect()
    for path in ("/metrics", "/healthz", "/openapi.json"):
        connection.request("GET", path)
        world.told.append((path, connection.getresponse().read()))


def nothing_of_them_lies_anywhere(world):
    world.nowhere()


def the_search_finds_what_is_in_clear(world):
    made = str(world.made / "acme.jsonl")
    for what, places in (("the log", files_of(world.data / "log")),
                         ("an export", ((made, (world.made / "acme.jsonl").read_bytes()),)),
                         ("answers", world.told), ("memory", memory_of(world.server.process))):
        expect(any(world.control.find(data) for _, data in places), f"a name in {what}")


def each_form_is_found(world):
    markers = Markers(9)
    raw = markers.common.encode()
    for name, data in (("base64", base64.b64encode(b"x" + raw)), ("base64", base64.b64encode(raw)),
                       ("base64", base64.urlsafe_b64encode(b"xy" + raw + b"z")),
                       ("hexadecimal", raw.hex().upper().encode()), ("UTF-16", raw.decode()
                                                                     .encode("utf-16"))):
        expect(markers.find(b"..." + data + b"..."), f"a marker in {name}", data)


# ---- erased ----

def roots(world):
    return re.findall(r"(?:head|root) \w{64}", world.tool()("verify"))


def is_erased(world, name, *questions):
    """Nothing of it is shown to whoever may see profiles, now or of any moment; all is kept."""
    for question in ("", *questions):
        answer = world.ada.rest("GET", f"/acme/subjects/{name}{question}").json()
        expect(answer["profile"]["erased"], "an erased profile", answer)
        expect("data" not in answer["profile"] and not answer["profile"]["sealed"], "no more",
               answer)


def nobody_without_a_right_erases(world):
    for path in ("/acme/subjects/by-rest:erase", "/acme:erase"):
        answer = world.bob.rest("POST", path, {})
        expect(answer.status == 403, "no right to erase", answer.text)
    expect(world.markers.common in json.dumps(seen(world, "by-rest")), "all to be there still")


def subjects_are_erased(world):
    world.backup()
    last = world.tool().json("history", "--limit", "1")[0]["orgSequence"]
    accepted(world.ada.rest("POST", "/acme/subjects/by-rest:erase", {}))
    accepted(world.ada.call("Commands/Submit", {"command": {
        "orgId": "acme", "eraseSubject": {"subjectId": "by-connect"}}}))
    world.tool().submit("EraseSubject", subjectId="by-tool")
    for name in ("by-rest", "by-connect", "by-tool"):
        is_erased(world, name, f"?as_of=%23{last}")
        for words in (("get", "subject", name), ("get", "subject", name, "--as-of", f"#{last}"),
                      ("history", "subject", name), ("diff", "subject", name, "--from", "#1")):
            world.ctl(*words, "--output", "json")
    expect(world.live_keys() == world.keys_before - 3, "three keys less", world.live_keys())
    expect(world.markers.common in json.dumps(seen(world, "by-line")), "the others to be there")


def personal_ids_of_the_erased_find_nobody(world):
    for name in ("by-rest", "by-connect"):
        value = next(each for each in world.markers.given if each.endswith(f"{name}-id"))
        told = len(world.told)
        answer = world.ada.rest("GET", f"/acme/subjects/ext:hr:{value}")
        del world.told[told:]  # it says what was asked for
        expect(answer.status == 404, "nobody", answer.text)
        again = {"subjectId": f"{name}-again", "externalIds": personal(value)}
        accepted(world.ada.rest("POST", "/acme/subjects", again))


def an_org_is_erased(world):
    before = roots(world)
    accepted(world.ada.rest("POST", "/acme:erase", {}))
    for name in ("ada", "by-batch-0", "by-gzip", "by-line", "by-rest"):
        told = world.ctl("get", "subject", name, "--output", "json").stdout
        expect(json.loads(told)["profile"]["erased"], "an erased profile", told)
        world.ctl("get", "subject", name, "--as-of", "#12", "--output", "json")
    for words in (("list", "subjects", "--all"), ("history",), ("log",)):
        world.ctl(*words, "--output", "json")
    expect(world.live_keys() == 0, "no key", world.live_keys())
    expect(roots(world) != before, "other roots")


def no_byte_of_them_is_left(world):
    world.nowhere()


def what_was_decided_can_be_verified(world):
    expect(world.server.stop() == 0, "a clean end")
    stores = files_of(world.data / "stores")
    expect(any(world.control.find(data) for _, data in stores), "a name in the stores")
    world.nowhere(memory=False)
    before = roots(world)
    world.ctl("rebuild")
    expect(roots(world) == before, "the same roots of stores that are folded again")
    away = world.data / "keyring"
    away.rename(world.made.parent / "away")
    expect(roots(world) == before, "the same roots without a key")
    (world.made.parent / "away").rename(away)


def a_backup_of_the_log_shows_nothing(world):
    old = world.restored(keyring=world.data / "keyring")
    for name in ("by-rest", "by-line", "ada"):
        told = old.run("get", "subject", name, "--output", "json").stdout
        expect(world.markers.find(told.encode()) is None, "nothing of the erased", told)
        expect(json.loads(told)["profile"]["sealed"], "what nobody can open", told)
    shown = world.restored(keyring=world.backup_folder / "keyring").json("get", "subject", "ada")
    expect(world.markers.common in json.dumps(shown), "who has the old keys to read it", shown)


def no_key_leaves_the_folder(world):
    world.ctl("export", str(world.made / "acme.jsonl"))
    world.ctl("log", "copy", str(world.made / "copy"))
    for path, data in [*files_of(world.made), *files_of(world.data / "log"),
                       *files_of(world.data / "stores")]:
        for key in world.keys():
            expect(key not in data, f"no key in {path}")
    expect(not (world.made / "copy" / "keyring").exists(), "a copy without a keyring")
    world.nowhere(memory=False)


# ---- without a server ----

def an_import_destroys_keys_at_once(world):
    tool = world.tool("gamma", world.made.parent / "gamma")
    tool("init")
    keys = lambda: live_slots(tool.data / "keyring")  # noqa: E731
    lines = [{"createOrg": {"org": {"orgId": "gamma"}, "owner": {"subjectId": "ada"},
                            "credential": KEY, "identity": "ada"}},
             {"registerSubject": {"subject": about(world, "kept")}},
             {"registerSubject": {"subject": about(world, "gone")}},
             {"eraseSubject": {"subjectId": "gone"}}, {"eraseSubject": {"subjectId": "nobody"}}]
    for count in (len(lines), len(lines)):
        tool.run("import", "-", stdin="\n".join(json.dumps(
            {"orgId": "gamma", "commandId": f"line-{number}", **line})
            for number, line in enumerate(lines[:count])))
        expect(len(keys()) == 1, "the key of who was not erased alone", keys())
    expect(world.markers.common in json.dumps(tool.json("get", "subject", "kept")), "the other")
    nothing_in(world, tool.data)


def nothing_in(world, folder):
    for path, data in files_of(folder):
        expect(world.markers.find(data) is None, f"no marker in {path}", world.markers.find(data))


def documents_keep_nothing_of_them(world):
    tool = world.tool("gamma", world.made.parent / "gamma")
    subject = about(world, "by-document")
    document = json.dumps({"apiVersion": "agency.v1", "kind": "Subject",
                           "metadata": {"id": subject.pop("subjectId")}, "spec": subject})
    for words in (("plan", "-"), ("apply", "-"), ("plan", "-"),
                  ("export", "--as", "yaml", str(world.made / "gamma.yaml"))):
        done = tool.run(*words, stdin=document)
        expect(done.returncode == 0, f"{words} to work", done.stdout + done.stderr)
        world.told.append((words, (done.stdout + done.stderr).encode()))
    shown = tool.json("get", "subject", "by-document")
    expect(world.markers.common in json.dumps(shown), "its profile", shown)
    expect("by-document" in (world.made / "gamma.yaml").read_text(), "it in the export")
    nothing_in(world, tool.data)
    world.nowhere(memory=False)


# ---- over TLS ----

def by_curl(world, *words, body=None):
    """By HTTP/2 over TLS."""
    done = subprocess.run(
        ["curl", "-sSk", "--http2", "-H", f"authorization: Bearer {world.ada.key}", "-H",
         "content-type: application/json", *(("-d", "@-") if body else ()),
         *(f"https://127.0.0.1:{world.server.port}/v1/orgs{word}" for word in words)],
        input=json.dumps(body) if body else None, capture_output=True, text=True, timeout=60)
    expect(done.returncode == 0 and '"message"' not in done.stdout, "an answer",
           done.stdout + done.stderr)
    return done.stdout


def what_comes_by_tls_and_http2_is_wiped_too(world):
    world.tool("beta").submit("CreateOrg", orgId="beta", owner={"subjectId": "ada"},
                              credential=KEY, identity=world.ada.key)
    world.start_with_tls()
    accepted(world.ada.rest("POST", "/beta/subjects", about(world, "by-tls")))
    by_curl(world, "/beta/subjects", body=about(world, "by-http2"))
    told = len(world.told)
    shown = [world.ada.rest("GET", "/beta/subjects/by-tls").text.decode(),
             by_curl(world, "/beta/subjects/by-http2", "/beta/subjects/by-tls")]
    del world.told[told:]
    expect([text.count(world.markers.common) for text in shown] == [2, 4], "all in clear", shown)
    world.nowhere()
    expect(world.server.stop() == 0, "a clean end")


CASES = (an_org_begins_with_the_profile_of_its_owner, profiles_are_given_by_every_door,
         profiles_are_given_by_commands_of_a_batch,
         profiles_are_changed, what_is_refused_leaves_nothing, what_cannot_be_read_leaves_nothing,
         who_may_sees_them, who_has_the_value_finds_them, nobody_else_sees_them,
         nothing_of_them_lies_anywhere, the_search_finds_what_is_in_clear, each_form_is_found,
         nobody_without_a_right_erases, subjects_are_erased,
         personal_ids_of_the_erased_find_nobody, an_org_is_erased, no_byte_of_them_is_left,
         what_was_decided_can_be_verified, a_backup_of_the_log_shows_nothing,
         an_import_destroys_keys_at_once, documents_keep_nothing_of_them,
         what_comes_by_tls_and_http2_is_wiped_too, no_key_leaves_the_folder)


def main():
    world = World(*sys.argv[1:])
    try:
        passed = [run_case(case.__name__, case, world) for case in CASES]
    finally:
        world.close()
    sys.exit(totals(passed))


if __name__ == "__main__":
    main()
