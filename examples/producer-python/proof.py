"""Who sends a command, proven: the statement that is signed, and the record that is sent.

docs/commands.md says the same byte by byte; tests/golden/proof.txt has known answers.
"""

import hashlib
import struct
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agency.v1 import command_pb2, common_pb2

SECOND_US = 1_000_000


def read_key(path):
    """The private key that `agencyctl key new` or `openssl genpkey` wrote."""
    with open(path, "rb") as file:
        key = serialization.load_pem_private_key(file.read(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"expected an Ed25519 key in {path}")
    return key


def principal_of(key):
    """Who the signer is: its public key in 64 hexadecimal digits, bound to a subject of the org."""
    public = key.public_key().public_bytes(serialization.Encoding.Raw,
                                           serialization.PublicFormat.Raw)
    return command_pb2.Principal(kind=common_pb2.CREDENTIAL_KIND_ED25519,
                                 identity_hash=public.hex())


def fingerprint(principal):
    """What outcomes say of whose command it was."""
    who = (f"operator:{principal.operator}" if principal.operator
           else f"{principal.kind}:{principal.identity_hash}")
    return hashlib.sha256(b"agencygrid/principal/1" + who.encode()).hexdigest()


def statement(cluster_id, record, org_id, command_id):
    """What the proof of a record is over."""
    def sized(data):
        data = data.encode() if isinstance(data, str) else data
        return struct.pack(">I", len(data)) + data

    principal = record.principal
    return b"".join([
        b"agencygrid/command/1",
        sized(cluster_id), sized(org_id), sized(command_id),
        struct.pack(">qq", record.issued_at_us, record.expires_at_us),
        sized(principal.operator),
        struct.pack(">I", principal.kind), sized(principal.identity_hash),
        sized(record.key_id),
        sized(record.command),
    ])


def signed(key, cluster_id, command, life_s, now_us=None):
    """The CommandRecord of a command, signed; it may be decided for `life_s` seconds."""
    issued_us = time.time_ns() // 1000 if now_us is None else now_us
    record = command_pb2.CommandRecord(command=command.SerializeToString(),
                                   principal=principal_of(key), issued_at_us=issued_us,
                                   expires_at_us=issued_us + int(life_s * SECOND_US))
    record.signature = key.sign(statement(cluster_id, record, command.org_id, command.command_id))
    return record
