#!/usr/bin/env python3
"""agencyctl on a disk that is full, or nearly.

    unshare -rm tests/crash/disk.py AGENCYCTL COMMANDS

A small tmpfs is left with so many bytes free, for many sizes. Whatever they are: nothing dies of a
signal; one command has one answer, and what it says is so; questions and verify are answered as
ever; and when there is room again all goes on. COMMANDS is the rust-team example.
"""

import datetime
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/lib"), str(ROOT / "tests/cli")]
from cases import expect, run_case, totals  # noqa: E402
from tool import Tool, make_org  # noqa: E402

KIB, MIB = 1 << 10, 1 << 20
FREE_KIB = (0, 4, 16, 64, 1024, 18 << 10, 32 << 10, (32 << 10) + 40, 33000, 33200, 40 << 10)
INIT_KIB = range(4, 44, 8)
IMPORT_MIB = (1, 33, 45, 51, 52, 53, 60)
QUESTIONS = (("get", "group", "red"), ("list", "groups"),
             ("check", "ada", "AssignRole", "group:red"), ("history",),
             ("stints", "subject", "ada"), ("orgs",), ("log",), ("export", "-"), ("verify",))


class Disk:
    """A tmpfs that can be filled."""

    def __init__(self, path):
        self.path, self.filler = path, path / "filler"
        path.mkdir()

    def mount(self, size):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", self.path],
                       check=True)

    def resize(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", self.path], check=True)

    def unmount(self):
        subprocess.run(["umount", self.path], check=True)

    def leave(self, free):
        """Fills all but so many bytes."""
        found = os.statvfs(self.path)
        with open(self.filler, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, found.f_bavail * found.f_frsize - free)

    def relieve(self):
        self.filler.unlink()


def run(tool, *words):
    done = tool.run(*words)
    expect(done.returncode >= 0, f"{words} to end by itself",
           f"{done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}")
    return done


def timeless(text):
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)


def submit(tool):
    """Whether the group was made, by the one answer that there is."""
    done = run(tool, "submit", "CreateGroup", '{"groupId":"new"}', "--command-id", "new")
    said = f"{done.returncode}: {done.stdout}{done.stderr}"
    if done.returncode == 0:
        expect(done.stdout.startswith("accepted") and "UNAVAILABLE" not in done.stderr,
               "the answer that it is accepted, and no other", said)
    else:
        expect(done.returncode == 1 and not done.stdout and
               done.stderr.count("UNAVAILABLE") == 1, "one answer that it is not", said)
    return done.returncode == 0


def check_size(disk, template, answers, free):
    disk.mount("128m")
    shutil.copytree(template.data, disk.path / "data")
    acme = Tool(template.program, disk.path / "data", "acme")
    disk.leave(free)
    for words, answer in answers.items():
        done = run(acme, *words)
        expect(done.returncode == 0 and timeless(done.stdout) == answer,
               f"the usual answer of {words}", f"{done.returncode}: {done.stdout}{done.stderr}")
    made = submit(acme)
    done = run(acme, "get", "group", "new")
    expect((done.returncode == 0) == made, f"a group that is there: {made}", done.stdout)
    expect(run(acme, "rebuild").returncode in (0, 1), "stores that are made again, or kept")
    acme("verify")
    disk.relieve()
    again = acme("submit", "CreateGroup", '{"groupId":"new"}', "--command-id", "new")
    expect(("answered before" in again) == made, f"the same answer, if it was made: {made}", again)
    acme("rebuild")
    acme("verify")
    disk.unmount()


def check_sweep(disk, template, _):
    answers = {words: timeless(template(*words)) for words in QUESTIONS}
    behind_the_log = datetime.datetime.now(datetime.timezone.utc).isoformat()[:23] + "Z"
    words = ("list", "groups", "--as-of", behind_the_log)
    answers[words] = timeless(template(*words))
    for free in FREE_KIB:
        try:
            check_size(disk, template, answers, free * KIB)
        except Exception:
            print(f"at {free} KiB:")
            raise


def check_init(disk, template, _):
    for size in INIT_KIB:
        disk.mount(f"{size}k")
        made = Tool(template.program, disk.path / "data", "acme")
        done = run(made, "init")
        said = run(made, "list", "groups").stderr
        expect(("NOT_FOUND: expected an org" in said) == (done.returncode == 0),
               "a folder that is whole if init said so", f"{size}: {done} {said}")
        run(made, "submit", "CreateOrg", '{"orgId":"acme","owner":{"subjectId":"root"}}')
        disk.resize("128m")
        expect(run(made, "init").returncode == (0 if done.returncode else 1), "one init", size)
        make_org(made)
        made("verify")
        disk.unmount()


def check_import(disk, template, commands):
    for size in IMPORT_MIB:
        disk.mount(f"{size}m")
        rust = Tool(template.program, disk.path / "data", "rust-lang")
        rust("init")
        done = run(rust, "import", commands)
        accepted = int(re.match(r"(\d+) commands accepted", done.stdout)[1])
        told = [json.loads(line) for line in rust("log", "--output", "json").splitlines()]
        decided = sum(item["type"] == "DECISION" for item in told)
        expect(decided == accepted, f"{accepted} decisions at {size} MiB", f"{decided}, {done}")
        rust("verify")
        disk.resize("128m")
        said = rust("import", commands)
        expect(f"{accepted} answered before" in said, "what was accepted to stand", said)
        rust("verify")
        disk.unmount()


def main():
    program, commands = sys.argv[1:]
    cases = (check_sweep, check_init, check_import)
    with tempfile.TemporaryDirectory() as folder:
        template = Tool(str(pathlib.Path(program).resolve()), pathlib.Path(folder) / "template",
                        "acme")
        template("init")
        make_org(template)
        disk = Disk(pathlib.Path(folder) / "disk")
        passed = []
        for case in cases:
            passed.append(run_case(case.__name__, case, disk, template, commands))
            subprocess.run(["umount", disk.path], stderr=subprocess.DEVNULL, check=False)
    return totals(passed)


if __name__ == "__main__":
    sys.exit(main())
