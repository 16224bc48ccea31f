#!/usr/bin/env python3
"""Documents and agencyctl plan, apply, export --as yaml.

    tests/plan/plan.py AGENCYCTL FOLDER COMMANDS

COMMANDS is the rust-team example. A case is a function `it_...`, named by what is true."""

import json
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE / "lib"), str(HERE / "cli")]
from cases import expect, run_case, totals  # noqa: E402
from tool import REJECTED, USAGE, Tool, make_org  # noqa: E402

ORGS, EDITS, KILLS = 6, 4, 12


def document(kind, spec, name=None):
    metadata = {} if name is None else {"metadata": {"id": name}}
    return {"apiVersion": "agency.v1", "kind": kind, **metadata, "spec": spec}


def write(path, documents):
    path.write_text("\n".join("---\n" + json.dumps(item) for item in documents))
    return str(path)


def planned(tool, file, code=0):
    """The documents of a plan, and what it says of access."""
    lines = tool.json("plan", file, code=code)
    return [line for line in lines if "document" in line], [line for line in lines
                                                            if "document" not in line]


def is_empty(tool, file):
    documents, access = planned(tool, file)
    changed = [item for item in documents if item["events"] or item["code"] != "OK"]
    expect(documents and not changed and not access, "nothing to do", changed[:3] or access[:3])


def known(value):
    """Without what the clock says."""
    if isinstance(value, dict):
        return {key: known(item) for key, item in value.items() if key != "grantedAt"}
    return [known(item) for item in value] if isinstance(value, list) else value


def decided(tool, behind):
    """The events of the decisions behind a number, as the log has them."""
    found = []
    for record in tool.json("log"):
        decision = record.get("decision") or {}
        if int(decision.get("orgSequence", 0)) > behind:
            found += decision["events"]
    return [json.dumps(known(strip(event)), sort_keys=True) for event in found]


def strip(value):
    """Without what is only there since all fields are shown."""
    if isinstance(value, dict):
        kept = {key: strip(item) for key, item in value.items()}
        return {key: item for key, item in kept.items()
                if item not in ("", [], {}, None, 0, "0", False) and
                not str(item).endswith("_UNSPECIFIED")}
    return [strip(item) for item in value] if isinstance(value, list) else value


def last(tool):
    return int(tool.json("history", "--limit", "1")[0]["orgSequence"])


# ---- random orgs ----


class Org:
    """Documents that name each other, in no order; edits change some and add others."""

    def __init__(self, seed):
        self.random, self.items, self.count = random.Random(seed), {}, 0
        for _ in range(30):
            self.grow()

    def pick(self, kind):
        names = [name for of, name in self.items if of == kind]
        return self.random.choice(names) if names else None

    def put(self, kind, name, spec):
        self.items[kind, name] = spec

    def grow(self):
        self.count += 1
        kind = self.random.choice(("Group", "Subject", "Permission", "RoleType", "Role", "Asset",
                                   "Assignment", "Grant", "Grant", "Assignment", "Goal"))
        name, spec = f"{kind.lower()}-{self.count}", {}
        group, subject, asset = (self.pick(k) for k in ("Group", "Subject", "Asset"))
        if kind in ("Group", "Asset") and self.random.random() < 0.5 and (group, asset)[
                kind == "Asset"]:
            spec["parentGroupId" if kind == "Group" else "parentAssetId"] = (
                asset if kind == "Asset" else group)
        if kind in ("Group", "Subject", "Role"):
            spec["name"] = f"{kind} {self.count}"
        if kind == "RoleType":
            spec["permissions"] = [p for p in [self.pick("Permission")] if p]
        if kind == "Role":
            role_type = self.pick("RoleType")
            if role_type is None:
                return
            spec |= {"roleType": role_type, "groupIds": [group] if group else []}
        if kind == "Goal":
            spec["statement"] = f"reach {self.count}"
        if kind == "Assignment":
            role = self.pick("Role")
            if role is None or subject is None:
                return
            self.put(kind, f"{role}~{subject}", {"roleId": role, "subjectId": subject})
            return
        if kind == "Grant":
            permission = self.pick("Permission")
            grantees = [("GROUP", group), ("SUBJECT", subject), ("ROLE", self.pick("Role"))]
            grantees = [pair for pair in grantees if pair[1]]
            if permission is None or not grantees:
                return
            of, who = self.random.choice(grantees)
            name = f"{permission}-{who}-{asset}"
            spec |= {"permission": permission, "grantee": {"kind": of, "id": who},
                     "on": {"kind": "ASSET", "id": asset} if asset else {"kind": "ORG"}}
        self.put(kind, name, spec)

    def edit(self):
        for _ in range(4):
            self.grow()
        for kind, name in self.random.sample(sorted(self.items), 8):
            spec = self.items[kind, name]
            if kind in ("Group", "Subject", "Role"):
                spec["name"] = self.random.choice((None, f"Other {name} {self.count}"))
            elif kind == "RoleType":
                spec["permissions"] = [p for p in [self.pick("Permission")] if p]
            elif kind == "Permission":
                spec["description"] = f"edit {self.count}"

    def documents(self):
        made = [document(kind, spec, None if kind == "Assignment" else name)
                for (kind, name), spec in self.items.items()]
        self.random.shuffle(made)
        return made


