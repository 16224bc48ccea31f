"""Histories: by notes across orgs, and as they happen."""

import json
import subprocess

from cases import expect
from tool import FAILED, USAGE, Tool, make_org


def it_finds_the_decisions_of_a_note_in_every_org(tool, fresh):
    acme = fresh()
    beta = Tool(tool.program, acme.data, "beta")
    make_org(beta)
    for org, group in ((acme, "one"), (beta, "two")):
        org.submit("CreateGroup", groupId=group, name=group, options=("--note.pr", "1147"))
        org.submit("CreateGroup", groupId=f"{group}-b", options=("--note.pr", "11470"))
    rows = acme.json("history", "--note", "pr=1147")
    expect([row["orgId"] for row in rows] == ["acme"], "that of acme", rows)
    everywhere = [acme.program, "--data", str(acme.data), "history", "--note", "pr=1147"]
    done = subprocess.run([*everywhere, "--output", "json"], capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    expect(sorted(row["orgId"] for row in rows) == ["acme", "beta"], "one of each", done)
    said = subprocess.run(everywhere, capture_output=True, text=True).stdout
    expect("org beta\n" in said and said.count("CreateGroup") == 2, "each under its org", said)
    expect(acme("history", "group", "one", "--note", "pr=x") == "", "none of another value")
    for wrong in ("pr", "=1147"):
        said = acme.error("history", "--note", wrong, code=USAGE)
        expect("NAME=VALUE" in said, "what was expected", said)


def it_pages_through_the_decisions_of_a_note(tool, fresh):
    acme = fresh()
    for name in ("beta", "gamma"):
        make_org(Tool(tool.program, acme.data, name))
    for number in range(3):
        for name in ("acme", "beta", "gamma"):
            Tool(tool.program, acme.data, name).submit(
                "CreateGroup", groupId=f"g{number}", options=("--note.pr", "7", "--note.x", "y"))
    command = [acme.program, "--data", str(acme.data), "history", "--note", "pr=7", "--output",
               "json"]
    whole = [json.loads(line) for line in
             subprocess.run(command, capture_output=True, text=True).stdout.splitlines()]
    expect(len(whole) == 9, "all of three orgs", whole)
    for limit in ("1", "2", "4"):
        found, token = [], []
        while True:
            done = subprocess.run([*command, "--limit", limit, *token], capture_output=True,
                                  text=True)
            found += [json.loads(line) for line in done.stdout.splitlines()]
            if "--page " not in done.stderr:
                break
            token = ["--page", done.stderr.split("--page ")[1].split()[0]]
        expect(found == whole, f"the same in pages of {limit}", found)
    rows = acme.json("history", "--note", "pr=7")
    expect([row["orgSequence"] for row in rows] ==
           [row["orgSequence"] for row in whole if row["orgId"] == "acme"], "of one org", rows)


def it_follows_a_history_over_a_server(tool, fresh):
    acme = fresh()

    def told(*words):
        done = acme.run("history", *words, "--follow", "--once", "--after", "#0", "--output",
                        "json")
        return done, [json.loads(line)["command"] for line in done.stdout.splitlines()]

    done, _ = told()
    if done.returncode == FAILED:
        expect("agencyd" in done.stderr, "who could", done.stderr)
        return
    expect(told("group", "red")[1] == ["CreateGroup"], "of an entity", told("group", "red"))
    expect("AssignRole" in told("group", "red", "--all")[1], "with what hangs on it")
    found = told("subject", "bob")
    expect(found[1][0] == "RegisterSubject", "of a subject", found)
    expect(told("--note", "pr=1")[1] == [], "by a note")
    acme.error("history", "group", "rad", "--follow", code=FAILED)
    acme.error("history", "--follow", "--limit", "1", code=USAGE)
    acme.error("history", "--once", code=USAGE)
