"""agencyctl called wrongly, and with what others wrote."""

import json
import subprocess

from cases import expect
from tool import DONE, FAILED, REJECTED, USAGE, Tool


def it_lists_every_verb_and_option_in_its_help(tool, fresh):
    text = tool("--help")
    for word in ("submit", "import", "export", "get", "list", "check", "who", "history", "log",
                 "rebuild", "verify", "cel", "--as-of", "exit codes"):
        expect(word in text, f"'{word}' in --help", text)


def it_shows_one_verb_in_that_verbs_help(tool, fresh):
    text = tool("check", "--help")
    for word in ("SUBJECT [PERMISSION [OBJECT]]", "--batch", "--as-of", "--data"):
        expect(word in text, f"'{word}' in the help of check", text)
    for word in ("--brokers", "--partition", "import", "rebuild"):
        expect(word not in text, f"no '{word}' there", text)
    text = tool("--help", "log", "create")
    expect("--partitions" in text and "agencyctl log join:" not in text, "one of two words", text)
    text = tool("log", "--help")
    expect("log copy TO" in text and "[OPTION...] log\n" in text, "all of log", text)
    expect("key new FILE" in tool("key", "--help"), "those that only begin so")
    expect("submit" in tool.error("sumbit", "--help", code=USAGE), "a hint at the verb")


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
    file = tool.data.parent / "nobody.jsonl"
    file.write_text("an earlier export")
    for words in (("list", "groups"), ("export", str(file))):
        expect("nobody" in other.error(*words, code=FAILED), "the org's name")
    expect(file.read_text() == "an earlier export", "what was exported before", file.read_text())


def it_names_the_partitions_that_a_log_has(tool, fresh):
    for verb in ("log", "verify", "rebuild"):
        said = tool.error(verb, "--partition", "16", code=USAGE)
        expect("0 to 15" in said, "the partitions", said)


def it_takes_a_number_as_the_first_record_to_show(tool, fresh):
    acme = fresh()
    rows = acme.json("log", "--from", "3")
    expect(rows and min(int(row["sequence"]) for row in rows) == 3, "from the third on", rows[:1])
    for wrong in ("x", "-1", "2020-06-01", "99999999999999999999"):
        expect("a sequence" in acme.error("log", "--from", wrong, code=USAGE), f"not {wrong}")


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
    begins = [line.split()[0] for line in acme("history", "--limit", "1").split("\n")[:-1]]
    expect(begins == ["decision", "Subject", "name:", "status:"], "no line but ours", begins)
    expect("\x1b" not in acme.error("get", "subject", "\x1b[2J", code=FAILED), "none in errors")
    for words in (["\x1b[2J"], ["--no\x1b[2J"], ["list", "\x1b[2J"], ["log", "\x1b[2J"]):
        said = acme.error(*words, code=USAGE)
        expect("\x1b" not in said, f"none for {words!r}", repr(said))
    line = json.dumps({"orgId": "acme", "commandId": "x", "deleteGroup": {"groupId": "\x9b2J"}})
    said = acme.run("import", "-", stdin=line + "\n").stderr
    expect("\x9b" not in said and "rejected" in said, "none of an import", repr(said))
    acme.submit("RegisterSubject", subjectId="blank", name="\ufeffpay\u200b\U000e0020")
    for words in (("list", "subjects"), ("get", "subject", "blank")):
        expect("\\ufeffpay\\u200b\\U000e0020" in acme(*words), "what nobody sees", acme(*words))
    [row] = acme.json("list", "subjects", "subjectId=blank")
    expect(row["name"] == "\ufeffpay\u200b\U000e0020", "JSON as it is", row)


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


def it_lets_a_reader_of_an_export_stop_reading(tool, fresh):
    done = subprocess.run(["bash", "-c", 'set -o pipefail; "$@" export - | head -n 1', "-",
                           *tool.command], capture_output=True, text=True, check=False)
    expect(done.returncode == DONE and done.stderr == "" and done.stdout.startswith("{"),
           "the first line and no complaint", done)
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([*tool.command, "export", "-"], stdout=full, stderr=subprocess.PIPE,
                              text=True, check=False)
    expect(done.returncode == FAILED and "No space left" in done.stderr, "a failure", done)


def it_refuses_brokers_that_are_no_addresses(tool, fresh):
    folder = fresh().data.parent / "nowhere"
    for wrong in ("localhost:99999", "localhost:0", "localhost:x", "a:1,,b:2", "::1"):
        said = Tool(tool.program, folder, "acme").error("log", "create", "--brokers", wrong,
                                                        code=USAGE)
        expect("HOST:PORT" in said and not folder.exists(), f"a refusal of {wrong}", said)


def it_refuses_options_that_a_verb_does_not_use(tool, fresh):
    acme, lines = fresh(), json.dumps({"orgId": "acme", "commandId": "x",
                                       "createGroup": {"group": {"groupId": "x"}}}) + "\n"
    before = acme("history")
    for words in (("submit", "CreateGroup", '{"groupId":"x"}', "--as-of", "2020-06-01"),
                  ("submit", "-", "--expected-version", "3"), ("submit", "-", "--note.a=b"),
                  ("submit", "-", "--command-id", "y"), ("import", "x", "--occurred-at", "now"),
                  ("export", "x", "--as-of", "2020-06-01"), ("export", "x", "--limit", "1"),
                  ("get", "group", "red", "--from", "1"), ("list", "groups", "--role-type", "lead"),
                  ("get", "group", "red", "--all"), ("check", "ada", "--all"),
                  ("verify", "--accept-lost-tail"), ("log", "--as-of", "#1"),
                  ("who", "role", "red.lead", "--principal", "admin"), ("key", "api", "--all")):
        done = acme.run(*words, stdin=lines)
        expect(done.returncode == USAGE and "does not use --" in done.stderr, f"a refusal: {words}",
               done.stdout + done.stderr)
    expect(acme("history") == before, "nothing decided")