def apply_as_planned(tool, file):
    before = last(tool)
    documents, access = planned(tool, file)
    wanted = [json.dumps(known(strip(event)), sort_keys=True)
              for item in documents for event in item["events"]]
    tool("apply", file)
    expect(sorted(decided(tool, before)) == sorted(wanted), "the events of the plan", wanted[:2])
    told = [line for item in tool.json("access", "changed", "--from", f"#{before}")
            for line in item["lines"]]
    shown = [[(line["subjectId"], line["permission"], line["object"], line["gained"])
              for line in lines] for lines in (access, told)]
    expect(sorted(shown[0]) == sorted(shown[1]), "the access of the plan", shown)


def constrain(tool, enforcement):
    """Groups and roles are to have names, and keep those that they have."""
    tool("submit", "PutConstraint", json.dumps({
        "constraintId": "named", "enforcement": enforcement, "kinds": ["GROUP", "ROLE"],
        "expression": "after.name != '' && (made || !changed('name'))"}))


def it_does_what_it_planned(tool, fresh):
    for seed in range(ORGS):
        org, acme = Org(seed), fresh(f"random-{seed}")
        if seed % 2 == 0:
            constrain(acme, "AUDIT")
        for edit in range(EDITS):
            file = write(acme.data.parent / f"{seed}-{edit}.json", org.documents())
            apply_as_planned(acme, file)
            is_empty(acme, file)
            before = last(acme)
            acme("apply", file)
            expect(last(acme) == before, "no event of a second apply")
            org.edit()


def it_has_nothing_to_do_for_what_it_exported(tool, fresh):
    """At five moments of the real history, and what is exported makes the same elsewhere."""
    lines = tool.commands.read_text().splitlines()
    rust = Tool(tool.program, tool.data.parent / "rust", "rust-lang")
    rust("init")
    for part in range(5):
        begin, end = len(lines) * part // 5, len(lines) * (part + 1) // 5
        chunk = rust.data.parent / "chunk.jsonl"
        chunk.write_text("\n".join(lines[begin:end]))
        rust("import", str(chunk))
        file = str(rust.data.parent / f"rust-{part}.yaml")
        rust("export", file, "--as", "yaml")
        is_empty(rust, file)
    moment = str(rust.data.parent / "then.yaml")
    rust("export", moment, "--as", "yaml", "--as-of", "2020-06-01")
    expect(0 < len(open(moment).read()) < len(open(file).read()), "less of then")


def it_makes_elsewhere_what_it_exported(tool, fresh):
    acme, other = fresh("export"), fresh("import")
    org = Org(77)
    acme("apply", write(acme.data.parent / "all.json", org.documents()))
    files = [str(one.data.parent / name) for one, name in ((acme, "a.yaml"), (other, "b.yaml"))]
    acme("export", files[0], "--as", "yaml")
    other("apply", files[0])
    other("export", files[1], "--as", "yaml")
    expect(open(files[0]).read() == open(files[1]).read(), "the same documents")


