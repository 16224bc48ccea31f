#!/usr/bin/env python3
"""agencyctl killed (SIGKILL) at random moments.

    tests/crash/crash.py AGENCYCTL COMMANDS [SEED]

- import: the import of COMMANDS (the rust-team example) is killed again and again until it ends;
  the state root is that of an import that nobody disturbed, and every command has one decision.
- live: two writers compete for one folder and take over from each other as they are killed, while
  readers ask; what was acknowledged is there exactly once and as it was answered, the root is that
  of a rebuild, and all lists equal a naive model's.

A failure prints the seed; the moments of the kills are not repeatable, the commands are.
"""

import collections
import json
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import naive  # noqa: E402
from cases import Fault, expect  # noqa: E402
from wire import wire  # noqa: E402

IMPORT_KILLS, LIVE_KILLS = 100, 60
LIVE_COMMANDS_MAX = 100000
ORG = "acme"


class Homes:
    """Where the histories of a check are kept: data folders of this machine."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def make(self, name):
        """The beginning of every agencyctl call about a new history."""
        ask([self.program, "--data", str(self.folder / name)], "init")
        return [self.program, "--data", str(self.folder / name), "--org"]

    def told(self):
        return ""


def ask(command, *words):
    done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=300)
    expect(done.returncode == 0, f"exit code 0 of {words}", f"{done.returncode}: {done.stderr}")
    return done.stdout


def root(command):
    """The roots of all partitions."""
    return " ".join(re.findall(r"root (\w{64})", ask(command, "verify")))


def decisions(command):
    """The accepted decision records of the log, by command id."""
    found = collections.defaultdict(list)
    for line in ask(command, "log", "--output", "json").splitlines():
        item = json.loads(line)
        if item["type"] == "DECISION" and int(item.get("sequence", 0)) > 0:
            found[item["decision"]["commandId"]].append(item)
    return found


def check_import(homes, rng, commands, kills_min=IMPORT_KILLS):
    calm = [*homes.make("calm"), "rust-lang"]
    began = time.monotonic()
    ask(calm, "import", commands)
    calm_seconds, calm_root = time.monotonic() - began, root(calm)
    kills = rounds = 0
    while kills < kills_min:
        rounds += 1
        hit = [*homes.make(f"hit-{rounds}"), "rust-lang"]
        while kill_import([*hit, "import", commands], rng.uniform(0, calm_seconds)):
            kills += 1
        expect(root(hit) == calm_root, f"the root of a calm import, {calm_root}", root(hit))
        many = {key: len(items) for key, items in decisions(hit).items() if len(items) != 1}
        expect(not many, "one decision for each command", many)
    return f"{kills} kills in {rounds} imports{homes.told()}"


def kill_import(words, seconds):
    """Whether it was killed; else it has ended well."""
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as job:
        try:
            _, said = job.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            job.kill()
            job.communicate()
            return True
        expect(job.returncode == 0, "exit code 0 of import", f"{job.returncode}: {said}")
    return False


def random_command(rng, number):
    """Any command about a few dozen ids: many are rejected, which is as good an answer."""
    subject, group = f"s{rng.randrange(60)}", f"g{rng.randrange(12)}"
    seat, asset = f"{group}.seat{rng.randrange(3)}", f"a{rng.randrange(12)}"
    name, payload = rng.choice([
        ("registerSubject", {"subjectId": subject, "type": "SUBJECT_TYPE_AGENT", "name": subject}),
        ("updateSubject", {"subjectId": subject, "updateMask": "name", "name": f"n{number}"}),
        ("removeSubject", {"subjectId": subject} if rng.random() < 0.3 else {"subjectId": "none"}),
        ("createGroup", {"groupId": group, "name": group}),
        ("includeGroup", {"groupId": group, "includedGroupId": f"g{rng.randrange(12)}"}),
        ("excludeGroup", {"groupId": group, "includedGroupId": f"g{rng.randrange(12)}"}),
        ("archiveGroup", {"groupId": group}),
        ("restoreGroup", {"groupId": group}),
        ("createRole", {"roleId": seat, "roleType": "member", "groupIds": [group]}),
        ("assignRole", {"roleId": seat, "subjectId": subject}),
        ("assignRole", {"roleId": seat, "subjectId": subject}),
        ("revokeRole", {"roleId": seat, "subjectId": subject}),
        ("registerAsset", {"assetId": asset, "type": "repository", "name": asset}),
        ("grantPermission", {"grantId": f"grant{number}", "permission": "write",
                             "grantee": {"kind": "GRANTEE_KIND_GROUP", "id": group},
                             "on": {"kind": "OBJECT_KIND_ASSET", "id": asset}}),
        ("revokePermission", {"grantId": f"grant{rng.randrange(number + 1)}"}),
        ("setConfig", {"kind": "ENTITY_KIND_GROUP", "entityId": group,
                       "key": f"k{rng.randrange(4)}", "value": number}),
        ("unsetConfig", {"kind": "ENTITY_KIND_GROUP", "entityId": group,
                         "key": f"k{rng.randrange(4)}"}),
    ])
    return {"orgId": ORG, "commandId": f"c{number}", name: wire(name, payload)}


class Live:
    def __init__(self, command, rng, kills_max):
        self.command = [*command, ORG]
        self.rng = rng
        self.kills_max = kills_max
        self.lock = threading.Lock()
        self.number = 0
        self.unanswered = []  # commands that a killed writer may or may not have decided
        self.answers = {}  # command id -> (command, answer)
        self.kills = self.reads = 0
        self.stop = False
        self.faults = []

    def found(self):
        """The org, and what the commands refer to."""
        first = [("createOrg", {"orgId": ORG, "owner": {"subjectId": "root"}, "credential": {
                      "credentialId": "root-key", "kind": "CREDENTIAL_KIND_API_KEY"},
                      "identity": "root"}),
                 ("defineRoleType", {"roleType": "member"}),
                 ("definePermission", {"permission": "write"})]
        self.unanswered = [{"orgId": ORG, "commandId": f"first{number}", name: wire(name, payload)}
                           for number, (name, payload) in enumerate(first)]

    def next(self):
        with self.lock:
            if self.unanswered:
                return self.unanswered.pop()
            self.number += 1
            return random_command(self.rng, self.number)

    def write(self):
        """Writers one after the other, each killed after a while."""
        while not self.stop:
            with self.lock:
                seconds = self.rng.uniform(0.005, 0.4)
            job = subprocess.Popen([*self.command, "submit", "-", "--output", "json"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, bufsize=0)
            self.feed(job, seconds)
            job.kill()
            job.wait()
            job.stdin.close()
            job.stdout.close()
            self.count(job)

    def feed(self, job, seconds):
        timer = None
        while not self.stop:
            command = self.next()
            try:
                job.stdin.write(json.dumps(command).encode() + b"\n")
                line = job.stdout.readline()
            except BrokenPipeError:
                line = b""
            if not line.endswith(b"\n"):
                with self.lock:
                    self.unanswered.append(command)
                break
            self.take(command, json.loads(line))
            if timer is None:  # it owns the folder now
                timer = threading.Timer(seconds, job.kill)
                timer.start()
        if timer is not None:
            timer.cancel()

    def count(self, job):
        with self.lock:
            self.kills += job.returncode == -signal.SIGKILL
            self.stop = self.stop or self.kills >= self.kills_max or self.number > LIVE_COMMANDS_MAX

    def take(self, command, answer):
        with self.lock:
            key = command["commandId"]
            expect(answer["commandId"] == key, f"the answer to {key}", answer)
            self.answers[key] = (command, answer)
            self.last = answer

    def read(self):
        """What is acknowledged is seen by who asks next."""
        while not self.stop:
            time.sleep(0.05)
            with self.lock:
                last = getattr(self, "last", None)
            if last is not None and last["orgSequence"] != "0":
                said = ask(self.command, "history", "--limit", "1", "--output", "json",
                           "--at-least", last["token"])
                seen = int(json.loads(said)["orgSequence"])
                expect(seen >= int(last["orgSequence"]), f"decision {last['orgSequence']}", seen)
                self.reads += 1

    def guarded(self, work):
        def run():
            try:
                work()
            except Exception as fault:  # told by the main thread
                self.faults.append(fault)
                self.stop = True

        return run

    def run(self):
        threads = [threading.Thread(target=self.guarded(work))
                   for work in (self.write, self.write, self.read)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for fault in self.faults:
            raise fault

    def settle(self):
        """Asks, undisturbed, for what has no answer yet."""
        lines = "".join(json.dumps(command) + "\n" for command in self.unanswered)
        done = subprocess.run([*self.command, "submit", "-", "--output", "json"], input=lines,
                              capture_output=True, text=True, timeout=300)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        expect(len(answers) == len(self.unanswered), "an answer to each", done.stderr)
        for command, answer in zip(self.unanswered, answers):
            self.take(command, answer)
        self.unanswered = []


def check_live(homes, rng, _, kills_max=LIVE_KILLS):
    live = Live(homes.make("live"), rng, kills_max)
    live.found()
    live.settle()
    live.run()
    live.settle()
    kept = decisions(live.command)
    for key, (_, answer) in live.answers.items():
        expect(len(kept[key]) == 1, f"one decision for {key}", len(kept[key]))
        expect(kept[key][0]["sequence"] == answer["sequence"], f"the answer {answer}", kept[key])
    expect(not kept.keys() - live.answers.keys(), "no decision that nobody asked for")
    stored = root(live.command)
    ask(live.command, "rebuild")
    expect(root(live.command) == stored, f"the root of a rebuild, {stored}")
    compare(live)
    return f"{live.kills} kills, {len(kept)} decisions, {live.reads} reads meanwhile{homes.told()}"


def compare(live):
    model = naive.Naive()
    accepted = [pair for pair in live.answers.values() if int(pair[1]["events"]) > 0]
    for command, _ in sorted(accepted, key=lambda pair: int(pair[1]["orgSequence"])):
        model.apply(command)
    for kind, expected in model.lists().items():
        found = naive.in_one_form([json.loads(line) for line in ask(
            live.command, "list", kind, "--output", "json").splitlines()])
        found = [row for row in found if row.get("roleType") != "owner"
                 and row.get("subjectId") != "root"]
        lines = list(naive.difference({kind: expected}, {kind: found}))
        expect(not lines, "the lists of a naive model", lines[:3])


def run(homes, seed, commands, checks):
    failed = 0
    for name, check in checks:
        try:
            told = check(homes, random.Random(seed), commands)
            print(f"{name}: {told}")
        except Fault as fault:
            failed += 1
            print(f"FAILED {name} (seed {seed}): {fault}"[:2000])
    print(f"{len(checks) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


def main():
    program, commands = sys.argv[1:3]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    with tempfile.TemporaryDirectory() as folder:
        homes = Homes(program, pathlib.Path(folder))
        return run(homes, seed, commands, [("import", check_import), ("live", check_live)])


if __name__ == "__main__":
    sys.exit(main())
