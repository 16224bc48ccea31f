#!/usr/bin/env python3
"""The Python example signs as tests/golden/proof.txt says, and reads a command by itself."""

import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf import json_format

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples/producer-python"))
import client  # noqa: E402
import proof  # noqa: E402
import send  # noqa: E402

from agency.v1 import command_pb2  # noqa: E402


def cases():
    for text in (ROOT / "tests/golden/proof.txt").read_text().split("\n\n"):
        yield dict(line.split(None, 1) for line in text.strip().splitlines())


def check(case):
    cluster, command = bytes.fromhex(case["cluster_id"]), bytes.fromhex(case["command"])
    record = command_pb2.CommandRecord.FromString(bytes.fromhex(case["record"]))
    assert record.command == command
    said = proof.statement(cluster, record, case["org_id"], case["command_id"])
    assert said.hex() == case["statement"], said.hex()
    assert proof.fingerprint(record.principal) == case["fingerprint"]
    if "secret" in case:
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(case["secret"]))
        made = proof.signed(key, cluster, command_pb2.Command.FromString(command), 60,
                            int(case["issued_at_us"]))
        assert made.signature.hex() == case["signature"], made.signature.hex()
        assert made.SerializeToString().hex() == case["record"]


def is_refused(name, payload):
    try:
        send.named(name, payload)
    except (ValueError, json_format.Error):
        return True
    return False


def check_names():
    made = send.named("CreateGroup", '{"group":{"groupId":"g"}}')
    assert made.create_group.group.group_id == "g"
    for payload in ('{"group":{"groupId":"g"}},"annotations":[]', '{"groupId":"g"}',
                    "{} {}", "null", "[]", "",
                    'null,"createOrg":{}'):
        assert is_refused("CreateGroup", payload), payload
    for name in ("annotations", "orgId", "createGroup", ""):
        assert is_refused(name, "{}"), name


def main():
    check_names()
    found = list(cases())
    assert len(found) == 2
    for case in found:
        check(case)
    # As in tests/unit/base/test_murmur2.c.
    for org_id, hashed in (("21", -973932308), ("foobar", -790332482), ("abc", 479470107),
                           ("a-little-bit-long-string", -985981536)):
        assert client.partition_of(org_id, 1024) == (hashed & 0x7FFFFFFF) % 1024, org_id


if __name__ == "__main__":
    main()
