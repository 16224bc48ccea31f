"""Data folders: made by init alone, refused when something of them is missing."""

import json
import shutil

from cases import expect
from tool import DAMAGED, FAILED, REJECTED, Tool

COMMAND = ("submit", "CreateGroup", '{"groupId":"late"}')
QUESTIONS = (("list", "groups"), ("check", "ada"), ("history",), ("orgs",), ("verify",),
             ("rebuild",), ("log",), ("export", "-"), ("import", "/dev/null"), COMMAND)


def files(folder):
    return sorted(str(path) for path in folder.rglob("*")) if folder.exists() else None


def it_makes_a_folder_by_init_alone(tool, fresh):
    made = Tool(tool.program, fresh().data.parent / "typo", "acme")
    for words in QUESTIONS:
        said = made.error(*words, code=FAILED)
        expect("agencyctl init" in said and "typo" in said, f"{words} to name it", said)
        expect(not made.data.exists(), f"{words} to make nothing", files(made.data))
    expect("cluster.key" in made("init"), "what to back up")
    for part in ("log", "stores", "cluster.key", "agency.conf"):
        expect((made.data / part).exists(), f"{part} to be made", files(made.data))
    said = made.error("init", code=FAILED)
    expect("ALREADY_EXISTS" in said and "has log already" in said, "no second one", said)
    made.submit("CreateOrg", orgId="acme", owner={"subjectId": "root"}, identity="root",
                credential={"credentialId": "k", "kind": "CREDENTIAL_KIND_API_KEY"})


def it_says_what_of_a_folder_is_missing_and_makes_none_of_it(tool, fresh):
    acme = fresh()
    for part, code, words in (("log", DAMAGED, "backup"), ("cluster.key", DAMAGED, "backup"),
                              ("agency.conf", FAILED, "operators = ")):
        kept = acme.data.with_name("kept")
        (acme.data / part).rename(kept)
        before = files(acme.data)
        for question in QUESTIONS:
            said = acme.error(*question, code=code)
            expect(part in said and words in said, f"{question} to name {part}", said)
        expect(acme.run("init").returncode == FAILED, "no init of what is left")
        expect(files(acme.data) == before, "nothing to be made", files(acme.data))
        kept.rename(acme.data / part)
    acme(*COMMAND)


def it_says_that_the_files_of_a_log_are_gone(tool, fresh):
    acme = fresh()
    for file in (acme.data / "log").iterdir():
        file.unlink()
    for question in QUESTIONS:
        said = acme.error(*question, code=DAMAGED)
        expect("backup" in said, f"{question} to say what to do", said)
    expect(not list((acme.data / "log").glob("*.log")), "no second history")


def it_finishes_what_was_begun(tool, fresh):
    made = Tool(tool.program, fresh().data.parent / "begun", "acme")
    made("init")
    shutil.rmtree(made.data / "log")
    (made.data / "unfinished").touch()
    expect("init" in made.error("list", "groups", code=FAILED), "the way on")
    made("init")
    expect("NOT_FOUND" in made.error("list", "groups", code=FAILED), "a folder without orgs")


def it_keeps_identities_only_under_the_same_key(tool, fresh):
    acme = fresh()
    file = str(acme.data.parent / "acme.jsonl")
    acme("export", file)
    ada = ("--principal", "API_KEY:ada")
    same = Tool(tool.program, acme.data.parent / "same", "acme")
    other = Tool(tool.program, acme.data.parent / "other", "acme")
    same("init", "--cluster-key", str(acme.data / "cluster.key"))
    other("init")
    for folder in (same, other):
        said = folder.run("import", file)
        expect(said.returncode == 0 and "4 credentials" in said.stderr and
               "--cluster-key" in said.stderr, "what becomes of identities", said)
    same.submit("AssignRole", roleId="red.member", subjectId="eve", options=ada)
    said = other.submit("AssignRole", roleId="red.member", subjectId="eve", options=ada,
                        code=REJECTED)
    expect(said["code"] == "UNAUTHENTICATED", "nobody of that name", said)
    said = other.error("init", "--cluster-key", str(acme.data / "cluster.key"), code=FAILED)
    expect("ALREADY_EXISTS" in said, "the key of a folder to stay", said)


def it_says_nothing_of_hashes_where_identities_are_given(tool, fresh):
    acme = fresh()
    line = json.dumps({"orgId": "acme", "commandId": "bind", "bindCredential": {
        "credential": {"credentialId": "new", "subjectId": "ada",
                       "kind": "CREDENTIAL_KIND_API_KEY"}, "identity": "new"}})
    said = acme.run("import", "-", stdin=line + "\n")
    expect(said.returncode == 0 and "credentials" not in said.stderr, "no word of hashes", said)
