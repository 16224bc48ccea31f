"""Commands by agencyctl, and the keys of those who sign them."""

import re
import pathlib

from cases import expect
from tool import FAILED, REJECTED, ROOT, USAGE, Tool


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
