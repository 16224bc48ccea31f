"""Commands by agencyctl, and the keys of those who sign them."""

import json
import os
import re
import pathlib

from cases import expect
from tool import FAILED, REJECTED, ROOT, USAGE, Tool, make_org, rejected


def it_answers_a_repeat_as_before(tool, fresh):
    acme, same = fresh(), ("--command-id", "c-1")
    first = acme.submit("RegisterSubject", subjectId="dan", options=same)
    again = acme.submit("RegisterSubject", subjectId="dan", options=same)
    expect(again["repeated"] and again["sequence"] == first["sequence"], "the first answer", again)
    other = acme.submit("RegisterSubject", subjectId="fay", options=same, code=REJECTED)
    expect(other["code"] == "INVALID_ARGUMENT", "INVALID_ARGUMENT", other)


def it_takes_one_value_as_the_json_of_a_command(tool, fresh):
    acme = fresh()
    before = acme("history")
    for command, text, wanted in (
            ("CreateGroup", '{"groupId":"g"},"annotations":[{"key":"a"}]', "line 1, column 16"),
            ("RegisterSubject", 'null,"createGroup":{"groupId":"x"}', "an object"),
            ("RegisterSubject", '{"subjectId":"x"}}', "line 1, column 18"),
            ("RegisterSubject", '{"subjectId":"x"} {}', "the end of the text"),
            ("RegisterSubject", "null", "an object"), ("RegisterSubject", "", "an object"),
            ("RegisterSubject", "[]", "an object"), ("RegisterSubject", '"x"', "an object"),
            ("RegisterSubject", '{"subjectId":}', "subjectId: expected a string"),
            ("RegisterSubject", '{"subject":"x"}', "did you mean 'subjectId'"),
            ("RegisterSubjct", "{}", "did you mean 'RegisterSubject'"),
            ("annotations", "[]", "the name of a command"), ("orgId", '"x"', "the name"),
            ("", "{}", "the name of a command")):
        said = acme.error("submit", command, text, "--note.a=b", code=USAGE)
        expect(wanted in said, f"{wanted} of {command} {text}", said)
    expect(acme("history") == before, "nothing decided")


def it_passes_over_blank_lines(tool, fresh):
    acme = fresh()
    lines = "\n\n".join(json.dumps({"orgId": "acme", "commandId": name, "createGroup": {
        "group": {"groupId": name}}}) for name in ("one", "two"))
    said = acme.json("submit", "-", stdin=f" \n{lines}\n\t\r\n")
    expect([answer["orgSequence"] > "0" for answer in said] == [True] * 2, "two answers", said)
    said = acme.json("import", "-", stdin=f"\n{lines}\n \n")[0]
    expect((said["repeated"], said["rejected"]) == (2, 0), "the same two", said)
    said = acme.run("submit", "-", stdin="\n \n[1]\n")
    expect(said.returncode == USAGE and "line 3" in said.stderr, "the line's number", said.stderr)


def it_warns_of_a_name_that_looks_like_another(tool, fresh):
    acme = fresh()

    def warnings(group, name):
        payload = json.dumps({"groupId": group, "name": name})
        done = acme.run("submit", "CreateGroup", payload)
        expect(done.returncode == 0 and done.stdout.startswith("accepted"), "the command", done)
        return done.stderr
    expect(warnings("pay", "Payments") == "", "no word of a name of its own")
    said = warnings("cyrillic", "P\u0430yments")
    expect("looks like 'Payments', the name of group 'pay'" in said, "the other one", said)
    said = warnings("unseen", "Pay\u200bments ")
    expect("has characters that nobody sees" in said and "\\u200b" in said and
           "looks like 'Payments'" in said, "what nobody sees", said)
    lines = "".join(json.dumps({"orgId": "acme", "commandId": name, "createGroup": {"group": {
        "groupId": name, "name": name}}}) + "\n" for name in ("team-l", "team-1", "team-2"))
    said = acme.run("submit", "-", stdin=lines).stderr
    expect(said.count("warning") == 2 and "'team-1' looks like 'team-l'" in said, "each pair", said)
    expect(warnings("other", "Receipts") == "" and
           acme.run("submit", "RegisterSubject",
                    '{"subjectId":"pay","name":"Payments"}').stderr == "",
           "no word of another kind")


