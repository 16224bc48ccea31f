"""Several commands as one: submit --batch, and what history says of it."""

import json
import time

from cases import expect
from tool import FAILED, REJECTED, USAGE

TEAM = ({"createGroup": {"group": {"groupId": "lab", "parentGroupId": "red"}}},
        {"registerSubject": {"subject": {"subjectId": "dan", "type": "AGENT", "profile": {
            "data": {"email": "dan@private.example"}}, "externalIds": [
                {"system": "mail", "personal": True, "value": "dan@private.example"}]}}},
        {"bindCredential": {"identity": "the secret of dan", "credential": {
            "credentialId": "dan-key", "kind": "API_KEY", "subjectId": "dan"}}},
        {"excludeGroup": {"groupId": "lab", "includedGroupId": "lab"}},
        {"archiveGroup": {"groupId": "lab"}})


def lines(*commands):
    return "\n".join(map(json.dumps, commands))


def batch(tool, *commands, code=0, options=()):
    return tool.json("submit", "--batch", "-", *options, stdin=lines(*commands), code=code)[0]


def it_decides_the_commands_of_a_file_as_one(tool, fresh):
    acme, file = fresh(), fresh().data.parent / "team.jsonl"
    file.write_text(lines(*TEAM))
    same = ("--batch", str(file), "--command-id", "b-1", "--note.ticket=A-9")
    said = acme.json("submit", *same)[0]
    expect((said["events"], said["code"]) == (4, "OK"), "four events", said)
    again = acme.json("submit", *same)[0]
    expect(again["repeated"] and again["sequence"] == said["sequence"], "the same again", again)
    last = acme.json("history", "--limit", "1")[0]
    expect(last["command"] == "Batch" and
           [(c["command"], c["events"], [ref["id"] for ref in c["changed"]])
            for c in last["commands"]] ==
           [("CreateGroup", 1, ["lab"]), ("RegisterSubject", 1, ["dan"]),
            ("BindCredential", 1, ["dan-key"]), ("ExcludeGroup", 0, []),
            ("ArchiveGroup", 1, ["lab"])], "which command changed what", last)
    text = acme("history", "--limit", "1")
    for wanted in ("Batch by operator admin (ticket A-9)", "status: ARCHIVED",
                   "command 2, RegisterSubject: subject dan",
                   "command 4, ExcludeGroup: it was so already"):
        expect(wanted in text, wanted, text)


def it_keeps_nothing_of_a_batch_that_is_rejected(tool, fresh):
    acme = fresh()
    before = acme("list", "groups")
    said = batch(acme, *TEAM[:1], {"createGroup": {"group": {"groupId": "blue"}}}, *TEAM[1:],
                 code=REJECTED)
    expect(said["code"] == "ALREADY_EXISTS" and
           said["reason"].startswith("command 2 of 6, CreateGroup: expected group_id"),
           "its place and reason", said)
    expect(acme("list", "groups") == before, "nothing of it")
    said = batch(acme, *TEAM, options=("--principal", "API_KEY:ada"), code=REJECTED)
    expect(said["code"] == "PERMISSION_DENIED" and said["reason"].startswith("command 1 of 5"),
           "each to be asked for its own permission", said)


def it_seals_what_is_personal_in_each_command(tool, fresh):
    acme = fresh()
    batch(acme, *TEAM)
    acme("verify")
    written = b"".join(path.read_bytes() for path in acme.data.rglob("*") if path.is_file())
    for secret in (b"dan@private.example", b"the secret of dan"):
        expect(secret not in written, f"no {secret} in the folder")
    shown = acme.json("get", "subject", "ext:mail:dan@private.example")[0]
    expect(shown["subjectId"] == "dan" and "private.example" in json.dumps(shown["profile"]),
           "the profile to who has the keys", shown)
    said = acme.json("submit", "CreateGroup", '{"groupId":"x"}', "--principal",
                     "API_KEY:the secret of dan", code=REJECTED)[0]
    expect(said["code"] == "PERMISSION_DENIED", "the credential to be bound", said)


def it_says_which_line_is_no_command_of_a_batch(tool, fresh):
    acme = fresh()
    good = {"createGroup": {"group": {"groupId": "x"}}}
    for text, wanted in ((lines(good) + "\n{]", "line 2"),
                         (lines(good, {"createGruop": {}}), "line 2"),
                         (lines(*[good] * 257), "line 257: expected at most 256")):
        done = acme.run("submit", "--batch", "-", stdin=text)
        expect(done.returncode == USAGE and wanted in done.stderr, wanted, done.stderr)
    for commands, wanted in (((), "1 to 256 commands"), ((good, {}), "command 2 of the batch"),
                             ((good, {"eraseOrg": {"orgId": "acme"}}), "it is EraseOrg"),
                             ((good, {"orgId": "acme", **good}), "a payload and expected_version")):
        said = batch(acme, *commands, code=REJECTED)
        expect(said["code"] == "INVALID_ARGUMENT" and said["sequence"] == "0" and
               wanted in said["reason"], wanted, said)
    nested = json.dumps({"commands": [{"batch": {"commands": [good]}}]})
    said = acme.run("submit", "Batch", nested)
    expect(said.returncode != 0 and "it is Batch" in said.stdout + said.stderr, "no nesting",
           said.stderr)
    expect("--batch" in acme.error("submit", "--batch", "-", "CreateGroup", code=USAGE), "one way")
    acme.error("submit", "--batch", "/nowhere", code=FAILED)


def it_counts_the_commands_of_a_rejected_batch(tool, fresh):
    acme = fresh()
    with (acme.data / "agency.conf").open("a") as conf:
        conf.write("rejections-per-minute = 10\n")
    ada = ("--principal", "API_KEY:ada")
    may = {"excludeGroup": {"groupId": "red", "includedGroupId": "blue"}}
    acme.submit("GrantPermission", grantId="ada-excludes", permission="ExcludeGroup",
                grantee={"kind": "SUBJECT", "id": "ada"}, on={"kind": "ORG"})
    not_hers = {"archiveOrg": {"orgId": "acme"}}
    first = batch(acme, *[may] * 9, not_hers, options=ada, code=REJECTED)
    expect(first["code"] == "PERMISSION_DENIED" and "command 10 of 10" in first["reason"],
           "the tenth to be refused", first)
    began = time.monotonic()
    said = batch(acme, may, options=ada, code=REJECTED)
    expect(said["code"] == "RESOURCE_EXHAUSTED" or time.monotonic() - began > 5, "to wait", said)


def it_imports_and_exports_batches(tool, fresh):
    acme, file = fresh(), fresh().data.parent / "out.jsonl"
    batch(acme, *TEAM)
    acme("export", str(file))
    exported = [json.loads(line) for line in file.read_text().splitlines()]
    expect("batch" in exported[-1], "the batch", exported[-1])
    other = type(acme)(acme.program, acme.data.parent / "again", "acme")
    other("init", "--cluster-key", str(acme.data / "cluster.key"))
    said = other.json("import", str(file))[0]
    expect(said["rejected"] == 0 and said["accepted"] == len(exported), "all of it", said)
    expect(other("list", "groups") == acme("list", "groups"), "the same groups")
