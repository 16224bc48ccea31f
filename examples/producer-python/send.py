#!/usr/bin/env python3
"""Sends commands, signed, over Kafka, and prints their answers as JSON lines.

    send.py --cluster ID --key FILE --org ORG COMMAND JSON    one command, such as
        RegisterSubject '{"subjectId":"eve"}'
    send.py --cluster ID --key FILE --org ORG -               JSON lines of commands, one by one

Exit code 0: accepted; 3: at least one was rejected or refused; 1: it could not be done.
"""

import argparse
import json
import sys

from confluent_kafka import KafkaException
from google.protobuf import json_format

from agency.v1 import log_pb2
from client import Client, NoAnswer, Refused
from proof import read_key


def commands(options):
    if options.command == ["-"]:
        lines = (json.loads(line) for line in sys.stdin if line.strip())
    elif len(options.command) == 2:
        name, payload = options.command
        lines = [{name[0].lower() + name[1:]: json.loads(payload)}]
    else:
        sys.exit("expected COMMAND JSON, or -")
    for line in lines:
        command = json_format.ParseDict(line, log_pb2.Command())
        command.org_id = command.org_id or options.org
        command.command_id = command.command_id or options.command_id
        yield command


def answer(client, command, timeout_s):
    try:
        return json_format.MessageToDict(client.submit(command, timeout_s))
    except Refused as refused:
        return {"commandId": command.command_id, "code": refused.code, "reason": refused.reason,
                "refused": True}


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
