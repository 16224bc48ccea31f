#!/usr/bin/env python3
"""The examples that send commands, against agencyd on a real broker.

    tests/producers/producers.py AGENCYD AGENCYCTL BROKERS

A case is a function `it_...` named by what is true; it is run for each language.
"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/lib"))
from cases import expect, run_case  # noqa: E402
from wire import wire  # noqa: E402

JARS = f"{ROOT}/build/producer-java/producer-java-1.jar:{ROOT}/build/producer-java/libs/*"
DONE, FAILED, REJECTED = 0, 1, 3
LIMIT_S = 120


class Grid:
    """An installation: a log on Kafka, agencyd, the org acme with a key of its own to sign with."""

    def __init__(self, agencyd, agencyctl, brokers, folder):
        self.agencyd, self.folder, self.brokers = agencyd, folder, brokers
        self.ctl = [agencyctl, "--data", f"{folder}/data", "--org", "acme"]
        self.server = self.key = self.identity = self.cluster = None

    def prepare(self):
        self.run("log", "create", "--brokers", self.brokers, "--partitions", "4")
        self.cluster = self.run("log", "id").strip()
        self.start()
        self.run("submit", "CreateOrg", json.dumps({
            "orgId": "acme", "owner": {"subjectId": "root"}, "identity": "root",
            "credential": {"credentialId": "root-key", "kind": "CREDENTIAL_KIND_API_KEY"}}))
        self.key, self.identity = self.make_key("signer")
        self.bind("signer", self.identity)

    def run(self, *words):
        done = subprocess.run([*self.ctl, *words], capture_output=True, text=True, timeout=LIMIT_S)
        expect(done.returncode == DONE, f"{words} to be done", done.stdout + done.stderr)
        return done.stdout

    def ids(self, kind, field):
        """Of the live entities of a kind, once all that was decided is in the stores."""
        lines = self.run("list", kind, "--output", "json").splitlines()
        return [json.loads(line)[field] for line in lines]

    def make_key(self, name):
        file = f"{self.folder}/{name}.pem"
        return file, self.run("key", "new", file).strip()

    def bind(self, name, identity):
        self.run("submit", "BindCredential", json.dumps({
            "credentialId": name, "subjectId": "root", "kind": "CREDENTIAL_KIND_ED25519",
            "identity": identity}))

    def start(self):
        with open(f"{self.folder}/agencyd.log", "a") as log:
            self.server = subprocess.Popen([self.agencyd, "--data", f"{self.folder}/data",
                                            "--election-timeout", "1s"], stdout=log, stderr=log)

    def stop(self, how=signal.SIGTERM):
        if self.server is not None:
            self.server.send_signal(how)
            self.server.wait(LIMIT_S)


class Sender:
    """One of the examples."""

    def __init__(self, language, grid):
        self.language, self.grid = language, grid

    def command(self, options):
        words = [f"{ROOT}/ops/python", f"{ROOT}/examples/producer-python/send.py"]
        given = {"brokers": self.grid.brokers, "cluster": self.grid.cluster, "org": "acme",
                 "key": self.grid.key, **options}
        if self.language == "java":
            words = ["java", "-cp", JARS, "agency.example.Send"]
            given = {"identity": self.grid.identity, **given}
        else:
            given.pop("identity", None)
        for name, value in given.items():
            words += [f"--{name}", str(value)]
        return words

    def run(self, *words, code=DONE, stdin=None, **options):
        """The answers; fails unless the exit code is as expected."""
        options = {name.replace("_", "-"): value for name, value in options.items()}
        done = subprocess.run([*self.command(options), *words], input=stdin, capture_output=True,
                              text=True, timeout=LIMIT_S)
        expect(done.returncode == code, f"exit code {code} of {words}",
               f"{done.returncode}: {done.stdout}{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def submit(self, command, body, **options):
        payload = wire(command[0].lower() + command[1:], body)
        return self.run(command, json.dumps(payload), **options)[0]


# What is answered.

def it_is_told_what_was_decided(sender, grid):
    subject = {"subjectId": f"eve-{sender.language}", "name": f"Eve {sender.language}"}
    said = sender.submit("RegisterSubject", subject)
    expect(said["code"] == "OK" and said["events"] == 1, "an accepted command", said)
    found = json.loads(grid.run("get", "subject", subject["subjectId"], "--output", "json",
                                "--at-least", said["token"]))
    expect(found["name"] == subject["name"], "the subject", found)


def it_is_told_why_a_command_was_rejected(sender, grid):
    said = sender.submit("AssignRole", {"roleId": "none", "subjectId": "root"}, code=REJECTED)
    expect(said["code"] == "NOT_FOUND" and "sequence" in said, "a recorded rejection", said)


def it_gets_the_first_answer_again(sender, grid):
    group, other = {"groupId": f"again-{sender.language}"}, {"groupId": f"else-{sender.language}"}
    name = f"twice-{sender.language}"
    first = sender.submit("CreateGroup", group, command_id=name)
    again = sender.submit("CreateGroup", group, command_id=name)
    expect(again.get("repeated") and again["sequence"] == first["sequence"], "a repeat", again)
    said = sender.submit("CreateGroup", other, command_id=name, code=REJECTED)
    expect(said["code"] == "INVALID_ARGUMENT", "another content to be refused", said)


# Who sent it.

def it_is_refused_with_a_key_that_nobody_bound(sender, grid):
    key, identity = grid.make_key(f"stranger-{sender.language}")
    options = {"key": key, "identity": identity, "code": REJECTED}
    said = sender.submit("CreateGroup", {"groupId": "x"}, **options)
    expect(said["code"] == "UNAUTHENTICATED" and "credential" in said["reason"], "why", said)
    grid.bind(f"stranger-{sender.language}", identity)
    sender.submit("CreateGroup", {"groupId": f"known-{sender.language}"}, key=key,
                  identity=identity)
    grid.run("submit", "RevokeCredential",
             json.dumps({"credentialId": f"stranger-{sender.language}"}))
    said = sender.submit("CreateGroup", {"groupId": "y"}, **options)
    expect(said["code"] == "UNAUTHENTICATED", "a revoked key to be refused", said)


def it_is_refused_with_a_proof_for_another_cluster(sender, grid):
    said = sender.submit("CreateGroup", {"groupId": "x"}, cluster="00" * 16, code=REJECTED)
    expect(said["code"] == "UNAUTHENTICATED" and "cluster" in said["reason"], "why", said)


# What others send under the same id: an own command of the org's root, a copy, a forgery.
MIMIC = r"""
import sys
sys.path.insert(0, sys.argv[1])
import threading, time
from confluent_kafka import Consumer, Producer, TopicPartition
from agency.v1 import command_pb2
from client import Client
from proof import read_key, signed