def it_refuses_a_version_that_is_gone(tool, fresh):
    said = fresh().submit("UpdateGroup", groupId="red", updateMask="name", name="crimson",
                          options=("--expected-version", "1"), code=REJECTED)
    expect(said["code"] == "ABORTED", "ABORTED", said)


def it_keeps_notes_for_the_history(tool, fresh):
    acme = fresh()
    acme.submit("ArchiveGroup", groupId="blue", options=("--note.ticket=A-7",))
    expect("ticket A-7" in acme("history", "group", "blue"), "the note in the history")


def it_imports_a_file_once(tool, fresh):
    said = tool.json("import", str(tool.commands))[0]
    expect((said["accepted"], said["repeated"]) == (0, 10123), "nothing new", said)


def it_closes_the_past_with_the_first_live_command(tool, fresh):
    acme, file = fresh(), fresh().data.parent / "sync.jsonl"
    line = {"orgId": "acme", "commandId": "hr-1", "occurredAt": "2020-06-01T00:00:00Z",
            "assignRole": {"assignment": {"roleId": "red.member", "subjectId": "eve"}}}
    file.write_text(json.dumps(line))
    said = acme.error("import", str(file), code=REJECTED)
    expect("closes it to imports for ever" in said and "annotation" in said, "the reason", said)
    del line["occurredAt"]
    line |= {"commandId": "hr-2", "annotations": [{"key": "source-time", "value": "2020-06-01"}]}
    file.write_text(json.dumps(line))
    said = [acme.json("import", str(file))[0] for _ in range(2)]
    expect([(one["accepted"], one["repeated"]) for one in said] == [(1, 0), (0, 1)], "once", said)
    said = acme("history", "assignment", "red.member~eve")
    expect("source-time 2020-06-01" in said, "the source's time in the history", said)


def it_takes_no_lines_of_another_org_than_is_named(tool, fresh):
    acme, file = fresh(), fresh().data.parent / "lines.jsonl"
    made = {"group": {"groupId": "x"}}
    lines = [json.dumps({"orgId": org, "commandId": org, "createGroup": made})
             for org in ("acme", "beta")]
    file.write_text("\n".join(lines))
    for words, line in ((("import", str(file)), "lines.jsonl:2"), (("submit", "-"), "line 2")):
        done = acme.run(*words, stdin="\n".join(lines))
        expect(done.returncode == USAGE and f"{line}: expected a command to org 'acme'" in
               done.stderr and "'beta'" in done.stderr, "the line and both orgs", done.stderr)
    acme("get", "group", "x")


def it_exports_what_gives_the_same_state(tool, fresh):
    file = tool.data.parent / "export.jsonl.zst"
    tool("export", str(file))
    other = Tool(tool.program, tool.data.parent / "imported", tool.org)
    other("init")
    said = other.json("import", str(file))[0]
    expect(said["accepted"] == 10123, "all commands accepted", said)
    expect(other.root() == tool.root(), "the same root", other.root())


def it_records_only_so_many_rejections_of_one_principal(tool, fresh):
    acme = fresh()
    bob, ada = ("--principal", "API_KEY:bob"), ("--principal", "API_KEY:ada")
    with (acme.data / "agency.conf").open("a") as conf:
        conf.write("rejections-per-minute = 2\n")
    before = len(acme.json("history"))
    said = acme.json("submit", "-", *bob, stdin=rejected(200), code=REJECTED)
    codes = [answer["code"] for answer in said]
    expect(codes == ["PERMISSION_DENIED"] * 2 + ["RESOURCE_EXHAUSTED"] * 198, "2 recorded", codes)
    again = acme.json("submit", "-", *bob, stdin=rejected(4), code=REJECTED)
    expect([answer["code"] for answer in again[2:]] == ["RESOURCE_EXHAUSTED"] * 2,
           "the same count in the next process", again)
    expect(len(acme.json("history")) <= before + 2, "no more in the history")
    acme.submit("AssignRole", roleId="red.member", subjectId="eve", options=ada)
    said = acme.json("submit", "-", stdin=rejected(200))
    expect(len(said) == 200, "an operator to be let through", said)