def it_goes_on_where_it_was_killed(tool, fresh):
    documents = [document("Group", {"name": f"Group {i}"}, f"g{i}") for i in range(1500)]
    whole, killed = fresh("whole"), fresh("killed")
    file = write(whole.data.parent / "many.json", documents)
    began = time.monotonic()
    whole("apply", file)
    took, stopped = time.monotonic() - began, 0
    for kill in range(KILLS):
        run = subprocess.Popen([*killed.command, "apply", file], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        time.sleep(took * (kill + 1) / (KILLS + 1))
        run.send_signal(signal.SIGKILL)
        stopped += run.wait() == -signal.SIGKILL
    killed("apply", file)
    is_empty(killed, file)
    ends = [str(one.data.parent / f"{one.data.name}.yaml") for one in (whole, killed)]
    for one, end in zip((whole, killed), ends):
        one("export", end, "--as", "yaml")
    expect(open(ends[0]).read() == open(ends[1]).read(), "the same end")
    expect(stopped > 0, "some to be killed", stopped)
    killed("verify")


# ---- sets ----


def it_ends_what_a_set_owns_and_no_document_is_about(tool, fresh):
    acme, folder = fresh("sets"), fresh("sets").data.parent
    first = [document("Group", {}, "own"), document("RoleType", {}, "own-type"),
             document("Role", {"roleType": "own-type", "groupIds": ["own"]}, "own-seat"),
             document("Assignment", {"roleId": "own-seat", "subjectId": "bob"})]
    acme("apply", write(folder / "other.json", [document("Group", {}, "not-owned")]))
    whole, less = write(folder / "whole.json", first), write(folder / "less.json", first[:1])
    acme("apply", whole, "--set", "teams")
    before = last(acme)
    acme("apply", whole, "--set", "teams", "--prune")
    expect(last(acme) == before, "no event of a second apply")
    expect("--set" in acme.error("plan", less, "--prune", code=USAGE), "a set to prune")
    said = acme("plan", less, "--set", "teams")
    expect("0 commands" in said, "nothing to end without --prune", said)
    said = acme("plan", less, "--set", "teams", "--prune")
    for wanted in ("- Role own-seat", "- RoleType own-type", "- Assignment own-seat~bob"):
        expect(wanted in said, wanted, said)
    expect("not-owned" not in said and "- Group" not in said, "no other", said)
    acme("apply", less, "--set", "teams", "--prune")
    expect(acme.json("get", "role", "own-seat")[0]["status"].endswith("REMOVED"), "it ended")
    expect(acme.json("get", "group", "not-owned")[0]["status"].endswith("ACTIVE"), "others stay")
    said = acme("plan", less, "--set", "teams", "--prune")
    expect("0 commands" in said, "nothing left to do", said)


# ---- what is refused ----


def it_names_the_line_of_what_is_wrong(tool, fresh):
    acme, path = fresh("wrong"), fresh("wrong").data.parent / "wrong.yaml"
    head = "apiVersion: agency.v1\nkind: Group\nmetadata: {id: g}\nspec:\n"
    for text, wanted in (
            (head + "  nmae: X\n", "there is no 'nmae'"), (head + "  name: 7\n", "wrong.yaml:5"),
            (head + "  name: a\n  type: 7\n", "wrong.yaml:6: type: "),
            (head + "  name: a\n  nmae: X\n", "wrong.yaml:6: expected a field"),
            (head + "  name: a\n  externalIds:\n  - system: x\n    vlue: y\n", ":8: "),
            (head + "  name: a\n  name: b\n", "wrong.yaml: line 6: expected each key once"),
            (head + "  name: &x a\n", "line 5: expected no anchor"),
            (head + "  name: *x\n", "line 5"), (head + "  name: !!str a\n", "line 5"),
            (head + "  metadata: {room: 0x1f}\n", "line 5: expected a decimal number"),
            (head + "  version: 3\n", "Group"), (head.replace("Group", "Gruop") + "  {}\n", ":2:"),
            (head.replace("v1", "v2") + "  {}\n", "expected apiVersion agency.v1"),
            (head.replace("{id: g}", "{id: g, x: y}") + "  {}\n", "expected no 'x' there"),
            (head.replace("{id: g}", "g") + "  groupId: g\n", ":3: expected metadata to be a map"),
            (head.replace("{id: g}", "{id: g, org: other}") + "  {}\n", "of org 'acme'"),
            (head.replace("{id: g}", "{}") + "  {}\n", "expected the id"),
            (head[:-6], "expected spec"), ("[1, 2]\n", "wrong.yaml:1: expected a document"),
            ("a: [\n", "line 2"), ("%YAML 1.1\n---\n" + head, "directive"),
            (head + "  {}\n---\n" + head + "  {}\n", "wrong.yaml:7: expected each entity once"),
            ("[" * 70 + "]" * 70, "fewer levels"), (head + "  groupId: other\n", "metadata.id")):
        path.write_text(text)
        said = acme.run("plan", str(path))
        expect(said.returncode in (USAGE, REJECTED) and wanted in said.stdout + said.stderr, wanted,
               f"{text!r}: {said.stdout}{said.stderr}")


def it_takes_the_files_of_a_folder_by_their_names(tool, fresh):
    acme, folder = fresh("folder"), fresh("folder").data.parent / "documents"
    folder.mkdir()
    said = acme.error("plan", str(folder), code=USAGE)
    expect("end in .yaml" in said, "what files are taken", said)
    for name, group in (("b.json", "two"), ("a.yaml", "one"), ("c.txt", "none"), (".d.yml", "no")):
        write(folder / name, [document("Group", {}, group)])
    documents, _ = planned(acme, str(folder))
    expect([item["id"] for item in documents] == ["one", "two"], "two in order", documents)


def it_names_the_line_in_each_kind(tool, fresh):
    acme, path = fresh("kinds"), fresh("kinds").data.parent / "kind.yaml"
    for kind in ("Subject", "Credential", "Group", "Asset", "JobSpace", "Permission", "RoleType",
                 "Role", "Assignment", "Grant", "Config", "Capability", "Goal", "Org"):
        path.write_text(f"apiVersion: agency.v1\nkind: {kind}\nspec:\n  noSuchField: 1\n")
        said = acme.error("plan", str(path), code=USAGE)
        expect("kind.yaml:4: expected a field" in said and "noSuchField" in said,
               f"the line of {kind}", said)


def it_sends_nothing_where_one_document_is_refused(tool, fresh):
    acme = fresh("refused")
    before = last(acme)
    file = write(acme.data.parent / "refused.json", [
        document("Group", {}, "fine"), document("Role", {"roleType": "none"}, "seat")])
    said = acme("apply", file, code=REJECTED)
    expect("! Role seat" in said and "NOT_FOUND" in said, "why", said)
    expect(last(acme) == before, "nothing decided")


def it_judges_documents_by_constraints(tool, fresh):
    acme = fresh("constrained")
    constrain(acme, "DENY")
    file = write(acme.data.parent / "named.json", [
        document("Group", {"name": "Fine"}, "fine"), document("Group", {}, "nameless")])
    said = acme("plan", file, code=REJECTED)
    expect("1 refused" in said and "constraint 'named'" in said, "the constraint", said)
    said = acme("dry-run", "CreateGroup", '{"groupId": "nameless"}', code=REJECTED)
    expect("would be refused PERMISSION_DENIED" in said and "constraint named (version " in said,
           "which, and why", said)
    constrain(acme, "WARN")
    [said] = acme.json("dry-run", "CreateGroup", '{"groupId": "nameless"}')
    expect(said["code"] == "OK" and said["constraints"][0]["constraintId"] == "named",
           "what warns", said)
    acme("apply", file)
    is_empty(acme, file)


def it_tells_what_no_command_changes(tool, fresh):
    acme = fresh("fixed")
    acme("apply", write(acme.data.parent / "a.json", [document("Asset", {"type": "a"}, "x")]))
    said = acme.error("plan", write(acme.data.parent / "b.json", [
        document("Asset", {"type": "b"}, "x")]), code=USAGE)
    expect(re.search(r"b\.json:2: expected Asset\.type as it is", said), "the field", said)


def it_tells_constraints_that_warn(tool, fresh):
    acme = fresh("told")
    acme.submit("PutConstraint", constraintId="there", commands=["IncludeGroup"],
                expression='count("Group", {"parent_group_id": "tree"}) == 1')
    acme.submit("PutConstraint", constraintId="told", commands=["RegisterAsset"],
                enforcement="WARN", expression="false", message="tell it")
    file = write(acme.data.parent / "told.json", [
        document("Group", {}, "part"), document("Group", {}, "tree"), document("Asset", {}, "told"),
        document("Group", {"parentGroupId": "tree", "includedGroupIds": ["part"]}, "leaf")])
    documents, _ = planned(acme, file)
    told = [item["constraintId"] for line in documents for item in line["constraints"]]
    expect(told == ["told"] and not any(line["reason"] for line in documents),
           "each command sees what those before it left, and is warned of", documents)
    for words, wanted in (("plan", "5 commands"), ("apply", "5 of 5 commands")):
        said = acme(words, file)
        expect("  constraint told (version " in said and "warns: tell it" in said and
               wanted in said, f"the warning of {words}", said)
    is_empty(acme, file)


def it_leaves_a_paused_schedule_paused(tool, fresh):
    acme = fresh("paused")
    turn = {"actsAs": "bob", "commands": ["SetGoal"], "everySeconds": 3600, "command": {
        "setGoal": {"goal": {"goalId": "{turn}", "statement": "go on"}}}}
    path = acme.data.parent / "schedule.json"
    acme("apply", write(path, [document("Schedule", turn, "hourly")]))
    acme.submit("PauseSchedule", scheduleId="hourly")
    acme("apply", write(path, [document("Schedule", turn | {"everySeconds": 7200}, "hourly")]))
    schedule = acme.json("get", "schedule", "hourly")[0]
    expect(schedule["everySeconds"] == 7200 and schedule["status"].endswith("SUSPENDED"),
           "another period, and no turns", schedule)
    is_empty(acme, str(path))


def it_ends_nothing_where_there_is_no_document(tool, fresh):
    acme = fresh("nothing")
    path = acme.data.parent / "nothing.json"
    acme("apply", write(path, [document("Group", {}, "kept")]), "--set", "all")
    for text in ("", "---\n", "# nothing\n"):
        path.write_text(text)
        said = acme.error("apply", str(path), "--set", "all", "--prune", code=USAGE)
        expect("at least one document" in said, "what is missing", said)
    expect(acme.json("get", "group", "kept")[0]["status"].endswith("ACTIVE"), "it is kept")


def it_judges_each_by_its_own_permissions(tool, fresh):
    acme = fresh("rights")
    file = write(acme.data.parent / "rights.json", [document("Group", {}, "new")])
    documents, _ = planned(acme, file)
    expect(documents[0]["code"] == "OK", "an operator may", documents)
    said = acme("plan", file, "--principal", "API_KEY:bob", code=REJECTED)
    expect("PERMISSION_DENIED" in said, "bob may not", said)


def main():
    program, folder, commands = sys.argv[1:]
    template = Tool(program, pathlib.Path(folder) / "template", "acme")
    template("init")
    make_org(template)
    template.commands = pathlib.Path(commands)

    def fresh(name):
        copy = pathlib.Path(folder) / name
        if not copy.exists():
            subprocess.run(["cp", "-r", str(template.data), str(copy)], check=True)
        return Tool(program, copy, "acme")

    return totals([run_case(name, case, template, fresh)
                   for name, case in list(globals().items()) if name[:3] == "it_"])


if __name__ == "__main__":
    sys.exit(main())