brokers, cluster, key, command_id = sys.argv[2:]
client = Client(brokers, bytes.fromhex(cluster), read_key(key))
reader = Consumer({"bootstrap.servers": brokers, "group.id": "mimic"})
places = [TopicPartition("agency.commands", number) for number in range(4)]
for place in places:
    place.offset = reader.get_watermark_offsets(place, timeout=10)[1]
reader.assign(places)
print("ready", flush=True)
while True:
    message = reader.poll(60)
    record = command_pb2.CommandRecord.FromString(message.value())
    command = command_pb2.Command.FromString(record.command)
    if command.command_id == command_id:
        break
forged = command_pb2.CommandRecord.FromString(message.value())
forged.signature = bytes(64)
own = command_pb2.Command(org_id="acme", command_id=command_id)
own.create_group.group.group_id = "mimic-" + command_id
for value in (forged, signed(client.key, client.cluster_id, own, 60), record):
    client.producer.produce("agency.commands", value.SerializeToString(), key="acme",
                            partition=message.partition())
client.producer.flush()
"""


def it_takes_no_answer_to_another_command_of_its_id(sender, grid):
    name = f"mimicked-{sender.language}"
    key, identity = grid.make_key(f"mimic-{sender.language}")
    grid.bind(f"mimic-{sender.language}", identity)
    mimic = [ROOT / "ops/python", "-c", MIMIC, f"{ROOT}/examples/producer-python", grid.brokers,
             grid.cluster, key, name]
    for times in range(3):
        with subprocess.Popen(mimic, stdout=subprocess.PIPE, text=True) as running:
            running.stdout.readline()
            said = sender.submit("AssignRole", {"roleId": "none", "subjectId": "root"},
                                 command_id=name, code=REJECTED)
            expect(running.wait(LIMIT_S) == 0, "the other's commands sent", running.returncode)
        expect(said["code"] == "NOT_FOUND", "the answer to its own", said)
        expect(said.get("repeated", False) == (times > 0), "a repeat, later", said)
    expect(f"mimic-{name}" in grid.ids("groups", "groupId"), "the other's done", name)


# When nobody answers.

def it_gives_up_and_may_ask_again(sender, grid):
    group, name = {"groupId": f"late-{sender.language}"}, f"late-{sender.language}"
    grid.stop()
    sender.run("CreateGroup", json.dumps({"group": group}), command_id=name, timeout=3, attempt=1,
               code=FAILED)
    grid.start()
    said = sender.submit("CreateGroup", group, command_id=name, attempt=2)
    expect(said["code"] == "OK", "an answer", said)
    expect(grid.ids("groups", "groupId").count(name) == 1, "one group", said)


def it_gets_every_command_decided_once_over_a_kill(sender, grid):
    wanted = [f"{sender.language}-{number}" for number in range(150)]
    lines = "".join(json.dumps({"createGroup": {"group": {"groupId": group}}}) + "\n"
                    for group in wanted)
    with subprocess.Popen([*sender.command({"attempt": 1}), "-"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as running:
        running.stdin.write(lines)
        running.stdin.close()
        said = [json.loads(running.stdout.readline()) for _ in range(20)]
        grid.stop(signal.SIGKILL)
        time.sleep(1)
        grid.start()
        said += [json.loads(line) for line in running.stdout]
        expect(running.wait(LIMIT_S) == DONE, "all accepted", said[-1])
    sequences = [answer["sequence"] for answer in said]
    expect(len(set(sequences)) == len(wanted), "a decision of its own for each", len(sequences))
    grid.run("get", "group", wanted[-1], "--at-least", said[-1]["token"])
    found = [group for group in grid.ids("groups", "groupId") if group in wanted]
    expect(sorted(found) == sorted(wanted), "each group", len(found))


NOISE = r"""
import sys
from confluent_kafka import Producer
producer = Producer({"bootstrap.servers": sys.argv[1]})
for value in (None, b"", b"\xff\x00", b"x" * 900000):
    producer.produce("agency.status", value)
producer.flush()
"""


def it_hides_no_process_behind_what_is_no_status(_, grid):
    subprocess.run([ROOT / "ops/python", "-c", NOISE, grid.brokers], check=True, timeout=LIMIT_S)
    expect("writer" in grid.run("status"), "the process", "not there")


def main():
    cases = [(name, case) for name, case in globals().items() if name.startswith("it_")]
    with tempfile.TemporaryDirectory() as folder:
        grid = Grid(*sys.argv[1:], folder)
        try:
            grid.prepare()
            results = [run_case(f"{language}: {name}", case, Sender(language, grid), grid)
                       for language in ("python", "java") for name, case in cases]
        finally:
            grid.stop()
        if not all(results):
            print(pathlib.Path(f"{folder}/agencyd.log").read_text()[-2000:])
    print(f"{results.count(True)} passed, {results.count(False)} failed, 0 skipped")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
