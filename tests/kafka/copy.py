#!/usr/bin/env python3
"""A log that moves: `agencyctl log copy` from a folder to Kafka and back, killed on the way.

    tests/kafka/copy.py BUILD SCRATCH BROKERS [SEED]

The rust-team example (SCRATCH/commands.jsonl) is imported into a folder, copied to Kafka, gone on
with there by agencyd, and copied back while agencyd runs. Each copy is killed (SIGKILL) again and
again until it ends. Roots, decisions, heads and tokens stay what they were; each log that was left
takes no command any more. A failure prints the seed.
"""

import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/crash"), str(ROOT / "tests/daemon")]
from copy_tool import Fault, Folder, copy_killed, expect  # noqa: E402
from daemon import Daemon  # noqa: E402

KILLS = 12


def copy_again_and_again(rng, source, target, seconds, *options):
    """Kills the copy at random moments, then lets it end."""
    for _ in range(KILLS):
        if not copy_killed(source, target, rng.uniform(0, seconds), *options):
            return
    copy_killed(source, target, 300, *options)


def truth(folder):
    return {"roots": folder.roots(), "decisions": folder.decisions()}


def check(build, scratch, brokers, rng):
    program = str(build / "agencyctl")
    local = Folder(program, scratch / "local")
    shared = Folder(program, scratch / "shared")
    back = Folder(program, scratch / "back")
    local.ask("init")
    local.ask("import", str(scratch / "commands.jsonl"))
    first = json.loads(local.submit("first").stdout)["token"]
    before = truth(local)
    prefix = f"moved{rng.randrange(1 << 30)}"

    copy_again_and_again(rng, local, shared, 4, "--brokers", brokers, "--prefix", prefix)
    expect(truth(shared) == before, "what the folder had, on Kafka")
    shared.ask("get", "job-space", "first", "--at-least", first)
    late = local.submit("late")
    expect("go on in" in late.stderr and "shared" in late.stderr, "where it went", late.stderr)

    daemon = Daemon(build / "agencyd", shared.path, ())
    try:
        daemon.await_text("state=leader", 16)
        answer = json.loads(shared.submit("first").stdout)
        expect(answer["code"] == "ALREADY_EXISTS", "agencyd to know what was", answer)
        second = json.loads(shared.submit("second").stdout)
        expect(second["code"] == "OK", "agencyd to go on", second)
        copy_again_and_again(rng, shared, back, 3)
        daemon.await_text("state=follower", 16)
        late = shared.run("submit", "OpenJobSpace", '{"jobSpaceId":"late"}')
        expect("go on in" in late.stderr and "back" in late.stderr, "where it went", late.stderr)
        (shared.path / "moved").unlink()  # as of a folder that did not make the copy
        late = shared.run("submit", "OpenJobSpace", '{"jobSpaceId":"late"}')
        expect("was closed" in late.stderr, "a closed log to take no command", late.stderr)
        status = shared.run("status").stdout
        expect("closed" in status and "nobody" not in status, "a closed log", status)
        after = truth(shared)
    finally:
        daemon.stop(signal.SIGKILL)

    expect(truth(back) == after, "what Kafka had, in the folder")
    for token, space in ((first, "first"), (second["token"], "second")):
        back.ask("get", "job-space", space, "--at-least", token)
        back.ask("get", "job-space", space, "--as-of", token)
    answer = json.loads(back.submit("late").stdout)
    expect(answer["code"] == "OK", "the folder to go on", answer)
    return f"{len(before['decisions'])} decisions to Kafka and back, roots and heads as they were"


def main():
    build, scratch, brokers = sys.argv[1:4]
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 32)
    failed, began = 0, time.monotonic()
    try:
        told = check(pathlib.Path(build).resolve(), pathlib.Path(scratch), brokers,
                     random.Random(seed))
        print(f"copy: {told}, in {time.monotonic() - began:.0f} s")
    except (Fault, subprocess.SubprocessError, LookupError, ValueError) as fault:
        failed = 1
        print(f"FAILED copy (seed {seed}): {fault!r}"[:2000])
    for name in ("local", "shared", "back"):
        shutil.rmtree(pathlib.Path(scratch) / name, ignore_errors=True)
    print(f"{1 - failed} passed, {failed} failed, 0 skipped")
    return failed


if __name__ == "__main__":
    sys.exit(main())
