"""What makes agencyctl quick to use at a shell: help, saved options, completion."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import tempfile

from cases import expect
from tool import FAILED, ROOT, USAGE, Tool


def run(tool, *args, code=0, **variables):
    done = subprocess.run([tool.program, *args], capture_output=True, text=True, timeout=60,
                          env={**os.environ, **variables})
    expect(done.returncode == code, f"exit code {code} of {args}", done.stdout + done.stderr)
    return done.stdout + done.stderr


def it_answers_the_usual_words_for_help(tool, fresh):
    whole = run(tool, "--help")
    expect(run(tool, "-h") == run(tool, "help") == whole, "the same help by each word")
    expect(run(tool, "help", "check") == run(tool, "check", "-h") == run(tool, "check", "--help"),
           "the same help of a verb")
    expect(run(tool, "--version").split()[0] == "agencyctl", "its name and version")
    expect(run(tool, "version") == run(tool, "--version"), "the same by the word")
    said = run(tool, "help", "chekc", code=USAGE)
    expect("did you mean 'check'" in said, "the nearest verb", said)


def it_takes_options_from_the_environment_and_from_a_saved_context(tool, fresh):
    acme = fresh()
    conf = {"AGENCYCTL_CONFIG": str(acme.data / "context.conf")}
    run(tool, "--data", str(acme.data), "--org", "acme", "context", "save", **conf)
    saved = (acme.data / "context.conf").read_text()
    expect(saved == f"data = {acme.data.resolve()}\norg = acme\n", "what was given", saved)
    expect("ada" in run(tool, "list", "subjects", **conf), "the saved folder and org")
    said = run(tool, "list", "subjects", code=1, AGENCYCTL_ORG="nosuch", **conf)
    expect("nosuch" in said, "the environment above what is saved", said)
    expect("ada" in run(tool, "list", "subjects", "--org", "acme", AGENCYCTL_ORG="nosuch", **conf),
           "the command line above both")
    said = run(tool, "context", AGENCYCTL_ORG="other", **conf)
    expect("# by the environment\norg = other" in said, "where each is from", said)
    run(tool, "context", "forget", **conf)
    expect("org" not in run(tool, "context", **conf), "nothing left")


def it_says_what_is_wrong_with_a_context(tool, fresh):
    acme = fresh()
    file = acme.data / "context.conf"
    conf = {"AGENCYCTL_CONFIG": str(file)}
    file.write_text("ogr = acme\n")
    said = run(tool, "orgs", code=USAGE, **conf)
    expect(f"{file}: line 1" in said and "did you mean 'org'" in said, "file, line, name", said)
    file.unlink()
    said = run(tool, "orgs", code=USAGE, AGENCYCTL_OGR="acme", **conf)
    expect("AGENCYCTL_OGR" in said, "the variable", said)
    said = run(tool, "--data", str(acme.data / "none"), "context", "save", code=1, **conf)
    expect("--data" in said and not file.exists(), "no folder, nothing saved", said)
    file.symlink_to("/dev/null")
    for word in (("save",), ("forget",)):
        said = run(tool, "context", *word, code=FAILED, AGENCYCTL_CONFIG=str(file))
        expect("plain file" in said and file.is_symlink(), "what is no file to stay", said)


def it_takes_a_data_folder_that_is_given_before_a_saved_server(tool, fresh):
    acme = fresh()
    file = acme.data / "context.conf"
    file.write_text("server = http://127.0.0.1:1\norg = acme\ntoken-file = /nosuch\n")
    said = run(tool, "--data", str(acme.data), "list", "subjects", AGENCYCTL_CONFIG=str(file))
    expect("ada" in said, "the folder's answer", said)


def it_reads_who_commands_from_a_file_that_nobody_else_can_read(tool, fresh):
    acme = fresh()
    file = acme.data / "principal"
    file.write_text("API_KEY:ada\n")
    file.chmod(0o600)
    acme.submit("AssignRole", roleId="red.member", subjectId="eve",
                options=("--principal-file", str(file)))
    made = [each["subjectId"] for each in acme.json("history")]
    expect("ada" in made, "ada as who commanded", made)
    file.chmod(0o644)
    said = acme.error("--principal-file", str(file), "submit", "CreateGroup", '{"groupId":"x"}',
                      code=FAILED)
    expect("others" in said, "a refusal of what others can read", said)


COMPLETE = """
source <("$0" completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _agencyctl; echo "${COMPREPLY[*]}"
"""


def complete(tool, *words):
    return run(Tool("bash", tool.data, ""), "-c", COMPLETE, tool.program, "agencyctl",
               *words).split()


def it_completes_words_in_bash(tool, fresh):
    for words, expected in ((("ch",), ["check"]), (("log", "c"), ["create", "copy"]),
                            (("submit", "CreateG"), ["CreateGroup"]),
                            (("--data", "x", "submit", "AssignR"), ["AssignRole"]),
                            (("list", "role-"), ["role-types"]), (("get", "job"), ["job-space"]),
                            (("diff", "asset"), ["asset"]),
                            (("check", "--as"), ["--as-of"]),
                            (("log", "create", "--part"), ["--partitions"]),
                            (("--output", "j"), ["json"]), (("context", "s"), ["save"])):
        said = complete(tool, *words)
        expect(said == expected, f"{expected} for {words}", said)
    said = run(tool, "completion", "fish", code=USAGE)
    expect("expected bash" in said, "which shells", said)


def example_of(said):
    """What a shell makes of the example's JSON."""
    example = next(line for line in said.splitlines() if " submit " in line)
    return json.loads(shlex.split(example)[-1])


def it_explains_every_command(tool, fresh):
    commands = complete(tool, "explain", "")
    expect("AssignRole" in commands and len(commands) > 50, "all commands", commands)
    for command in commands:
        said = run(tool, "explain", command)
        for part in ("about ", "makes ", "over HTTP ", "fields", f"submit {command} '{{"):
            expect(part in said, f"'{part}' of {command}", said)
        example_of(said)
    said = example_of(run(tool, "explain", "PutConstraint"))["expression"]
    expect("''" in said, "quotes that a shell leaves as they are", said)
    said = run(tool, "explain", "AssignRole")
    expect("needs       delegate on each live group of the seat" in said, "who may", said)
    expect("NOT_FOUND: expected role 'n', but there is none" in said, "what is refused", said)
    expect(run(tool, "explain", "assign_role") == said, "the same by the name in the schema")
    said = run(tool, "explain", "AsignRole", code=USAGE)
    expect("did you mean 'AssignRole'" in said, "the nearest name", said)


def it_makes_an_organisation_as_the_readme_says(tool, fresh):
    readme = (ROOT / "README.md").read_text()
    script = re.search(r"^## Make your own organisation.*?```sh\n(.*?)```", readme,
                       re.S | re.M).group(1)
    expect(script.count("agencyctl submit") == 10, "ten commands", script)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "build").mkdir()
        path = f"{pathlib.Path(tool.program).resolve().parent}:{os.environ['PATH']}"
        done = subprocess.run(["bash", "-euc", script], cwd=folder, capture_output=True, text=True,
                              timeout=60, env={**os.environ, "PATH": path})
    said = done.stdout + done.stderr
    expect(done.returncode == 0, "every command to be accepted", said)
    expect("allowed: scout has write on asset:papers" in said, "access by the seat", said)
    expect("denied: scout does not have write" in said, "no access without", said)
    expect("RevokeRole by operator admin" in said, "who took it", said)
