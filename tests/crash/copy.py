#!/usr/bin/env python3
"""`agencyctl log copy` killed (SIGKILL) at random moments.

    tests/crash/copy.py AGENCYCTL COMMANDS [SEED]

A log with COMMANDS (the rust-team example) is copied to an empty folder, the copy killed again and
again until it ends. Until then nobody can open the target; then it has the state root and the
decisions of the source, takes its tokens, and goes on; the source takes no command any more. Then
it is copied once more, from the copy. A failure prints the seed.
"""

import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

KILLS = 25
ORG = "rust-lang"


class Fault(Exception):
    pass


def expect(truth, wanted, found=""):
    if not truth:
        raise Fault(f"expected {wanted}, but it is {found}")


class Folder:
    def __init__(self, program, path):
        self.path = path
        self.command = [program, "--data", str(path), "--org", ORG]

    def run(self, *words):
        return subprocess.run([*self.command, *words], capture_output=True, text=True, timeout=300)

    def ask(self, *words):
        done = self.run(*words)
        expect(done.returncode == 0, f"exit code 0 of {words}", f"{done.returncode}: {done.stderr}")
        return done.stdout

    def roots(self):
        """Of the partitions that have a state."""
        told = [json.loads(line) for line in self.ask("verify", "--output", "json").splitlines()]
        return {item["partition"]: item["root"] for item in told if item["entities"] != "0"}

    def decisions(self):
        """Sequence and id of each decision, with the head behind it."""
        items = [json.loads(line) for line in self.ask("log", "--output", "json").splitlines()]
        return [(item["partition"], item["sequence"], item["head"]) for item in items
                if item["type"] == "DECISION"]

    def submit(self, space):
        return self.run("submit", "OpenJobSpace", json.dumps({"jobSpaceId": space}), "--output",
                        "json")


def copy_killed(source, target, seconds):
    """Whether it was killed; else it has ended well."""
    words = [*source.command, "log", "copy", str(target.path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as job:
        try:
            _, said = job.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            job.send_signal(signal.SIGKILL)
            job.communicate()
            return True
        expect(job.returncode == 0, "exit code 0 of log copy", f"{job.returncode}: {said}")
    return False


def check_unfinished(target):
    """Nobody takes it for a log; and nobody is told that nothing is there."""
    if not (target.path / "log" / "draft").exists():
        return
    for words in (("list", "subjects"), ("verify",), ("rebuild",)):
        done = target.run(*words)
        expect(done.returncode == 1 and "unfinished copy" in done.stderr or
               "there is no log" in done.stderr or "it has none" in done.stderr,
               f"{words} of an unfinished copy to say so", f"{done.returncode}: {done.stderr}")
    done = target.submit("never")
    expect(done.returncode != 0, "an unfinished copy to take no command", done.stdout)


def check_copied(source, target, token, before):
    expect(target.roots() == before["roots"], "the source's roots", target.roots())
    expect(target.decisions() == before["decisions"], "the source's decisions and heads")
    done = source.submit("late")
    expect(done.returncode != 0 and "closed" in done.stdout, "a closed source",
           f"{done.returncode}: {done.stdout}{done.stderr}")
    target.ask("get", "job-space", "early", "--at-least", token)
    target.ask("get", "job-space", "early", "--as-of", token)
    done = target.submit("early")
    expect(json.loads(done.stdout)["code"] == "ALREADY_EXISTS", "the copy to know what was",
           done.stdout)
    done = target.submit("late")
    expect(json.loads(done.stdout)["code"] == "OK", "the copy to go on", done.stdout)


def check(program, folder, rng, commands):
    calm = Folder(program, folder / "calm")
    calm.ask("import", commands)
    token = json.loads(calm.submit("early").stdout)["token"]
    before = {"roots": calm.roots(), "decisions": calm.decisions()}
    kills = rounds = 0
    while kills < KILLS:
        rounds += 1
        source = Folder(program, folder / f"from-{rounds}")
        target = Folder(program, folder / f"to-{rounds}")
        shutil.copytree(calm.path, source.path)
        began = time.monotonic()
        if rounds == 1:
            copy_killed(source, target, 300)
            calm_seconds = time.monotonic() - began
        else:
            while copy_killed(source, target, rng.uniform(0, calm_seconds * 1.1)):
                kills += 1
                check_unfinished(target)
        check_copied(source, target, token, before)
    again = Folder(program, folder / "again")
    roots = target.roots()
    expect(not copy_killed(target, again, 300), "a copy of a copy")
    expect(again.roots() == roots, "the roots of the first copy", again.roots())
    said = again.run("export", str(folder / "export"))
    expect("is a copy" in said.stderr, "an export that says where the commands are", said.stderr)
    return f"{kills} kills in {rounds - 1} copies, {len(before['decisions'])} decisions each"


def main():
    program, commands = sys.argv[1:3]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            print(f"copy: {check(program, pathlib.Path(folder), random.Random(seed), commands)}")
        except Fault as fault:
            failed = 1
            print(f"FAILED copy (seed {seed}): {fault}"[:2000])
    print(f"{1 - failed} passed, {failed} failed, 0 skipped")
    return failed


if __name__ == "__main__":
    sys.exit(main())