def it_forgets_repeats_after_as_long_as_the_folder_says(tool, fresh):
    acme, made = fresh(), ("--command-id", "first")
    conf = acme.data / "agency.conf"
    kept = conf.read_text()
    conf.write_text(kept + "repeats-known-days = 1\n")
    acme.submit("CreateGroup", groupId="new")  # of itself says when it was issued
    group = ("submit", "CreateGroup", '{"groupId":"g"}')
    said = acme.error(*made, *group, code=REJECTED)
    expect("issued_at" in said, "to be asked when it was issued", said)
    today = ("--issued-at", "2 hours ago")
    expect(not acme.json(*made, *today, *group)[0].get("repeated"), "a new one")
    expect(acme.json(*made, *today, *group)[0]["repeated"], "a repeat to be known")
    said = acme.error(*made, "--issued-at", "2 days ago", *group, code=FAILED)
    expect("issued after" in said, "one that may be forgotten to be refused", said)
    conf.write_text(kept)
    said = acme.error(*made, "--issued-at", "2 days ago", *group, code=FAILED)
    expect("issued after" in said, "what was forgotten to stay so", said)


def it_believes_the_operators_of_the_folder_only(tool, fresh):
    acme, conf = fresh(), fresh().data / "agency.conf"
    for wrong in ("ada", "API_KEY", "admin ", " admin", "Admin", "admin\n", "admin,ops", "ops", "",
                  "admin:", "API_KEY:", "api_key:ada", ":ada"):
        said = acme.error("--principal", wrong, "submit", "CreateGroup", '{"groupId":"g"}',
                          code=USAGE)
        expect("expected" in said, f"no operator called '{wrong}'", said)
    acme.submit("CreateGroup", groupId="one", options=("--principal", "admin"))
    conf.write_text("# who\noperators = ops,admin\norg-creators = admin\n")
    acme.submit("CreateGroup", groupId="two", options=("--principal", "ops"))
    acme.submit("CreateGroup", groupId="three")
    rows = acme.json("history", "--limit", "2")
    expect([row["operator"] for row in rows] == ["ops", "ops"], "the first operator", rows)
    other = Tool(tool.program, acme.data, "other")
    said = other.submit("CreateOrg", orgId="other", owner={"subjectId": "root"}, code=REJECTED)
    expect("may create orgs" in said["reason"], "the one who may", said)
    for wrong in ("operators =", "operators = a, b", "operators = a\norg-creators = b",
                  "operator = a", "operators"):
        conf.write_text(wrong + "\n")
        expect("agency.conf" in acme.error("submit", "CreateGroup", "{}", code=USAGE), "the file")


def it_keeps_secrets_and_history_from_others(tool, fresh):
    acme = fresh()
    umask = os.umask(0)
    try:
        export, pem = acme.data.parent / "export.jsonl", acme.data.parent / "own.pem"
        export.write_text("of before")
        acme("export", str(export))
        acme("key", "new", str(pem))
        made = Tool(tool.program, acme.data.parent / "made", "made")
        made("init")
        make_org(made)
    finally:
        os.umask(umask)
    for path in (export, pem, made.data, *made.data.rglob("*")):
        expect(path.stat().st_mode & 0o007 == 0, "nothing for others", path)
    for path, words in ((acme.data / "cluster.key", ("list", "groups")),
                        (pem, ("--key", str(pem), "submit", "CreateGroup", "{}"))):
        path.chmod(0o644)
        expect("chmod o-rwx" in acme.error(*words, code=FAILED), f"{path} to be objected to")
        path.chmod(0o600)
        expect("chmod" not in acme.run(*words).stderr, "it taken")


def it_makes_keys_to_sign_with(tool, fresh):
    file = str(tool.commands.with_name("signer.pem"))
    public = tool("key", "new", file)
    expect(re.fullmatch(r"[0-9a-f]{64}\n", public), "64 digits", public)
    expect(tool("key", "show", file) == public, "the same key")
    expect("File exists" in tool.error("key", "new", file, code=FAILED), "no key overwritten")
    acme = fresh()
    acme.submit("BindCredential", credentialId="signer", subjectId="root",
                kind="CREDENTIAL_KIND_ED25519", identity=public.strip())
    bound = acme.json("get", "credential", "signer")[0]
    expect(bound["identityHash"] == public.strip(), "the key is the identity", bound)
    expect(re.fullmatch(r"[0-9a-f]{32}\n", acme("log", "id")), "32 digits", acme("log", "id"))
    said = tool.error("key", "show", str(ROOT / "README.md"), code=USAGE)
    expect("Ed25519 private key in PEM" in said, "what was expected", said)


