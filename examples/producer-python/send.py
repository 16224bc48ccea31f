#!/usr/bin/env python3
"""Sends commands, signed, over Kafka, and prints their answers as JSON lines.

    send.py --cluster ID --key FILE --org ORG COMMAND JSON    one command, such as
        RegisterSubject '{"subject":{"subjectId":"eve"}}'
    send.py --cluster ID --key FILE --org ORG -               JSON lines of commands, one by one

Exit code 0: accepted; 3: at least one was rejected, or never decided; 1: it could not be done.
"""

import argparse
import json
import sys

from confluent_kafka import KafkaException
from google.protobuf import json_format

from agency.v1 import command_pb2
from client import Client, NoAnswer, NotDecided
from proof import read_key


def parsed(text, message):
    """The message, filled from a text that is one object of JSON."""
    if not isinstance(json.loads(text), dict):
        raise ValueError(f"expected an object, but it is '{text.strip()}'")
    return json_format.Parse(text, message)


def named(name, payload):
    """The Command by its name; the payload is read by itself and can be nothing else."""
    for member in command_pb2.Command.DESCRIPTOR.oneofs_by_name["payload"].fields:
        if member.message_type.name == name:
            command = command_pb2.Command()
            getattr(command, member.name).SetInParent()
            parsed(payload, getattr(command, member.name))
            return command
    raise ValueError(f"expected the name of a command, such as AssignRole, but it is '{name}'")


def commands(options):
    if options.command == ["-"]:
        found = (parsed(line, command_pb2.Command()) for line in sys.stdin if line.strip())
    elif len(options.command) == 2:
        found = [named(*options.command)]
    else:
        sys.exit("expected COMMAND JSON, or -")
    for command in found:
        command.org_id = command.org_id or options.org
        command.command_id = command.command_id or options.command_id
        yield command


def answer(client, command, timeout_s):
    try:
        return json_format.MessageToDict(client.submit(command, timeout_s))
    except NotDecided as letter:
        return {"commandId": command.command_id, "code": letter.code, "reason": letter.reason,
                "deadLetter": True}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brokers", default="127.0.0.1:19092")
    parser.add_argument("--prefix", default="agency", help="what the topics' names begin with")
    parser.add_argument("--cluster", required=True, help="what `agencyctl log id` shows")
    parser.add_argument("--key", required=True, help="the file that `agencyctl key new` wrote")
    parser.add_argument("--org", required=True)
    parser.add_argument("--command-id", default="", help="to repeat a command safely")
    parser.add_argument("--timeout", type=float, default=60, help="seconds to wait for an answer")
    parser.add_argument("--attempt", type=float, default=10,
                        help="seconds after which a command is sent again")
    parser.add_argument("--property", action="append", default=[], metavar="NAME=VALUE",
                        help="for librdkafka, such as security.protocol=SSL")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    client = Client(options.brokers, bytes.fromhex(options.cluster), read_key(options.key),
                    options.prefix, dict(text.split("=", 1) for text in options.property),
                    options.attempt)
    code = 0
    for command in commands(options):
        said = answer(client, command, options.timeout)
        print(json.dumps(said), flush=True)
        code = code if said.get("code", "OK") == "OK" else 3
    client.close()
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KafkaException, NoAnswer, OSError, ValueError, json_format.Error) as fault:
        sys.exit(f"{type(fault).__name__}: {fault}")
