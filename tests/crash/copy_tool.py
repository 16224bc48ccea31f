"""What the tests of `agencyctl log copy` share."""

import json
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from cases import Fault, expect  # noqa: E402,F401

ORG = "rust-lang"


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


def copy_killed(source, target, seconds, *options):
    """Whether `log copy` was killed after so many seconds; else it has ended well."""
    words = [*source.command, "log", "copy", str(target.path), *options]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as job:
        try:
            _, said = job.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            job.send_signal(signal.SIGKILL)
            job.communicate()
            return True
        expect(job.returncode == 0, "exit code 0 of log copy", f"{job.returncode}: {said}")
    return False
