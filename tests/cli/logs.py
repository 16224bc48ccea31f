"""The log and its stores, by agencyctl."""

import json
import re
import shutil
import subprocess

from cases import expect
from tool import DAMAGED, FAILED


def it_reads_beside_an_owner(tool, fresh):
    acme = fresh()
    with subprocess.Popen([*acme.command, "submit", "-", "--output", "json"], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        for number in range(3):
            owner.stdin.write(json.dumps({"orgId": "acme", "commandId": f"beside-{number}",
                                          "createGroup": {"group": {
                                              "groupId": f"green-{number}"}}}) + "\n")
            owner.stdin.flush()
            expect(json.loads(owner.stdout.readline())["events"] == 1, "an acknowledged decision")
            acme("get", "group", f"green-{number}")
        owner.stdin.close()
        expect(owner.wait(60) == 0, "a clean end of the owner")


def it_makes_lost_stores_again(tool, fresh):
    acme = fresh()
    before = acme.root()
    shutil.rmtree(acme.data / "stores")
    expect(acme.json("get", "group", "red")[0]["name"] == "red", "an answer without stores")
    acme("rebuild")
    expect(acme.root() == before, "the same root")


def it_finds_a_changed_byte(tool, fresh):
    acme = fresh()
    segment = next((acme.data / "log").glob("*.log"))
    data = bytearray(segment.read_bytes())
    data[len(data.rstrip(b"\0")) // 2] ^= 1
    segment.write_bytes(data)
    said = acme.error("verify", code=DAMAGED)
    expect(re.search(r"partition \d+.*sequence \d+", said), "partition and sequence", said)


def it_gives_up_a_lost_tail_only_when_told_to(tool, fresh):
    acme = fresh()
    kept = acme.data.with_name(acme.data.name + ".log")
    shutil.copytree(acme.data / "log", kept)
    acme.submit("CreateGroup", groupId="late", name="late")
    shutil.rmtree(acme.data / "log")
    kept.rename(acme.data / "log")
    for words in (("get", "group", "late"), ("verify",), ("rebuild",)):
        said = acme.error(*words, code=DAMAGED)
        expect("which the store has seen" in said, f"{words} to tell of the loss", said)
    expect("--accept-lost-tail" in acme.error("verify", code=DAMAGED), "the way out")
    said = acme("rebuild", "--accept-lost-tail")
    expect(acme("get", "group", "late", code=FAILED) == "", "the tail to be given up", said)
    acme.submit("CreateGroup", groupId="late", name="late")


def it_gives_up_a_cut_end_of_the_log_and_says_what_that_was(tool, fresh):
    acme = fresh()
    segment = next((acme.data / "log").glob("*.log"))
    kept = acme.root()
    before = len(segment.read_bytes())
    for group in ("late", "later"):
        acme.submit("CreateGroup", groupId=group, name=group)
    data = segment.read_bytes()
    expect(len(data) > before, "a log that grew", len(data))
    segment.write_bytes(data[:before + 10])
    for words in (("get", "group", "red"), ("verify",), ("rebuild",)):
        said = acme.error(*words, code=DAMAGED)
        expect("acknowledged records are missing" in said and "--accept-lost-tail" in said,
               f"{words} to tell of the loss and the way out", said)
    said = acme.run("rebuild", "--accept-lost-tail")
    expect(said.returncode == 0, "the rest of the log", said)
    expect(re.search(r"partition \d+: given up: \d+ commands, offsets", said.stderr) and
           re.search(r"partition \d+: given up: \d+ decisions, offsets", said.stderr),
           "what is given up", said.stderr)
    expect(acme("get", "group", "late", code=FAILED) == "", "the group to be gone")
    expect(acme.root() == kept, "all that was before the loss")
    acme.submit("CreateGroup", groupId="late", name="late")
    acme("verify")


def it_gives_up_no_damage_that_whole_records_follow(tool, fresh):
    acme = fresh()
    segment = next((acme.data / "log").glob("*.log"))
    data = bytearray(segment.read_bytes())
    data[len(data.rstrip(b"\0")) // 2] ^= 1
    segment.write_bytes(data)
    said = acme.error("rebuild", "--accept-lost-tail", code=DAMAGED)
    expect("only an end can be given up" in said and "backup" in said, "what to do", said)
    expect(segment.read_bytes() == data, "nothing to be changed")