def it_makes_api_keys_to_call_with(tool, fresh):
    acme = fresh()
    key, other = tool("key", "api").strip(), tool("key", "api").strip()
    expect(re.fullmatch(r"agk_[A-Za-z0-9_-]{49}", key) and key != other, "new keys", key)
    acme.submit("BindCredential", credentialId="api-2", subjectId="root",
                kind="CREDENTIAL_KIND_API_KEY", identity=key)
    acme("--principal", f"API_KEY:{key}", "submit", "CreateGroup", '{"groupId":"by-key"}')
    kept = [file for file in acme.data.rglob("*") if file.is_file()]
    found = [file for file in kept if key.encode() in file.read_bytes()]
    expect(kept and not found, "no key at rest", found)


def it_commands_as_the_holder_of_a_key(tool, fresh):
    acme = fresh()
    pem = str(acme.data / "signer.pem")
    public = acme("key", "new", pem).strip()
    refused = acme.submit("CreateGroup", groupId="green", options=("--key", pem), code=REJECTED)
    expect(refused["code"] == "UNAUTHENTICATED", "UNAUTHENTICATED", refused)
    acme.submit("BindCredential", credentialId="signer", subjectId="root",
                kind="CREDENTIAL_KIND_ED25519", identity=public)
    acme.submit("CreateGroup", groupId="green", options=("--key", pem))
    said = acme.error("--key", pem, "--principal", "admin", "submit", "CreateGroup", "{}",
                      code=USAGE)
    expect("both are given" in said, "what was expected", said)


def it_has_the_options_of_the_readme(tool, fresh):
    readme = (ROOT / "README.md").read_text()
    agencyd = pathlib.Path(tool.program).with_name("agencyd")
    for program in (tool.program, agencyd):
        said = Tool(program, tool.data, tool.org).run("--help").stdout
        for option, text in re.findall(r"^  (--.*)\n        (.*)$", said, re.M):
            row = "| `{}` | {} |".format(option.replace("|", "\\|"), text)
            expect(row in readme, f"this row in the README: {row}")


def it_tries_a_command_and_records_nothing(tool, fresh):
    acme = fresh()
    before = acme("history")
    grant = ("GrantPermission", json.dumps({
        "grantId": "try", "permission": "UpdateGroup", "grantee": {"kind": "SUBJECT", "id": "eve"},
        "on": {"kind": "GROUP", "id": "red"}}))
    said, gained = acme.json("dry-run", *grant)
    expect(said["code"] == "OK" and [*said["events"][0]] == ["permissionGranted"] and
           said["authority"]["kind"] == "AUTHORITY_KIND_OPERATOR", "what would be", said)
    expect((gained["subjectId"], gained["gained"], gained["object"]) == ("eve", True, "group:red"),
           "who would gain what", gained)
    text = acme("dry-run", *grant)
    for wanted in ("would be accepted, 1 events", "    PermissionGranted {", "authority", "+ eve"):
        expect(wanted in text, wanted, text)
    refused = acme("dry-run", *grant, "--principal", "API_KEY:eve", code=REJECTED)
    expect("would be refused PERMISSION_DENIED" in refused, "a refusal", refused)
    again = acme("dry-run", "RegisterSubject", '{"subjectId": "eve"}', code=REJECTED)
    expect("would be refused ALREADY_EXISTS" in again, "a rejection", again)
    acme.error("dry-run", code=USAGE)
    made = acme.error("dry-run", "CreateOrg", "{}", code=USAGE)
    expect("an org that is there" in made, "of what org", made)
    expect(acme("history") == before, "nothing to be recorded")
    answer = acme.json("submit", *grant)[0]
    expect(answer["events"] == len(said["events"]), "what was foretold", answer)
