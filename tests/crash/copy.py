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
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from copy_tool import Fault, Folder, copy_killed, expect  # noqa: E402

KILLS = 25


def check_unfinished(target):
    """Nobody takes it for a log; and nobody is told that nothing is there."""
    log = target.path / "log"
    begun = target.path.exists()
    whole = (log.exists() and not (log / "draft").exists() and
             not (target.path / "unfinished").exists())
    if whole or not begun:
        return
    for words in (("list", "subjects"), ("verify",), ("rebuild",)):
        done = target.run(*words)
        expect(done.returncode == 1 and
               any(said in done.stderr for said in
                   ("unfinished copy", "was not finished", "has no log")),
               f"{words} of an unfinished copy to say so", f"{done.returncode}: {done.stderr}")
    done = target.submit("never")
    expect(done.returncode != 0, "an unfinished copy to take no command", done.stdout)


def check_copied(source, target, token, before):
    expect(target.roots() == before["roots"], "the source's roots", target.roots())
    expect(target.decisions() == before["decisions"], "the source's decisions and heads")
    done = source.submit("late")
    said = done.stdout + done.stderr  # where the copy is known it says so at once
    expect(done.returncode != 0 and "closed" in said, "a closed source",
           f"{done.returncode}: {said}")
    target.ask("get", "job-space", "early", "--at-least", token)
    target.ask("get", "job-space", "early", "--as-of", token)
    done = target.submit("early")
    expect(json.loads(done.stdout)["code"] == "ALREADY_EXISTS", "the copy to know what was",
           done.stdout)
    done = target.submit("late")
    expect(json.loads(done.stdout)["code"] == "OK", "the copy to go on", done.stdout)


def check(program, folder, rng, commands):
    calm = Folder(program, folder / "calm")
    calm.ask("init")
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
            longest = calm_seconds
            while copy_killed(source, target, rng.uniform(0, longest)):
                kills += 1
                longest *= 1.1  # going on takes longer than beginning: it has to end some time
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
