#!/usr/bin/env python3
"""agencyd, agencyctl and a program of somebody else on a broker with TLS, passwords and ACLs.

    ops/python tests/secure/secure.py AGENCYD AGENCYCTL PORT TLS MECHANISM

PORT is that of `ops/kafka start --secure`, TLS its folder of certificates; passwords are told by
MECHANISM, SCRAM-SHA-512 or (brokers from 4.0 on, see docs/kafka.md) PLAIN. The users have what the
table of docs/kafka.md gives them, no more.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from confluent_kafka import Producer
from confluent_kafka.admin import (AclBinding, AclOperation, AclPermissionType, AdminClient,
                                   ResourcePatternType, ResourceType)

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/lib"))
from cases import expect, run_case  # noqa: E402

TOPICS = ("log", "commands", "decisions", "outcomes", "events", "dead_letters", "status")
LIMIT_S = 120


def allowed():
    """(who, operation, topics) of the rows of docs/kafka.md."""
    text = (ROOT / "docs/kafka.md").read_text()
    rows = re.findall(r"^\| (.+) \| ([A-Z][\w, ]+) \| ([a-z_, ]+) \|$", text, re.M)
    for who, operations, topics in rows:
        for operation in operations.split(", "):
            name = re.sub(r"(?<!^)([A-Z])", r"_\1", operation).upper()
            yield who, AclOperation[name], TOPICS if topics == "all" else topics.split(", ")


class Broker:
    def __init__(self, port, tls, mechanism):
        self.port, self.tls, self.mechanism = port, tls, mechanism
        self.admin = AdminClient({"bootstrap.servers": f"127.0.0.1:{port + 3}"})

    def allow(self, principal, roles):
        """What the table says of these rows."""
        rows = [row for row in allowed() if any(row[0].startswith(role) for role in roles)]
        expect(len(rows) >= len(roles), f"rows of {roles}", rows)
        acls = [AclBinding(ResourceType.TOPIC, f"agency.{topic}", ResourcePatternType.LITERAL,
                           principal, "*", operation, AclPermissionType.ALLOW)
                for _, operation, topics in rows for topic in topics]
        for made in self.admin.create_acls(acls).values():
            made.result(LIMIT_S)

    def password(self, user, password=None, mechanism=None, ca="ca.pem"):
        return {"security.protocol": "SASL_SSL", "ssl.ca.location": f"{self.tls}/{ca}",
                "sasl.mechanism": mechanism or self.mechanism, "sasl.username": user,
                "sasl.password": password or f"{user}-password"}

    def certificate(self):
        return {"security.protocol": "SSL", "ssl.ca.location": f"{self.tls}/ca.pem",
                "ssl.certificate.location": f"{self.tls}/client.pem",
                "ssl.key.location": f"{self.tls}/client.key"}


class Folder:
    """A data folder, and agencyctl on it."""

    made = 0

    def __init__(self, program, root):
        Folder.made += 1
        self.path = f"{root}/data{Folder.made}"
        self.command = [program, "--data", self.path, "--org", "acme"]

    def run(self, *words, code=0):
        done = subprocess.run([*self.command, *words], capture_output=True, text=True,
                              timeout=LIMIT_S)
        expect(done.returncode == code, f"exit code {code} of {words}",
               f"{done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def log(self, verb, port, properties, *words, code=0):
        given = [f"--property.{name}={value}" for name, value in properties.items()]
        return self.run("log", verb, "--brokers", f"127.0.0.1:{port}", "--timeout", "8s", *given,
                        *words, code=code)


class Grid:
    def __init__(self, agencyd, agencyctl, port, tls, mechanism, root):
        self.agencyd, self.agencyctl, self.root = agencyd, agencyctl, root
        self.broker = Broker(int(port), tls, mechanism)
        self.server = None

    def folder(self):
        return Folder(self.agencyctl, self.root)

    def prepare(self):
        """A log that admin made, served by agency, that client may ask."""
        broker = self.broker
        self.first = self.folder()
        self.first.log("create", broker.port, broker.password("admin"), "--partitions", "2")
        self.key = ("--cluster-key", f"{self.first.path}/cluster.key")
        broker.allow("User:agency", ["all of these", "`agencyd`"])
        broker.allow("User:client", ["all of these", "`agencyctl`"])
        self.home, self.office = self.folder(), self.folder()
        self.home.log("join", broker.port, broker.password("agency"), *self.key)
        self.office.log("join", broker.port, broker.password("client"), *self.key)
        with open(f"{self.root}/agencyd.log", "w") as log:
            self.server = subprocess.Popen([self.agencyd, "--data", self.home.path,
                                            "--election-timeout=1s"], stdout=log, stderr=log)

    def stop(self):
        if self.server is not None:
            self.server.terminate()
            self.server.wait(LIMIT_S)

    def refused(self, properties, port=None, code=1):
        """What joining the log with these says."""
        return self.folder().log("join", port or self.broker.port, properties, *self.key, code=code)


# Who may.

def it_works_with_what_the_table_gives(grid):
    grid.office.run("submit", "CreateOrg", json.dumps({
        "orgId": "acme", "owner": {"subjectId": "root"}, "identity": "r",
        "credential": {"credentialId": "k", "kind": "CREDENTIAL_KIND_API_KEY"}}))
    found = json.loads(grid.office.run("get", "subject", "root", "--output", "json"))
    expect(found["subjectId"] == "root", "the owner", found)
    said = grid.first.run("status")
    expect("decisions can be written by: User:agency from *" in said, "who owns the log", said)
    expect("agency-password" in pathlib.Path(f"{grid.home.path}/kafka.conf").read_text(),
           "the password in the folder")
    mode = os.stat(f"{grid.home.path}/kafka.conf").st_mode & 0o777
    expect(mode == 0o600, "that only its owner reads it", oct(mode))


def it_serves_programs_that_may_only_send_commands(grid):
    broker, key = grid.broker, f"{grid.root}/signer.pem"
    identity = grid.office.run("key", "new", key).strip()
    grid.office.run("submit", "BindCredential", json.dumps({
        "credentialId": "p", "subjectId": "root", "kind": "CREDENTIAL_KIND_ED25519",
        "identity": identity}))
    broker.allow("User:CN=client", ["programs that send commands"])
    words = [f"{ROOT}/ops/python", f"{ROOT}/examples/producer-python/send.py", "--brokers",
             f"127.0.0.1:{broker.port + 2}", "--cluster", grid.office.run("log", "id").strip(),
             "--key", key, "--org", "acme"]
    for name, value in broker.certificate().items():
        words += ["--property", f"{name}={value}"]
    done = subprocess.run([*words, "CreateGroup", '{"group":{"groupId":"g"}}'], capture_output=True,
                          text=True, timeout=LIMIT_S)
    expect('"code": "OK"' in done.stdout, "an answer", done.stdout + done.stderr)


def it_takes_a_password_in_plain_too(grid):
    grid.folder().log("join", grid.broker.port, grid.broker.password("client", mechanism="PLAIN"),
                      *grid.key)


# Who may not.

def it_keeps_decisions_to_those_who_may_write_them(grid):
    errors = []
    producer = Producer({"bootstrap.servers": f"127.0.0.1:{grid.broker.port}", "log_level": 3,
                         **grid.broker.password("client")})
    producer.produce("agency.decisions", b"mine", partition=0,
                     on_delivery=lambda error, _: errors.append(error))
    producer.flush(LIMIT_S)
    expect("authorization failed" in str(errors[0]), "a refusal", errors)


def it_names_the_topic_that_somebody_may_not_use(grid):
    said = grid.refused(grid.broker.certificate(), grid.broker.port + 2)
    expect("PERMISSION_DENIED" in said and "agency.log" in said, "the topic", said)


def it_says_that_the_password_is_wrong(grid):
    said = grid.refused(grid.broker.password("agency", "guessed"))
    expect("UNAUTHENTICATED" in said and re.search("invalid (credentials|username)", said, re.I),
           "why", said)


def it_says_that_a_certificate_is_of_another_authority(grid):
    said = grid.refused(grid.broker.password("agency", ca="other-ca.pem"))
    expect("UNAUTHENTICATED" in said and "certificate verify failed" in said, "why", said)


def it_says_that_a_certificate_is_missing(grid):
    properties = {"security.protocol": "SSL", "ssl.ca.location": f"{grid.broker.tls}/ca.pem"}
    said = grid.refused(properties, grid.broker.port + 2)
    expect("bad certificate" in said or "certificate required" in said, "why", said)


def it_says_that_the_port_wants_tls(grid):
    said = grid.refused({})
    expect("security.protocol" in said and "SSL listener" in said, "why", said)


def main():
    cases = [(name, case) for name, case in globals().items() if name.startswith("it_")]
    with tempfile.TemporaryDirectory() as folder:
        grid = Grid(*sys.argv[1:], folder)
        try:
            grid.prepare()
            results = [run_case(name, case, grid) for name, case in cases]
        finally:
            grid.stop()
        if not all(results):
            print(pathlib.Path(f"{folder}/agencyd.log").read_text()[-3000:])
    print(f"{results.count(True)} passed, {results.count(False)} failed, 0 skipped")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
