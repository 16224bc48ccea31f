#!/usr/bin/env python3
"""agencyctl as a person uses it.

    tests/cli/cli.py AGENCYCTL DATA COMMANDS

DATA is a folder into which COMMANDS (the rust-team example) were imported. A case is a function
`it_...` named by what is true; `tool` asks about the example, `fresh` gives a folder with an org of
its own.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/lib"))
import naive  # noqa: E402
from cases import Fault, expect  # noqa: E402

DONE, FAILED, USAGE, REJECTED, DENIED, DAMAGED = range(6)


class Tool:
    """agencyctl on one data folder."""

    def __init__(self, program, data, org):
        self.command = [program, "--data", str(data), "--org", org]
        self.program, self.data, self.org = program, pathlib.Path(data), org

    def run(self, *words, stdin=None):
        return subprocess.run([*self.command, *words], input=stdin, capture_output=True, text=True,
                              timeout=120)

    def __call__(self, *words, code=DONE, stdin=None):
        """Standard output; fails unless the exit code is as expected."""
        done = self.run(*words, stdin=stdin)
        expect(done.returncode == code, f"exit code {code} of {' '.join(words)}",
               f"{done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}")
        return done.stdout

    def error(self, *words, code):
        """What a refusal says."""
        done = self.run(*words)
        expect(done.returncode == code, f"exit code {code} of {' '.join(words)}",
               f"{done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}")
        return done.stdout + done.stderr

    def json(self, *words, **options):
        text = self(*words, "--output", "json", **options)
        return [json.loads(line) for line in text.splitlines()]

    def submit(self, command, code=DONE, options=(), **payload):
        return self.json("submit", command, json.dumps(payload), *options, code=code)[0]

    def root(self):
        return re.search(r"root (\w{64})", self("verify"))[1]


def make_org(tool):
    """Org acme: ada leads the team red and may manage it; bob is a member of blue."""
    tool.submit("CreateOrg", orgId=tool.org, ownerSubjectId="root",
                credential={"credentialId": "root-key", "kind": "CREDENTIAL_KIND_API_KEY",
                            "identity": "root"})
    for subject in ("ada", "bob", "eve"):
        tool.submit("RegisterSubject", subjectId=subject, type="SUBJECT_TYPE_AGENT", name=subject)
        tool.submit("BindCredential", credentialId=f"{subject}-key", subjectId=subject,
                    kind="CREDENTIAL_KIND_API_KEY", identity=subject)
    for role_type in ("lead", "member"):
        tool.submit("DefineRoleType", roleType=role_type)
    for group in ("red", "blue"):
        tool.submit("CreateGroup", groupId=group, name=group)
        for role_type in ("lead", "member"):
            tool.submit("CreateRole", roleId=f"{group}.{role_type}", roleType=role_type,
                        groupIds=[group])
        for permission in ("AssignRole", "delegate"):
            tool.submit("GrantPermission", grantId=f"{group}-{permission}", permission=permission,
                        grantee={"kind": "GRANTEE_KIND_GROUP", "id": group, "roleTypes": ["lead"]},
                        on={"kind": "OBJECT_KIND_GROUP", "id": group})
    tool.submit("AssignRole", roleId="red.lead", subjectId="ada")
    tool.submit("AssignRole", roleId="blue.member", subjectId="bob")


# What tries constraints.

def it_tries_a_constraint_without_a_data_folder(tool, fresh):
    alone = Tool(tool.program, "/nonexistent", "acme")
    role = 'role:Role={"name":"lead"}'
    expect(alone("cel", "eval", "role.name == 'lead' && n < 3", role, "n=2") == "true\n", "true")
    expect("role.name == 'boss'" in alone("cel", "explain", "role.name == 'boss'", role),
           "the term that made it false")
    expect("of 50000" in alone("cel", "cost", "n < 3", "n:int"), "a cost with the limit beside it")
    expect("type: bool" in alone("cel", "check", "n < 3", "n:int"), "the type")


def it_says_what_it_finds_of_a_constraint_as_json(tool, fresh):
    alone = Tool(tool.program, "/nonexistent", "acme")
    role = 'role:Role={"name":"lead"}'
    [told] = alone.json("cel", "explain", "role.name == 'boss'", role)
    expect(told["problems"] == [] and told["type"] == "bool" and told["cost"]["bounded"],
           "type and cost", told)
    expect(told["result"]["value"] is False and told["result"]["literal"] == "false", "the value",
           told)
    expect([step["place"]["part"] for step in told["steps"] if step["decides"]] ==
           ["role.name == 'boss'"], "what made it false", told)
    expect(told["steps"][0]["value"] == {"name": "lead"}, "a message as JSON", told)
    [told] = alone.json("cel", "eval", "n / 0", "n=1", code=FAILED)
    expect(told["result"]["failure"]["place"] == {"line": 1, "column": 3, "part": "n / 0"},
           "what failed, and where", told)
    [told] = alone.json("cel", "check", "role.nam == 'x'", "role:Role", code=FAILED)
    expect("did you mean 'name'" in told["problems"][0]["message"], "the problem", told)
    [told] = alone.json("cel", "cost", "d == d", "d:dyn")
    expect(not told["cost"]["bounded"] and told["cost"]["most"]["part"] == "d == d",
           "what nothing bounds", told)


def it_points_at_what_is_wrong_in_a_constraint(tool, fresh):
    text = tool.error("cel", "check", "role.nam == 'x'", "role:Role", code=FAILED)
    expect("did you mean 'name'" in text and " |      ^" in text, "name and caret", text)
    expect("1:3" in tool.error("cel", "eval", "n / 0", "n=1", code=FAILED), "the place")
    expect("'n'" in tool.error("cel", "eval", "n", "n=1", "n=2", code=USAGE), "the variable")


# What is called wrongly.

def it_lists_every_verb_and_option_in_its_help(tool, fresh):
    text = tool("--help")
    for word in ("submit", "import", "export", "get", "list", "check", "who", "history", "log",
                 "rebuild", "verify", "cel", "--as-of", "exit codes"):
        expect(word in text, f"'{word}' in --help", text)


def it_names_the_nearest_word_for_a_wrong_one(tool, fresh):
    expect("verify" in tool.error("verfy", code=USAGE), "a hint at the verb")
    expect("groups" in tool.error("list", "gruops", code=USAGE), "a hint at the kind")
    expect("as-of" in tool.error("verify", "--as-off", "x", code=USAGE), "a hint at the option")


def it_says_what_it_expected_of_a_date(tool, fresh):
    for wrong in ("2020-13-01", "yesteryear", "2020-06-01T25:00:00Z", "9999999999"):
        said = tool.error("list", "groups", "--as-of", wrong, code=USAGE)
        expect("expected" in said, f"what was expected instead of '{wrong}'", said)


def it_refuses_a_date_in_the_future(tool, fresh):
    said = tool.error("list", "groups", "--as-of", "2999-01-01", code=USAGE)
    expect("INVALID_ARGUMENT" in said, "INVALID_ARGUMENT", said)


def it_names_the_folder_that_is_not_there(tool, fresh):
    missing = Tool(tool.program, tool.data / "nowhere", "acme")
    expect("nowhere" in missing.error("list", "groups", code=FAILED), "the folder's name")


def it_names_the_org_that_is_not_there(tool, fresh):
    other = Tool(tool.program, tool.data, "nobody")
    for words in (("list", "groups"), ("export", str(tool.data.parent / "nobody.jsonl"))):
        expect("nobody" in other.error(*words, code=FAILED), "the org's name")


def it_names_the_partitions_that_a_log_has(tool, fresh):
    for verb in ("log", "verify", "rebuild"):
        said = tool.error(verb, "--partition", "16", code=USAGE)
        expect("0 to 15" in said, "the partitions", said)


def it_shows_all_verbs_of_a_first_word(tool, fresh):
    said = tool.error("log", "lst", code=USAGE)
    expect("log create" in said and "log copy TO" in said and "key" not in said, "those of log",
           said)


def it_names_the_file_that_is_none(tool, fresh):
    bad = fresh().data.parent / "bad.zst"
    bad.write_bytes(b"\x28\xb5\x2f\xfdgarbage")
    for file in (bad, bad.parent):
        said = fresh().run("import", str(file)).stderr
        expect(str(file) in said, "the file's name", said)


def it_says_when_its_answer_could_not_be_written(tool, fresh):
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([*fresh().command, "list", "subjects"], stdout=full,
                              stderr=subprocess.PIPE, text=True)
    expect(done.returncode == FAILED and "No space left" in done.stderr, "a failure", done)


def it_has_no_history_of_who_never_was(tool, fresh):
    expect("ghost" in fresh().error("history", "subject", "ghost", code=FAILED), "the name")


def it_has_no_moment_after_a_rejection(tool, fresh):
    acme = fresh()
    refused = acme.submit("RemoveSubject", subjectId="ghost", code=REJECTED)
    said = acme.error("list", "subjects", "--as-of", refused["token"], code=USAGE)
    expect("changed something" in said, "the token of a change", said)
    acme("list", "subjects", "--at-least", refused["token"])


def it_shows_what_others_wrote_without_acting_upon_it(tool, fresh):
    acme = fresh()
    acme.submit("RegisterSubject", subjectId="evil", name="\x1b[2J\nx\u202ey",
                options=("--note.why", "one\n\x1b[31mtwo"))
    for words in (("list", "subjects"), ("get", "subject", "evil"), ("history", "--limit", "1")):
        text = acme(*words)
        expect("\x1b" not in text and "\\x1b[" in text, "no control characters", repr(text))
    expect("\\u202ey" in acme("get", "subject", "evil"), "the name, as it is written")
    expect(acme("history", "--limit", "1").count("\n") == 2, "no line but ours")
    expect("\x1b" not in acme.error("get", "subject", "\x1b[2J", code=FAILED), "none in errors")


def it_names_the_line_of_a_file_that_is_not_what_it_says(tool, fresh):
    bad = fresh().data.parent / "bad.jsonl"
    for text in ('{"orgId":"acme"', "\x00\x01\x02", "[1]", '{"orgId":"acme","x":1}'):
        bad.write_text(f"\n{text}\n")
        said = fresh().error("import", str(bad), code=USAGE)
        expect("bad.jsonl:2" in said, "the file and line", said)


def it_refuses_an_id_that_is_too_long(tool, fresh):
    said = tool.error("submit", "RegisterSubject", json.dumps({"subjectId": "x" * 100000}),
                      code=REJECTED)
    expect("subject_id" in said and len(said) < 1000, "the field, shortly", said[:300])


def it_survives_a_reader_that_stops_reading(tool, fresh):
    first = subprocess.run(f"{' '.join(tool.command)} list assignments | head -n 1", shell=True,
                           capture_output=True, text=True, check=False)
    expect(first.stdout.startswith("role_id"), "the head of the table", first.stdout + first.stderr)


# Moments.

def it_takes_dates_as_people_write_them(tool, fresh):
    def leads(moment):
        return tool.json("who", "role", "compiler.lead", "--as-of", moment)

    expect(leads("2020-06-01") == leads("2020-06-01T00:00:00Z"), "midnight UTC at its start")
    expect(leads("2020-06-01 12:30") == leads("2020-06-01T12:30:00Z"), "a time without seconds")
    expect(leads("2 days ago") == leads("yesterday"), "days that are not in the history")


def it_resolves_a_name_at_the_moment_asked_about(tool, fresh):
    before = tool.json("get", "group", "name:wg-compiler-nll", "--as-of", "2019-03-01")[0]
    after = tool.json("get", "group", "name:wg-nll", "--as-of", "2019-04-01")[0]
    expect(before["groupId"] == after["groupId"], "one group under both names", after)
    tool.error("get", "group", "name:wg-nll", "--as-of", "2019-03-01", code=FAILED)


def it_answers_as_of_a_decision(tool, fresh):
    names = [row["name"] for row in tool.json("list", "orgs", "--as-of", "#1")]
    expect(names == ["The Rust project"], "the org after its first decision", names)
    expect(tool.json("list", "groups", "--as-of", "#1") == [], "no group yet")


def it_shows_the_example_as_a_naive_model_does(tool, fresh):
    model = naive.Naive()
    for line in tool.commands.read_text().splitlines():
        model.apply(json.loads(line))
    expected = model.lists()
    found = {kind: naive.in_one_form(tool.json("list", kind)) for kind in expected}
    found["subjects"] = [row for row in found["subjects"] if row["subjectId"] != "registrar"]
    for kind in ("role-types", "roles", "assignments"):
        found[kind] = [row for row in found[kind] if row.get("roleType") != "owner"]
    found["credentials"] = []
    lines = list(naive.difference(expected, found))
    expect(not lines, "no difference", lines[:3])


def it_lists_by_any_field(tool, fresh):
    rows = tool.json("list", "assignments", "subject_id=eholk", "role_type=lead",
                     "--as-of", "2024-05-26")
    expect([row["roleId"] for row in rows] == ["wg-macros.lead"], "his one lead seat", rows)


# Access.

def it_says_by_its_exit_code_who_may(tool, fresh):
    blog = "asset:name:rust-lang/blog.rust-lang.org"
    answer = tool.json("check", "eholk", "write", blog, "--as-of", "2024-05-26")[0]
    steps = [step["step"] for step in answer["path"]]
    expect(steps == ["grant", "group", "inclusion", "seat", "assignment"], "the path", steps)
    expect(answer["path"][0]["decision"]["annotations"][1]["value"] == "1147", "its pull request")
    tool("check", "eholk", "write", blog, code=DENIED)


def it_finds_everybody_that_check_allows(tool, fresh):
    blog, moment = "asset:rust-lang:blog.rust-lang.org", ("--as-of", "2024-05-26")
    who = {row["subjectId"] for row in tool.json("who", "can", "write", blog, *moment)}
    everybody = [row["subjectId"] for row in tool.json("list", "subjects", *moment)]
    question = {"subjects": everybody, "permission": "write", "on": "asset",
                "id": "rust-lang:blog.rust-lang.org"}
    answer = tool.json("check", "--batch", "-", *moment, stdin=json.dumps(question) + "\n")[0]
    expect(who == set(answer["allowed"]) and "eholk" in who, "the same subjects", who)


def it_tells_what_somebody_has_and_where(tool, fresh):
    blog, moment = "asset:rust-lang:blog.rust-lang.org", ("--as-of", "2024-05-26")
    held = tool.json("check", "eholk", *moment)
    grants = [row["grantId"] for row in held if row["object"] == blog]
    expect(grants == ["grant-005286"], "the grant on the blog", held)
    objects = [row["object"] for row in tool.json("check", "eholk", "write", *moment)]
    expect(blog in objects and objects == sorted(set(objects)), "each object once", objects)
    tool.error("check", "nobody-at-all", code=FAILED)


def it_lets_a_lead_manage_the_own_team_only(tool, fresh):
    acme, ada = fresh(), ("--principal", "API_KEY:ada")
    acme.submit("AssignRole", roleId="red.member", subjectId="eve", options=ada)
    said = acme.submit("AssignRole", roleId="blue.member", subjectId="eve", options=ada,
                       code=REJECTED)
    expect(said["code"] == "PERMISSION_DENIED", "PERMISSION_DENIED", said)
    said = acme.submit("AssignRole", roleId="blue.lead", subjectId="ada", options=ada,
                       code=REJECTED)
    expect(said["code"] == "PERMISSION_DENIED", "PERMISSION_DENIED", said)


def it_refuses_whom_it_does_not_know(tool, fresh):
    said = fresh().submit("AssignRole", roleId="red.member", subjectId="eve", code=REJECTED,
                          options=("--principal", "API_KEY:mallory"))
    expect(said["code"] == "UNAUTHENTICATED", "UNAUTHENTICATED", said)


def it_never_keeps_a_secret_in_clear(tool, fresh):
    acme = fresh()
    acme.submit("BindCredential", credentialId="key-2", subjectId="eve",
                kind="CREDENTIAL_KIND_API_KEY", identity="the-secret-of-eve")
    for path in acme.data.rglob("*"):
        if path.is_file():
            expect(b"the-secret-of-eve" not in path.read_bytes(), "it sealed", path)


# Commands.

def it_answers_a_repeat_as_before(tool, fresh):
    acme, same = fresh(), ("--command-id", "c-1")
    first = acme.submit("RegisterSubject", subjectId="dan", options=same)
    again = acme.submit("RegisterSubject", subjectId="dan", options=same)
    expect(again["repeated"] and again["sequence"] == first["sequence"], "the first answer", again)
    other = acme.submit("RegisterSubject", subjectId="fay", options=same, code=REJECTED)
    expect(other["code"] == "INVALID_ARGUMENT", "INVALID_ARGUMENT", other)


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


def it_exports_what_gives_the_same_state(tool, fresh):
    file = tool.data.parent / "export.jsonl.zst"
    tool("export", str(file))
    other = Tool(tool.program, tool.data.parent / "imported", tool.org)
    said = other.json("import", str(file))[0]
    expect(said["accepted"] == 10123, "all commands accepted", said)
    expect(other.root() == tool.root(), "the same root", other.root())


# The log and its stores.

def it_reads_beside_an_owner(tool, fresh):
    acme = fresh()
    with subprocess.Popen([*acme.command, "submit", "-", "--output", "json"], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        for number in range(3):
            owner.stdin.write(json.dumps({"orgId": "acme", "commandId": f"beside-{number}",
                                          "createGroup": {"groupId": f"green-{number}"}}) + "\n")
            owner.stdin.flush()
            expect(json.loads(owner.stdout.readline())["events"] == 1, "an acknowledged decision")
            acme("get", "group", f"green-{number}")
        owner.stdin.close()
        expect(owner.wait(60) == 0, "a clean end of the owner")


def it_makes_lost_stores_again(tool, fresh):
    acme = fresh()
    before = acme.root()
    shutil.rmtree(acme.data / "stores")
    expect(acme.json("get", "group", "red")[0]["name"] == "red", "an answer without stores")
    acme("rebuild")
    expect(acme.root() == before, "the same root")


def it_finds_a_changed_byte(tool, fresh):
    acme = fresh()
    segment = next((acme.data / "log").glob("*.log"))
    data = bytearray(segment.read_bytes())
    data[len(data.rstrip(b"\0")) // 2] ^= 1
    segment.write_bytes(data)
    said = acme.error("verify", code=DAMAGED)
    expect(re.search(r"partition \d+.*sequence \d+", said), "partition and sequence", said)


def it_gives_up_a_lost_tail_only_when_told_to(tool, fresh):
    acme = fresh()
    kept = acme.data.with_name(acme.data.name + ".log")
    shutil.copytree(acme.data / "log", kept)
    acme.submit("CreateGroup", groupId="late", name="late")
    shutil.rmtree(acme.data / "log")
    kept.rename(acme.data / "log")
    for words in (("get", "group", "late"), ("verify",), ("rebuild",)):
        said = acme.error(*words, code=DAMAGED)
        expect("which the store has seen" in said, f"{words} to tell of the loss", said)
    expect("--accept-lost-tail" in acme.error("verify", code=DAMAGED), "the way out")
    said = acme("rebuild", "--accept-lost-tail")
    expect(acme("get", "group", "late", code=FAILED) == "", "the tail to be given up", said)
    acme.submit("CreateGroup", groupId="late", name="late")


# Keys of those who sign.

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


def main():
    program, data, commands = sys.argv[1:]
    tool = Tool(program, data, "rust-lang")
    tool.commands = pathlib.Path(commands)
    failed, cases = 0, [(name, case) for name, case in globals().items() if name[:3] == "it_"]
    with tempfile.TemporaryDirectory() as folder:
        template = Tool(program, pathlib.Path(folder) / "template", "acme")
        make_org(template)
        for name, case in cases:
            with tempfile.TemporaryDirectory(dir=folder) as own:
                def fresh(own=own):
                    copy = pathlib.Path(own) / "data"
                    if not copy.exists():
                        shutil.copytree(template.data, copy)
                    return Tool(program, copy, "acme")

                try:
                    case(tool, fresh)
                except (Fault, subprocess.SubprocessError, LookupError, ValueError) as fault:
                    failed += 1
                    print(f"FAILED {name}: {fault!r}"[:1000])
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
